"""A lab's folder and its lab.toml: what is read, and one line for each mistake."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.engine import Limits
from autograder.errors import UserError
from autograder.lab import find_lab, find_labs, read_lab_folder


def folder(tmp_path: Path, text: str | None = None) -> Path:
    """A lab's Markdown file, with a lab.toml beside it."""
    source = tmp_path / "lab1" / "lab1.md"
    source.parent.mkdir()
    source.write_text("# Lab", "utf-8")
    if text is not None:
        (source.parent / "lab.toml").write_text(text, "utf-8")
    return source


def test_all_that_can_be_said(tmp_path: Path) -> None:
    source = folder(
        tmp_path,
        'title = "Sums"\nimports = ["numpy", "a.b"]\nprepare = ["a.b.load"]\nships = []\n'
        '[exercises]\nex1 = "Adding"\n[limits]\ncell_timeout_s = 60\nscratch_files = 5\n',
    )
    lab = read_lab_folder(source)
    assert (lab.title, lab.imports, lab.ships) == ("Sums", ("numpy", "a.b"), ())
    assert lab.prepare == ("a.b.load",)
    assert lab.exercises == {"ex1": "Adding"}
    assert lab.limits == Limits(cell_timeout_s=60.0, scratch_files=5)
    assert lab.source == source


def test_nothing_need_be_said(tmp_path: Path) -> None:
    lab = read_lab_folder(folder(tmp_path))
    assert (lab.title, lab.imports, lab.ships, lab.limits) == ("lab1", (), None, Limits())
    assert lab.hidden_tests == []


def test_only_a_file_named_like_its_folder_is_a_lab(tmp_path: Path) -> None:
    source = folder(tmp_path)
    (source.parent / "notes.md").write_text("# Notes", "utf-8")
    (tmp_path / "loose.md").write_text("# Loose", "utf-8")
    (tmp_path / "pictures").mkdir()
    assert find_labs(tmp_path) == [source]
    assert find_labs(tmp_path / "nowhere") == []
    assert find_lab("lab1", tmp_path).source == source
    with pytest.raises(UserError, match="no such lab; there are: lab1") as caught:
        find_lab("lab2", tmp_path)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("title = 'a'\nx = [", 2, "not TOML"),
        ("title = 'a'\ntitel = 'b'", 2, "unknown key `titel`; the keys are title, imports"),
        ("title = 5", 1, "`title` is a text"),
        ("\nimports = 'torch'", 2, "`imports` is a list"),
        ("imports = ['a b']", 1, "`a b` in `imports` is no module"),
        ("prepare = ['load']", 1, "`load` in `prepare` is no function; write names like `a.b`"),
        ("prepare = ['a.load()']", 1, "`a.load()` in `prepare` is no function"),
        ("ships = [7]", 1, "`7` in `ships` is no module"),
        ("limits = 3", 1, "`limits` is a table `[limits]`"),
        ("[limits]\nmemory = 3", 2, "unknown limit `memory`; there are call_timeout_s"),
        ("[limits]\ncell_timeout_s = true", 2, "`cell_timeout_s` is a number above 0"),
        ("[limits]\nthreads = 1.5", 2, "`threads` is a number above 0"),
        ("[limits]\nthreads = 0", 2, "`threads` is a number above 0"),
        ("[exercises]\nex1 = ['a']", 2, "the title of `ex1` is a text"),
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    with pytest.raises(UserError, match=re.escape(words)) as caught:
        read_lab_folder(folder(tmp_path, text))
    assert f"lab.toml:{line}: " in caught.value.message
    assert "\n" not in caught.value.message


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    source = folder(tmp_path_factory.mktemp("any"), text)
    try:
        read_lab_folder(source)
    except UserError as error:
        assert re.search(r"lab\.toml:\d+: ", error.message)
