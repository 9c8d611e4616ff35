"""What a student does next: where most points are to be had, over all questions."""

from collections.abc import Iterable
from dataclasses import dataclass

from .reasons import Key


@dataclass(frozen=True)
class Loss:
    """Points that `losing`, a question, lost for a reason; `question` is where that lies."""

    key: Key
    points: float
    losing: str
    question: str
    text: str


@dataclass(frozen=True)
class Step:
    """To look at a question, first at what `text` says; so many questions get points by it."""

    points: float
    question: str
    text: str
    questions: int = 1


def next_steps(losses: Iterable[Loss]) -> list[Step]:
    """A step for each question to look at, the one for most points first, and else in order.

    A reason that is told of several questions lies in the first of them.
    """
    places: dict[Key, str] = {}
    steps: dict[str, list[Loss]] = {}
    for loss in losses:
        if loss.points > 0:
            place = places.setdefault(loss.key, loss.question)
            steps.setdefault(place, []).append(loss)
    found = [
        Step(
            sum(loss.points for loss in some),
            question,
            max(some, key=lambda loss: loss.points).text,
            len({loss.losing for loss in some}),
        )
        for question, some in steps.items()
    ]
    return sorted(found, key=lambda step: -step.points)
