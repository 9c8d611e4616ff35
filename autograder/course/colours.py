"""The colours of a student's code in formgrader, found where it costs nobody else anything.

To find them can take minutes for a few lines that are made for it. So the press does it, under
limits, and keeps runs of characters; formgrader's server only puts them round the text that stands
there, and what the runs say can't be anything but a colour.
"""

import html
from collections.abc import Iterator
from itertools import groupby, islice
from typing import Any

from pygments.lexers import PythonLexer
from pygments.token import STANDARD_TYPES

RUNS_LIMIT = 10_000  # of a student; a browser and a server hold each as an element
LOOKED_AT_LIMIT = 60_000  # characters of a student; what is longer has no colours
NAMES = frozenset(STANDARD_TYPES.values())
PLAIN = {"err", "n", "p", "w"}  # have no colour, or are errors to Python that IPython runs
Run = tuple[str, int]  # what formgrader's style calls it, and how many characters it has


class Colours:
    """The colours of a student's cells, as long as there is room."""

    def __init__(self, room: int = RUNS_LIMIT) -> None:
        self._room, self._to_look_at = room, LOOKED_AT_LIMIT

    def of(self, source: str) -> list[Run]:
        """The runs of a cell's code; none if there are too many."""
        if not self._room or len(source) > self._to_look_at:
            return []
        self._to_look_at -= len(source)
        runs = list(islice(_runs(source), self._room + 1))
        if len(runs) > self._room:
            return []
        self._room -= len(runs)
        return runs


def in_colour(source: str, runs: Any) -> str:
    """Code as HTML. Runs that a file has may be anything: those that make no sense are left out."""
    shown, at = [], 0
    for run in runs if isinstance(runs, list) else []:
        match run:
            case [str(name), int(length)] if name in NAMES and length > 0:
                part = html.escape(source[at : at + length])
                shown.append(f'<span class="{name}">{part}</span>' if name else part)
                at += length
            case _:
                break
    return "".join(shown) + html.escape(source[at:])


def _runs(source: str) -> Iterator[Run]:
    lexer = PythonLexer(stripnl=False, ensurenl=False)
    named = ((_name(sort), value) for sort, value in lexer.get_tokens(source))
    for name, some in groupby(named, key=lambda one: one[0]):
        yield name, sum(len(value) for _, value in some)


def _name(sort: Any) -> str:
    name = STANDARD_TYPES.get(sort, "")
    return "" if name in PLAIN else name
