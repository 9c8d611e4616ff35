"""What a grader gave to an answer, as a row of a sheet says it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..platforms.decimals import decimal_mark, read_number
from ..printable import printable
from ..rubric import Rubric, RubricItem

COMMENT_LIMIT = 5_000  # characters
TICKS = ("x", "✓", "✔", "☑", "yes", "true", "ja", "wahr", "oui", "vrai", "sí", "si")
NO_TICKS = ("", "☐", "no", "false", "nein", "falsch", "non", "faux", "-", "–")


class Refused(Exception):
    """A row that can't be taken; the message says why, and what to do."""


@dataclass(frozen=True)
class Mark:
    """Points with the items behind them, as far as items were ticked, and a comment."""

    points: float
    items: Mapping[str, float] = field(default_factory=dict)  # id -> points of what was ticked
    comment: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return {"points": self.points, "items": dict(self.items), "comment": self.comment}

    @classmethod
    def from_json(cls, content: Any) -> "Mark":
        """Read one back.

        Raises:
            KeyError, TypeError, ValueError: if it is none.
        """
        items = {str(name): float(points) for name, points in content["items"].items()}
        return cls(float(content["points"]), items, str(content["comment"]))


def read_mark(
    cells: Mapping[str, str], points: str, comment: str, rubric: Rubric, max_score: float
) -> Mark | None:
    """What a row gives; None if nothing is filled in.

    Args:
        cells: the texts in the columns of the rubric's items, by id.
        points: the text in the column for points.

    Raises:
        Refused: if it isn't clear, or more or less than there is to give.
    """
    items, is_said = _items(cells, rubric.items)
    given = _given(points, max_score)
    comment = _comment(comment)
    if given is None and not is_said:
        if comment:
            raise Refused("a comment without points; give points, 0 if that is meant")
        return None
    if not is_said:
        assert given is not None
        return Mark(given, {}, comment)
    ticked = rubric.points(items, max_score)
    if given is not None and abs(given - ticked) > 1e-6:
        raise Refused(
            f"the items come to {ticked:g} points, and `points` says {given:g}; correct one of "
            "them, or empty it"
        )
    return Mark(ticked, items, comment)


def _items(cells: Mapping[str, str], items: Iterable[RubricItem]) -> tuple[dict[str, float], bool]:
    """What was ticked, and whether anything was said at all."""
    found, is_said = {}, False
    for item in items:
        text = cells.get(item.id, "").strip()
        if text.casefold() in NO_TICKS:
            continue
        is_said = True
        if text.casefold() in TICKS:
            found[item.id] = item.points
            continue
        value = number_in(text)
        if value is None:
            raise Refused(
                f"`{printable(text, 40)}` in `{item.id}` is neither a tick nor points; write x, or "
                "a number"
            )
        low, high = sorted((0.0, item.points))
        if not low <= value <= high:
            raise Refused(f"{value:g} points in `{item.id}` are not within {low:g} and {high:g}")
        if value:
            found[item.id] = value
    return found, is_said


def _given(text: str, max_score: float) -> float | None:
    if not text.strip():
        return None
    value = number_in(text)
    if value is None:
        raise Refused(
            f"`{printable(text, 40)}` in `points` is no number; write one like 1.5 (spreadsheets "
            "make dates of some: have the column hold text)"
        )
    if not 0 <= value <= max_score:
        raise Refused(f"{value:g} points are not within 0 and {max_score:g}; correct them")
    return value


def number_in(text: str) -> float | None:
    """The number in a cell, with a point or a comma before its decimals."""
    number = read_number(text, decimal_mark([text]) or ".")
    return None if number is None else float(number) or 0.0  # not -0


def _comment(text: str) -> str:
    lines = (line.rstrip() for line in re.split(r"\r\n|\r|\n", text))
    comment = "\n".join(lines).strip()
    if len(comment) > COMMENT_LIMIT:
        raise Refused(f"a comment longer than {COMMENT_LIMIT} characters; shorten it")
    return comment
