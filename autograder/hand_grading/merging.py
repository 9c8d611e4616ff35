"""Several graders' marks as one: where they agree, where they don't, and what each gives."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .marks import Mark


@dataclass(frozen=True)
class Agreed:
    """What counts for an answer."""

    code: str
    points: float
    items: Mapping[str, float]
    comments: tuple[str, ...]
    graders: tuple[str, ...]


@dataclass(frozen=True)
class Dispute:
    """An answer that graders mark differently."""

    code: str
    marks: Mapping[str, Mark]

    def __str__(self) -> str:
        said = (f"{grader} {_said(mark)}" for grader, mark in self.marks.items())
        return f"{self.code}: {', '.join(said)}"


@dataclass(frozen=True)
class GraderFigures:
    """How many answers a grader marked, and the mean; the same where others marked, too."""

    grader: str
    answers: int
    mean: float
    shared: int
    shared_mean: float | None
    others_mean: float | None  # of the others, on these

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return dict(vars(self))


def merge(code: str, marks: Mapping[str, Mark], take: str | None = None) -> Agreed | Dispute:
    """What an answer gets, where graders agree on points and on items that they ticked.

    Args:
        marks: by grader; one at least.
        take: whose mark counts where they differ.
    """
    points = {mark.points for mark in marks.values()}
    ticked = {tuple(sorted(mark.items.items())) for mark in marks.values() if mark.items}
    if len(points) == 1 and len(ticked) <= 1:
        comments = dict.fromkeys(mark.comment for mark in marks.values() if mark.comment)
        items = dict(next(iter(ticked), ()))
        return Agreed(code, points.pop(), items, tuple(comments), tuple(marks))
    if take is not None and take in marks:
        mark = marks[take]
        comments = dict.fromkeys([mark.comment] if mark.comment else [])
        return Agreed(code, mark.points, dict(mark.items), tuple(comments), (take,))
    return Dispute(code, dict(marks))


def figures(marks: Mapping[str, Mapping[str, Mark]]) -> list[GraderFigures]:
    """Of each grader, by name; `marks` are by code and grader."""
    graders = sorted({grader for given in marks.values() for grader in given})
    return [_figures(grader, marks) for grader in graders]


def _figures(grader: str, marks: Mapping[str, Mapping[str, Mark]]) -> GraderFigures:
    own = [given[grader].points for given in marks.values() if grader in given]
    shared = [given for given in marks.values() if grader in given and len(given) > 1]
    others = [
        _mean([mark.points for name, mark in given.items() if name != grader]) for given in shared
    ]
    return GraderFigures(
        grader,
        len(own),
        _mean(own),
        len(shared),
        _mean([given[grader].points for given in shared]) if shared else None,
        _mean(others) if shared else None,
    )


def _mean(values: Sequence[float]) -> float:
    return round(math.fsum(values) / len(values), 4)


def _said(mark: Mark) -> str:
    items = f" ({', '.join(mark.items)})" if mark.items else ""
    return f"{mark.points:g}{items}"
