"""One reason is told once: of tests, of cells that stopped, of questions that wait."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course.open_blanks import Blank
from autograder.course.reasons import Place, Reason, Reasons, questions_by_cell, shares
from autograder.engine import Cause
from autograder.judge.results import CellFailure, QuestionResult, SubmissionResult, Verdict

HEAD = "name 'TODO_head' is not defined"
OPEN = "this blank is still open"


def cell(name: str, source: str = "", **tag: Any) -> dict[str, Any]:
    metadata = {"nbgrader": tag} if tag else {}
    return {"id": name, "cell_type": "code", "source": source, "metadata": metadata}


NOTEBOOK = {
    "cells": [
        cell("given-first", "data = load()", grade=False, solution=False, grade_id="given-first"),
        cell("answer-a", "words = data[9]", grade=False, solution=True, grade_id="answer-a"),
        cell("own-000", "mine = 1"),
        cell("check-a", "", grade=True, solution=False, grade_id="ex1-a"),
        cell("given-b", "counts = len(words)", grade=False, solution=False, grade_id="given-b"),
        cell("answer-b", "model = f(counts)", grade=False, solution=True, grade_id="answer-b"),
        cell("check-b", "", grade=True, solution=False, grade_id="ex1-b"),
        cell("written", "Why?", grade=True, solution=True, grade_id="ex1-why"),
    ]
}


def failed(message: str, points: float = 1, cause: Cause = Cause.COMPARISON) -> Verdict:
    return Verdict(f"test_{message[:9]}", "Checks.", points, "failed", message, cause)


def reasons_of(
    *tests: Verdict,
    failures: tuple[CellFailure, ...] = (),
    blanks: dict[str, list[Blank]] | None = None,
    name: str = "ex1-b",
) -> list[Reason]:
    question = QuestionResult(name, 9, tests)
    result = SubmissionResult(
        "ann", "graded", "none", 0, 0.0, 0.0, (question,), cell_failures=failures
    )
    return Reasons(result, NOTEBOOK, blanks or {}).of(question)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "`x`: 1 of 3 values off by up to 0.1. Look",
            "`x`: 2 of 3 values off by up to 1e-05. Look",
        ),
        (
            "your code raised KeyError: 'a' (line 6 of its cell, in f). Hint one",
            "your code raised KeyError: 'b' (line 6 of its cell, in f). Hint two",
        ),
        (
            "2 values are wrong. An answer gives this if it adds",
            "the sum is too large. An answer gives this if it adds",
        ),
        (
            "the check exceeded the time limit of 10 s",
            "not run, because a check before it exceeded the time limit of 10 s",
        ),
        ("", ""),
    ],
)
def test_what_is_one_reason(one: str, other: str) -> None:
    (reason,) = reasons_of(failed(one, 2), failed(other, 3))
    assert (len(reason.tests), reason.points, reason.message) == (2, 5, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("`x1` is wrong", "`x2` is wrong"),
        ("the mean is wrong", "the sum is wrong"),
        (
            "your code raised KeyError: 'a' (line 6 of its cell)",
            "your code raised KeyError: 'a' (line 7 of its cell)",
        ),
        (
            "your code raised ValueError: no (line 6 of its cell)",
            "your code raised TypeError: no (line 6 of its cell)",
        ),
        (
            "wrong. An answer gives this if it adds",
            "wrong. An answer gives this if it subtracts",
        ),
    ],
)
def test_what_are_two(one: str, other: str) -> None:
    assert [reason.message for reason in reasons_of(failed(one), failed(other, 2))] == [other, one]


def test_one_known_mistake_behind_all_is_one_reason() -> None:
    tests = (failed("a"), failed("b"))
    question = QuestionResult("ex1-b", 3, tests, mistake="Adds", mistake_score=2)
    result = SubmissionResult("ann", "graded", "none", 0, 0.0, 0.0, (question,))
    (reason,) = Reasons(result, NOTEBOOK, {}).of(question)
    assert reason.is_known_mistake and reason.tests == tests
    dear = replace(question, mistake_score=None)
    assert len(Reasons(result, NOTEBOOK, {}).of(dear)) == 2
    read_on = replace(question, read_on=True)  # what stopped it is the reason
    assert len(Reasons(result, NOTEBOOK, {}).of(read_on)) == 2


def stopped(name: str, message: str, cause: Cause = Cause.RAISED) -> CellFailure:
    return CellFailure(name, "NameError", message, cause)


def test_of_cells_that_stopped_one_by_the_other_the_first_is_the_reason() -> None:
    failures = (
        stopped("answer-a", "this cell raised IndexError: out (line 1 of its cell)"),
        stopped("given-b", "this cell raised NameError: name 'words' is not defined (line 1 of …)"),
        stopped("answer-b", "this cell raised NameError: name 'counts' is not defined"),
    )
    (reason,) = reasons_of(
        failed(f"`model` is not defined; cell answer-b failed: {failures[2].message}"),
        failed("your code raised IndexError: out (line 1 of its cell)", 2),
        failures=failures,
    )
    assert reason.failure == failures[0] and reason.blamed == "ex1-a" and reason.points == 3
    assert reason.place == Place(1)


def test_a_cell_that_is_given_is_nobodys_fault() -> None:
    failure = stopped("given-first", "this cell raised SyntaxError: no (line 3 of model.py)")
    (reason,) = reasons_of(
        failed(f"`data` is not defined; cell given-first failed: {failure.message}"),
        failures=(failure,),
    )
    assert reason.blamed == "" and reason.place == Place(3, "model.py")


def test_a_cell_that_is_none_of_the_submissions_is_not_blamed() -> None:
    (reason,) = reasons_of(failed("`x` is not defined; cell LOOT failed: this cell raised E: no"))
    assert reason.failure is None


def test_an_open_blank_is_one_reason_whatever_stopped_by_it() -> None:
    blanks = {"ex1-a": [Blank("TODO_head", "The head.")], "ex1-b": [Blank("TODO_b", "B.")]}
    failure = stopped("answer-a", f"{OPEN}: {HEAD} (line 1 of its cell)", Cause.OPEN_BLANK)
    (reason,) = reasons_of(
        failed(f"`head` is not defined; cell answer-a failed: {failure.message}", 2),
        failed(f"{OPEN}: {HEAD} (line 1 of its cell, in f)", 1, Cause.OPEN_BLANK),
        failures=(failure,),
        blanks=blanks,
    )
    assert reason.is_open and reason.blamed == "ex1-a" and reason.points == 3
    (own,) = reasons_of(failed(f"{OPEN}: B. (line 2)", 1, Cause.OPEN_BLANK), blanks=blanks)
    assert own.is_open and own.blamed == "ex1-b"


def test_a_blank_in_a_file_that_was_handed_in_is_open_too() -> None:
    message = f"{OPEN}: Fit a line. (line 8 of model.py, in fit)"
    (reason,) = reasons_of(failed(message, 1, Cause.OPEN_BLANK))
    assert reason.is_open and reason.blamed == "" and reason.message == message
    assert reason.place == Place(8, "model.py", "fit")


def test_cells_that_a_student_wrote_belong_to_a_question() -> None:
    assert questions_by_cell(NOTEBOOK) == {
        "answer-a": "ex1-a",
        "own-000": "ex1-a",
        "answer-b": "ex1-b",
        "written": "ex1-why",
    }


def test_lost_points_fall_to_reasons_as_their_tests_are_worth() -> None:
    reasons = reasons_of(failed("a", 3), failed("b", 1))
    assert list(shares(reasons, 2).values()) == [1.5, 0.5]
    assert sum(shares(reasons_of(failed("a", 0), failed("b", 0)), 2).values()) == 2
    assert shares([], 2) == {}


@given(st.lists(st.text(alphabet="()`'\";: 019lineofcell\n", max_size=60), max_size=5))
def test_each_failed_test_has_one_reason(messages: list[str]) -> None:
    tests = [failed(message) for message in messages]
    reasons = reasons_of(*tests)
    assert sorted(test.message for reason in reasons for test in reason.tests) == sorted(messages)
    assert [reason.points for reason in reasons] == sorted(
        (reason.points for reason in reasons), reverse=True
    )
