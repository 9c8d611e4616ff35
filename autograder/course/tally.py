"""Points of questions together: by tests, by a person, and what waits."""

from collections.abc import Sequence
from typing import Any

from . import wording
from .standing import Standing


def tally(questions: Sequence[Standing], penalty: float = 0.0) -> dict[str, Any]:
    """Points earned and decided, apart for tests and for people, and what waits for a person."""
    tested = [question for question in questions if not question.written]
    written = [question for question in questions if question.written]
    earned = sum(question.score or 0.0 for question in questions) - penalty
    waiting = sum(_most(question) for question in questions if question.waits)
    decided = sum(map(_most, questions)) - waiting
    extra = sum(map(_extra, questions))
    share = 100 * earned / decided if decided else 100.0 * (earned > 0)
    return {
        "earned": wording.number(earned),
        "decided": wording.number(decided),
        "extra": wording.number(extra) if extra else "",
        "tested": _share(tested),
        "written": _share(written),
        "waiting": wording.number(waiting) if waiting else "",
        "more": f"{wording.number(waiting)} more point{wording.plural(waiting)}" if waiting else "",
        "percent": f"{max(0.0, min(share, 100.0)):.0f}",
    }


def _share(questions: Sequence[Standing]) -> str:
    """Points earned of those decided; empty if there are none."""
    decided = [question for question in questions if not question.waits]
    if not decided:
        return ""
    earned = wording.number(sum(question.score or 0.0 for question in decided))
    most = sum(map(_most, decided))
    return f"{earned} / {wording.number(most)}" if most else f"{earned} extra"


def _most(question: Standing) -> float:
    return 0.0 if question.result.extra else question.result.max_score


def _extra(question: Standing) -> float:
    given = question.score if question.result.extra else question.grade.extra_credit
    return given or 0.0
