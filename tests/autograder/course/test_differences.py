"""Who changed: by how much, by which test, and why."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from autograder.course.differences import (
    BY_HAND,
    LATE,
    Difference,
    OutcomeChange,
    differences,
    gone_points,
    outcome_changes,
)
from autograder.course.ledger import Standing
from autograder.course.lowering import without_lowering
from autograder.course.store import ResultStore, digest
from autograder.judge.results import QuestionResult, SubmissionResult, Verdict

from ..judge.test_results import RESULT
from .test_lowering import results

KEY = {"submission": "a", "tests": "b"}
ANN = RESULT.student


def standing(final: float = 2, most: float = 7, result: str = "", **more: float) -> Standing:
    numbers = {"raw": final, "by_hand": 0.0, "penalty": 0.0, **more}
    return Standing(**numbers, final=final, max_score=most, finished=True, result=result)


def test_by_which_test_and_why(tmp_path: Path) -> None:
    store = ResultStore(tmp_path)
    question = RESULT.questions[0]
    a, b = question.tests
    turned = replace(b, outcome="passed"), Verdict("c", "C.", 1, "failed")
    after = replace(RESULT, questions=(replace(question, tests=turned),))
    store.save(RESULT, KEY)
    store.save(replace(RESULT, remarks=()), {**KEY, "seed": "9"})
    store.save(after, {**KEY, "seed": "9", "tests": "c"})
    before, now = standing(2, result=digest(RESULT)), standing(1, result=digest(after))
    (found,) = differences(store, {ANN: before}, {ANN: now})
    assert (found.points, found.lowered, found.why) == (-1, True, ("seed", "tests"))
    assert [str(one) for one in found.tests] == [
        "ex1-double: a is gone, was passed",
        "ex1-double: b failed before, passed now",
        "ex1-double: c is new, failed",
    ]
    assert found.as_json()["lowered"] is True
    assert found.as_json()["tests"][2] == {
        "question": "ex1-double", "test": "c", "points": 1, "before": "", "after": "failed"
    }  # fmt: skip
    assert a.passed and list(outcome_changes(after, after)) == []


def test_points_by_hand_and_late_work_are_reasons(tmp_path: Path) -> None:
    store = ResultStore(tmp_path)
    before = {name: standing() for name in ("ann", "ben", "cem")}
    now = {
        "ann": standing(4, by_hand=2.0),
        "ben": standing(1, raw=2.0, penalty=1.0),
        "cem": standing(),
        "eva": standing(5),
    }
    ann, ben, eva = differences(store, before, now)
    assert (ann.why, ann.points, ann.lowered) == ((BY_HAND,), 2, False)
    assert (ben.why, ben.points, ben.lowered) == ((LATE,), -1, True)
    assert (eva.before, eva.why, eva.lowered, eva.points) == (None, (), False, 5)


def test_what_the_history_does_not_have_is_said(tmp_path: Path) -> None:
    store = ResultStore(tmp_path)
    store.save(RESULT, KEY)
    before, now = standing(3, result="unknown"), standing(2, result=digest(RESULT))
    (found,) = differences(store, {ANN: before}, {ANN: now})
    assert found.why == ("a result that is not in the history",)


@pytest.mark.parametrize(
    ("before", "after", "gone", "lowered"),
    [
        (8, 8, 0, False),
        (8, 7.5, 0, True),
        (8, 9, 0, False),
        (10, 8, 2, False),  # a test of two points was dropped, which all passed
        (10, 7, 2, True),
        (0, 0, 0, False),
    ],
)
def test_what_was_dropped_lowers_nobody(
    before: float, after: float, gone: float, lowered: bool
) -> None:
    found = Difference("ann", standing(before), standing(after), (), gone=gone)
    assert found.lowered is lowered


def test_late_work_is_in_proportion() -> None:
    before, after = standing(9, raw=10, penalty=1), standing(7.2, raw=8, penalty=0.8)
    assert not Difference("ann", before, after, (), gone=2).lowered
    assert Difference("ann", before, replace(after, final=7), (), gone=2).lowered


def test_what_is_gone() -> None:
    def result(**questions: tuple[int, int]) -> SubmissionResult:
        found = [
            QuestionResult(name, most, (Verdict("t", "T.", score, "passed"),))
            for name, (score, most) in questions.items()
        ]
        return replace(RESULT, questions=tuple(found))

    before = result(a=(8, 10), b=(3, 3), c=(2, 4), d=(1, 2))
    assert gone_points(before, result(a=(6, 8), c=(2, 4), d=(1, 9))) == pytest.approx(1.6 + 3)
    assert gone_points(before, before) == 0


@settings(deadline=None)
@given(results(), results())
def test_who_keeps_the_better_points_is_not_lowered(
    before: SubmissionResult, after: SubmissionResult
) -> None:
    both = without_lowering(before, after)
    found = Difference(
        "ann",
        standing(before.score),
        standing(both.score),
        (),
        gone=gone_points(before, both),
    )
    assert not found.lowered


def test_what_was_kept_is_named(tmp_path: Path) -> None:
    store = ResultStore(tmp_path)
    both = replace(RESULT, questions=(QuestionResult("ex1-double", 3, (), kept_score=3.0),))
    store.save(both, KEY)
    (found,) = differences(store, {}, {ANN: standing(3, result=digest(both))})
    assert found.kept == ("ex1-double",)
    assert OutcomeChange("q", "t", 1, "passed", "failed").before == "passed"
