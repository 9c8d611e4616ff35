"""What a student does next: the reasons that cost most points, over all questions."""

from collections.abc import Iterable
from dataclasses import dataclass

from .reasons import Key


@dataclass(frozen=True)
class Step:
    """Something to do, in a question, for points; `questions` of them get some by it."""

    points: float
    question: str
    text: str
    questions: int = 1


@dataclass(frozen=True)
class Loss:
    """Points that a question lost for one reason."""

    key: Key
    points: float
    question: str  # where to go
    text: str


def next_steps(losses: Iterable[Loss]) -> list[Step]:
    """A step for each reason, the one for most points first, and else in the notebook's order."""
    by_reason: dict[Key, list[Loss]] = {}
    for loss in losses:
        if loss.points > 0:
            by_reason.setdefault(loss.key, []).append(loss)
    steps = [
        Step(
            sum(loss.points for loss in some),
            some[0].question,
            some[0].text,
            len(some),
        )
        for some in by_reason.values()
    ]
    return sorted(steps, key=lambda step: -step.points)
