"""A rubric: what a written answer is graded by, item by item, as `lab.toml` has it:

[[questions.ex1-why.rubric]]
id = "bias"                                  # the column of a sheet
text = "says that a step on zeros changes the state"
points = 1                                   # below 0: taken off
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .toml_file import nearest

ITEMS_LIMIT = 20
TEXT_LIMIT = 300  # characters
MOST = 1_000_000  # more points than any item has
KEYS = ("id", "text", "points")
TAKEN = ("code", "answer", "points", "comment", "grader", "stand")  # other columns of a sheet
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True)
class RubricItem:
    """One thing that an answer may have, and what it is worth."""

    id: str
    text: str
    points: float


@dataclass(frozen=True)
class Rubric:
    """The items of a question; it may have none."""

    items: tuple[RubricItem, ...] = ()

    @property
    def most(self) -> float:
        """What all items together give."""
        return math.fsum(item.points for item in self.items if item.points > 0)

    def points(self, given: Mapping[str, float], max_score: float) -> float:
        """What items come to, held within 0 and the maximum.

        Where all items take points off, an answer begins with the maximum.
        """
        begin = max_score if self.takes_off else 0.0
        return min(max(round(begin + math.fsum(given.values()), 6), 0.0), max_score)

    @property
    def takes_off(self) -> bool:
        """Whether every item takes points off."""
        return bool(self.items) and all(item.points < 0 for item in self.items)


def read_rubric(entries: object, refuse: Callable[[int, str], Exception]) -> Rubric:
    """A rubric as TOML has it.

    Args:
        refuse: makes the error about an entry, by its number from 0, that says what is wrong.
    """
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        wrong = "`rubric` is a list of items; begin each with `[[questions.….rubric]]`"
        raise refuse(0, wrong)
    if len(entries) > ITEMS_LIMIT:
        raise refuse(ITEMS_LIMIT, f"more than {ITEMS_LIMIT} items in a rubric; merge some")
    items: list[RubricItem] = []
    for number, entry in enumerate(entries):
        wrong = _wrong(entry, items)
        if wrong:
            raise refuse(number, wrong)
        text = " ".join(entry["text"].split())
        items.append(RubricItem(entry["id"], text, float(entry["points"])))
    return Rubric(tuple(items))


def _wrong(entry: Mapping[str, Any], before: Sequence[RubricItem]) -> str:
    """What is wrong about an entry; "" if nothing is."""
    for key in entry:
        if key not in KEYS:
            return f"unknown key `{key}` of a rubric's item; {nearest(key, KEYS, 'the keys')}"
    name, text, points = (entry.get(key) for key in KEYS)
    if not isinstance(name, str) or not _ID.fullmatch(name):
        return "`id` of a rubric's item is a word of letters, digits, - and _; write one"
    if name.casefold() in TAKEN:
        return f"`{name}` is a column of every sheet; choose another `id`"
    if name.casefold() in {item.id.casefold() for item in before}:
        return f"two items of the rubric have the id `{name}`; rename one"
    if not isinstance(text, str) or not text.strip() or len(text) > TEXT_LIMIT:
        return f"`text` of `{name}` is a text of at most {TEXT_LIMIT} characters; write one"
    is_number = isinstance(points, int | float) and not isinstance(points, bool)
    if not (is_number and points and 0 < abs(points) < MOST):
        return f"`points` of `{name}` is a number other than 0, below 0 to take off; write one"
    return ""
