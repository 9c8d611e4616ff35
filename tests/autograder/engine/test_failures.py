"""Messages are one safe, readable line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.engine.failures import MESSAGE_LIMIT, CellError, StudentError, printable


@pytest.mark.parametrize(
    ("name", "message", "where", "expected"),
    [
        ("ValueError", "no", "line 3 of its cell", "your code raised ValueError: no (line 3 of"),
        ("AssertionError", "", "", "your code raised AssertionError"),
        ("NotImplementedError", "pad here", "", "this blank is still open: pad here"),
        ("NameError", "name 'TODO_fc' is not defined", "", "this blank is still open: name 'TODO_"),
        ("NameError", "name 'fc' is not defined", "", "your code raised NameError: name 'fc'"),
        ("", "it is too large", "", "a result of your code can't be checked: it is too large"),
    ],
)
def test_sentences(name: str, message: str, where: str, expected: str) -> None:
    assert str(StudentError(name, message, where)).startswith(expected)
    assert isinstance(StudentError(name, message, where), AssertionError)


def test_a_cell_error_reads_like_a_student_error() -> None:
    error = CellError("KeyError", "'x'", "line 1 of its cell, in f")
    assert str(error) == "this cell raised KeyError: 'x' (line 1 of its cell, in f)"


@given(st.text(st.characters()))
def test_printable_is_one_short_line_without_control_characters(text: str) -> None:
    line = printable(text)
    assert len(line) <= MESSAGE_LIMIT + 2
    assert line.isprintable()


def test_printable_keeps_words_and_defuses_terminal_codes() -> None:
    assert printable("shapes\n  (2, 3) ≠ (3, 2)") == "shapes (2, 3) ≠ (3, 2)"
    assert "\x1b" not in printable("\x1b[2J\x1b[31mred")
