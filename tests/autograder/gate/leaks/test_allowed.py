"""The allow-list: with reasons, and only as long as it is needed."""

from pathlib import Path

import pytest

from autograder.errors import UserError
from autograder.gate.leaks import Leak, read_allow_list
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
