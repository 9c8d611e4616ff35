"""Paths in messages, and the exit code that a mistake has unless it says another."""

from pathlib import Path

import pytest

from autograder.errors import UserError, shown


def test_a_mistake_is_a_failed_check_unless_it_says_otherwise() -> None:
    text = "x.md:3: no such tag; remove it"
    error = UserError(text)
    assert (str(error), error.message, error.exit_code) == (text, text, 1)
    assert UserError("no such lab", exit_code=2).exit_code == 2


def test_paths_are_shown_from_where_the_user_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    (here / "a").mkdir(parents=True)
    monkeypatch.chdir(here)
    (tmp_path / "link").symlink_to(here)
    assert shown(here / "a" / "b.md") == shown(Path("a/../a/b.md")) == "a/b.md"
    assert shown(tmp_path / "link" / "a") == "a"
    assert shown(here) == "."
    assert shown(tmp_path / "here and there") == str(tmp_path / "here and there")
