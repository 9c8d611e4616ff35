"""A question on the page: its sign, what is said at once, and what opens."""

from dataclasses import replace
from typing import Any

import pytest

from autograder.assignment import Assignment
from autograder.course.outline import Outline
from autograder.course.question_view import REASONS_LIMIT, question_view
from autograder.course.recorded import RecordedGrade, RecordedSubmission
from autograder.course.standing import standings
from autograder.judge.results import QuestionResult, SubmissionResult, Verdict

from .conftest import HALF, RIGHT, WHY, result_of


def views(
    small: Assignment, result: SubmissionResult, row: RecordedSubmission | None = None
) -> list[dict[str, Any]]:
    outline = Outline(small.notebook, {})
    found = standings(result, outline, row or RecordedSubmission())
    return [question_view(standing, outline, ()) for standing in found]


@pytest.mark.parametrize(
    ("code", "why", "signs", "unfolded"),
    [
        (RIGHT, WHY, ["✓ full", "… waits"], [False, False]),
        (HALF, WHY, ["◐ part", "… waits"], [True, False]),
        (None, None, ["○ open", "○ open"], [False, False]),
    ],
)
def test_signs_and_what_is_unfolded(
    small: Assignment, code: str | None, why: str | None, signs: list[str], unfolded: list[bool]
) -> None:
    shown = views(small, result_of(small, "ann", code, why))
    assert [one["sign"] for one in shown] == signs
    assert [one["unfold"] for one in shown] == unfolded


def test_a_comment_unfolds_what_has_full_points(small: Assignment) -> None:
    row = RecordedSubmission(
        grades={"ex1-why": RecordedGrade(None, 3)}, comments={"ex1-why": "Nice <b>."}
    )
    _, why = views(small, result_of(small, "ann"), row)
    assert why["unfold"] and why["sign"] == "✓ full"
    assert why["notes"] == ["These points were given by a person.", "Comment: Nice &lt;b&gt;."]
    assert why["answers"] == [WHY] and why["code"] == []


def test_a_reason_covers_checks_and_points(small: Assignment) -> None:
    tests = tuple(Verdict(f"t{n}", f"T{n}.", n, "failed", "the same") for n in (1, 2, 3))
    result = result_of(small, "ann", HALF)
    (view,) = views(small, replace(result, questions=(QuestionResult("ex1-double", 6, tests),)))
    (reason,) = view["reasons"]
    assert (reason["count"], reason["worth"], reason["message"]) == (3, "6 points", "The same")
    assert reason["checks"] == "<li>T1.</li>\n<li>T2.</li>\n<li>T3.</li>"


def test_reasons_are_bounded(small: Assignment) -> None:
    tests = tuple(Verdict(f"t{n}", "T.", 1, "failed", f"`x{n}`") for n in range(40))
    result = result_of(small, "ann", HALF)
    (view,) = views(small, replace(result, questions=(QuestionResult("ex1-double", 40, tests),)))
    assert (len(view["reasons"]), view["more_reasons"]) == (REASONS_LIMIT, 40 - REASONS_LIMIT)


def test_a_mistake_does_not_cost_more_than_is_told(small: Assignment) -> None:
    """Carried credit wins over the fair loss, so only that is told."""
    result = result_of(small, "ann", HALF)
    both = replace(
        result.questions[0], mistake="Adds", mistake_score=2, carried_score=3, builds_on=("ex0",)
    )
    (view,) = views(small, replace(result, questions=(both,)))
    assert "this one earns 3 of 3 points" in view["lead"] and not view["unfold"]
    assert "One mistake" not in str(view)
