"""The allow-list: with reasons, and only as long as it is needed."""

from pathlib import Path

import pytest

from autograder.errors import UserError
from autograder.gate.leaks import Leak, entry_for, read_allow_list
from autograder.gate.leaks.allowed import FILE_NAME

ENTRY = '[[allowed]]\nfile = "checks.py"\ntext = "x = 1"\nreason = "anyone\'s"\n'
FOUND = Leak("checks.py", 3, "x = 1", "a line of a hidden test")
ELSEWHERE = Leak("lab.ipynb", 3, "x = 1", "a line of a hidden test")


def test_allowed_in_its_file_only(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(ENTRY, "utf-8")
    assert read_allow_list(tmp_path).sift([FOUND, ELSEWHERE]) == ([ELSEWHERE], [])


def test_an_entry_that_nothing_needs_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(f"# a list\n{ENTRY}\n{ENTRY.replace('1', '2')}", "utf-8")
    leaks, (stale,) = read_allow_list(tmp_path).sift([FOUND])
    assert (leaks, stale.text, stale.line) == ([], "x = 2", 7)


def test_no_list_allows_nothing(tmp_path: Path) -> None:
    assert read_allow_list(tmp_path).sift([FOUND]) == ([FOUND], [])


@pytest.mark.parametrize(
    "text",
    [
        ENTRY.replace("reason", "because"),
        ENTRY.replace("anyone's", ""),
        "[[allowed]",
        "allowed = 3",
    ],
)
def test_a_broken_list_is_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE_NAME).write_text(text, "utf-8")
    with pytest.raises(UserError, match=FILE_NAME):
        read_allow_list(tmp_path)


@pytest.mark.parametrize(
    ("entry", "text", "line_text", "is_allowed"),
    [
        ("f(a, b)", "f( a, b, )", "f(", True),
        ("f(a, 'b')", 'f(a, "b")', 'f(a, "b")', True),
        ("x = a + b", "x = ( a + b )", "x = (", True),
        ("b=2,", "f( a=1, b=2, )", "b=2,", True),  # a line that a statement is wrapped into
        ("f(a, b)", "f(a, c)", "f(a, c)", False),
        ("f(a)", "f(a, b)", "f(a, b)", False),
        ("f", "f(a, b)", "f(a, b)", False),
    ],
)
def test_allowed_however_it_is_formatted(
    tmp_path: Path, entry: str, text: str, line_text: str, is_allowed: bool
) -> None:
    found = Leak("checks.py", 3, text, "a line of a hidden test", line_text, ("no", "such"))
    written = entry_for(Leak("checks.py", 1, entry, ""))
    (tmp_path / FILE_NAME).write_text(written, "utf-8")
    leaks, stale = read_allow_list(tmp_path).sift([found])
    assert (not leaks, not stale) == (is_allowed, is_allowed)


def test_a_part_of_what_is_allowed(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(entry_for(Leak("a.py", 1, "f(a, b, c, d)", "")), "utf-8")
    inside = Leak("a.py", 3, "g(b, c)", "", "g(b, c)", ("b", ",", "c"))
    more = Leak("a.py", 3, "g(c, d, e)", "", "g(c, d, e)", ("c", ",", "d", ",", "e"))
    assert read_allow_list(tmp_path).sift([inside, more]) == ([more], [])


@pytest.mark.parametrize(
    "text", ["x = 'a'", 'say "no"', "a\\b", "tab\tand é 🙂", '"""', "x = 1  # ]]", "\x7f\x01"]
)
def test_the_entry_to_paste_allows_its_leak(tmp_path: Path, text: str) -> None:
    found = Leak("in/checks.py", 3, text, "a line of a hidden test")
    (tmp_path / FILE_NAME).write_text(f"# a list\n\n{entry_for(found)}\n", "utf-8")
    assert read_allow_list(tmp_path).sift([found]) == ([], [])
