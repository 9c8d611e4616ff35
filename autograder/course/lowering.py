"""A regrade lowers nobody by itself: where a question would earn less, the earlier points stay.

That holds for the same hand-in only: whoever hands in something else is graded by that.
"""

import math
from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum

from ..errors import UserError
from ..judge.results import QuestionResult, SubmissionResult
from .course import CONFIG_FILE, Course

SETTING = "c.Regrade.lower"


class Lowering(StrEnum):
    """What a course does where a regrade would lower somebody."""

    KEEP = "keep"  # the better points, and say so
    STOP = "stop"  # as well, and end with exit code 1
    ALLOW = "allow"


def lowering_of(course: Course) -> Lowering:
    """What the course's config says, else that the better points are kept.

    Raises:
        UserError: if it says something else.
    """
    said = course.config.get("Regrade", {}).get("lower", Lowering.KEEP.value)
    try:
        return Lowering(said)
    except ValueError:
        known = ", ".join(f'"{one}"' for one in Lowering)
        path = course.root / CONFIG_FILE
        raise UserError(f"{path}: {SETTING} is {said!r}; write one of {known}") from None


def without_lowering(before: SubmissionResult, after: SubmissionResult) -> SubmissionResult:
    """What counts of two gradings of the same hand-in: of each question the better points.

    Where a question has a smaller maximum now, because a test was dropped say, its share of that is
    kept, in half points upwards, if it is more than the answer earns now.
    """
    known = {question.id: question for question in before.questions}
    return replace(
        after,
        questions=tuple(_better(known.get(question.id), question) for question in after.questions),
    )


def as_judged(result: SubmissionResult) -> SubmissionResult:
    """A result without points that were kept."""
    questions = (replace(question, kept_score=None) for question in result.questions)
    return replace(result, questions=tuple(questions))


def kept(result: SubmissionResult) -> list[QuestionResult]:
    """The questions whose points are those of an earlier grading."""
    return [question for question in result.questions if question.kept_score is not None]


def said_of_kept(results: Iterable[SubmissionResult]) -> list[str]:
    """A line for each student whose points were kept."""
    return [
        f"{result.student}: "
        + ", ".join(
            f"{question.id} keeps {question.score:g} points ({question.earned or 0:g} now)"
            for question in questions
        )
        + "; a regrade lowers nobody unless --allow-lower is given"
        for result in results
        if (questions := kept(result))
    ]


def _better(before: QuestionResult | None, after: QuestionResult) -> QuestionResult:
    if before is None or before.score is None or after.earned is None:
        return after
    earlier = share = before.score
    if after.max_score < before.max_score:
        share = earlier * after.max_score / before.max_score
        earlier = min(math.ceil(round(2 * share, 6)) / 2, after.max_score)
    return replace(after, kept_score=earlier) if share > after.earned + 1e-9 else after
