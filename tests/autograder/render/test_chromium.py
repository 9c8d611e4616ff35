"""Chromium is looked for on the PATH, and asked for in one line where we may not install it."""

from pathlib import Path

import pytest

from autograder.render.chromium import HOW_TO_GET_IT, NAMES, find_chromium, install


@pytest.mark.parametrize("name", NAMES)
def test_it_is_found_under_any_of_its_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_chromium() is None
    (tmp_path / name).touch(mode=0o644)
    assert find_chromium() is None  # it has to be a program
    (tmp_path / name).chmod(0o755)
    assert find_chromium() == str(tmp_path / name)


def test_where_nothing_can_be_installed_it_says_how(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    install()
    assert capsys.readouterr().out == f"{HOW_TO_GET_IT}\n"
    (tmp_path / NAMES[0]).touch(mode=0o755)
    install()
    assert capsys.readouterr().out == ""
