"""What tests that one mistake fails lose together has a limit, where the rest is proved right."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.engine import Cause
from autograder.judge.fair_loss import judged
from autograder.judge.results import QuestionResult, Verdict
from autograder.judge.warm import Ready

NOTHING_KNOWN = cast(Ready, SimpleNamespace(known_mistakes=None))
STEP = 3.0


def verdict(points: float, passed: bool, **fields: Any) -> Verdict:
    fields = {"cause": None if passed else Cause.COMPARISON} | fields
    return Verdict("test", "", points, "passed" if passed else "failed", **fields)


def result(*tests: Verdict) -> QuestionResult:
    return judged(NOTHING_KNOWN, "ex1-loop", sum(one.points for one in tests), tests)


@pytest.mark.parametrize(
    ("step_passes", "rest_passes", "score"),
    [
        ([True, True], [True, True], 16),
        ([False, False], [True, True], 6),  # what they ask for was left out
        ([False, True], [True, True], 13),  # it is worth as much as all may lose together
        ([True, False], [True, True], 13),  # not 9
        ([True, False], [True, False], 11),  # what else failed costs what it is worth
        ([True, False], [False, True], 5),  # the rest isn't proved
        ([False, False], [False, False], 0),
    ],
)
def test_tests_lose_no_more_together_than_they_may(
    step_passes: list[bool], rest_passes: list[bool], score: float
) -> None:
    step = [verdict(n, ok, together=STEP) for n, ok in zip((3, 7), step_passes, strict=True)]
    rest = [verdict(n, ok) for n, ok in zip((4, 2), rest_passes, strict=True)]
    found = result(*step, *rest)
    assert (found.score, found.mistake) == (score, "")


def test_public_checks_prove_nothing_alone() -> None:
    known = [verdict(4, True, public=True), verdict(1, False)]
    assert result(verdict(9, False, together=STEP), *known).score == 0


@pytest.mark.parametrize("cause", [Cause.RAISED, Cause.OPEN_BLANK, Cause.TIME])
def test_what_did_not_answer_has_no_limit(cause: Cause) -> None:
    rest = [verdict(4, True), verdict(2, True)]
    passes = verdict(1, True, together=STEP)
    assert result(verdict(9, False, together=STEP, cause=cause), passes, *rest).score == 7
    one = verdict(1, False, together=STEP, cause=cause)
    many = verdict(8, False, together=STEP)
    assert result(many, one, passes, *rest).score == 16 - STEP - 1


def test_without_other_tests_nothing_is_proved() -> None:
    assert result(verdict(3, True, together=1), verdict(6, False, together=1)).score == 3


@given(st.lists(st.tuples(st.integers(1, 9), st.booleans(), st.booleans(), st.booleans())))
def test_nobody_gets_less_nor_full_points_for_what_failed(
    drawn: list[tuple[int, bool, bool, bool]],
) -> None:
    tests = [
        verdict(points, passed, public=public, together=STEP if together else None)
        for points, passed, public, together in drawn
    ]
    found = result(*tests)
    score = found.score or 0.0
    assert found.tests_score <= score <= found.max_score
    assert not tests or (score == found.max_score) is found.full
