"""Messages are one safe, readable line."""

import pytest

from autograder.engine.failures import BY_CHECK, CellError, StudentError


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


def test_a_tests_own_code_is_not_the_students() -> None:
    error = StudentError("AttributeError", "'NoneType' has no 'copy_'", "", by_check=True)
    assert str(error) == f"{BY_CHECK} AttributeError: 'NoneType' has no 'copy_'"


def test_a_cell_error_reads_like_a_student_error() -> None:
    error = CellError("KeyError", "'x'", "line 1 of its cell, in f")
    assert str(error) == "this cell raised KeyError: 'x' (line 1 of its cell, in f)"
