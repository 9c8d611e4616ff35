"""Who is to blame for what a test raises."""

from pathlib import Path

import pytest

from autograder.engine import Cause, Misuse, Unsendable
from autograder.judge.blame import cause_of, told_to_author, told_to_student
from lib.kit.checks.untaken import TakeValuesFirst

OF_THE_TEST: list[Exception] = [
    NameError("undefined"), ImportError("no_such"), ModuleNotFoundError("no_such"),
    SyntaxError("("), TakeValuesFirst("take it"), Unsendable("too large"),
    Misuse("can't be sent", "function", of_test=True),
]  # fmt: skip
PERHAPS_OF_THE_VALUE: list[Exception] = [
    TypeError("x"), ValueError("x"), UnboundLocalError("x"), AttributeError("x"), KeyError("x"),
    Misuse("stays in the worker", "Counter"), RecursionError(), MemoryError(),
]  # fmt: skip


@pytest.mark.parametrize("error", OF_THE_TEST, ids=repr)
def test_no_answer_brings_these_about(error: Exception) -> None:
    assert cause_of(error) is Cause.TEST_BROKEN
    told = told_to_student(error)
    assert "itself is broken" in told and "your code" not in told


@pytest.mark.parametrize("error", PERHAPS_OF_THE_VALUE, ids=repr)
def test_a_value_may_bring_these_about(error: Exception) -> None:
    assert cause_of(error) is Cause.CHECK_BROKEN
    assert "could not make sense of what your code returned" in told_to_student(error)


def test_a_student_reads_of_which_type_an_object_is_and_nothing_of_the_error() -> None:
    assert told_to_student(Misuse("secret", "Counter")).endswith("(an object of type Counter)")
    assert "secret" not in told_to_student(ValueError("secret"))


def test_an_author_reads_the_place_and_the_words(tmp_path: Path) -> None:
    file = tmp_path / "test_lab.py"
    code = "\n\ndef helper(): undefined\n"
    names: dict[str, object] = {}
    exec(compile(code, str(file), "exec"), names)
    with pytest.raises(NameError) as raised:
        names["helper"]()  # type: ignore[operator]
    told = told_to_author(raised.value, file)
    assert told == f"{file}:3: NameError: name 'undefined' is not defined"
    assert len(told_to_author(ValueError("x" * 10**6), file)) < 1000
