"""Marks in a text what it has in common with another one."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from .fingerprints import LENGTH, Hashes, passages
from .normal_form import Kind, Spelling, spelling

AROUND = 2  # lines that are shown before and after a line with a mark
SHOWN_LIMIT = 8_000  # characters of a text
Read = Callable[[str, Kind], Spelling | None]  # None if it takes too long
NOT_MARKED = "… not marked, as reading it takes too long; look at what was handed in …\n"


class Piece(NamedTuple):
    """A part of a text, marked or not; or a note in place of lines that are left out."""

    text: str
    is_marked: bool = False
    is_note: bool = False


def pieces(text: str, kind: Kind, shared: Hashes, read: Read = spelling) -> list[Piece]:
    """The text in pieces; long parts without a mark are left out."""
    spelt = read(text, kind)
    if spelt is None:
        return [Piece(NOT_MARKED, is_note=True), Piece(text[:SHOWN_LIMIT])]
    marks = _marks(len(text), spelt, kind, shared)
    shown: list[Piece] = []
    room = SHOWN_LIMIT
    for is_near, numbered in groupby(_near_marks(text, marks), key=lambda line: line[0]):
        lines = list(numbered)
        start, end = lines[0][1], lines[-1][2]
        if not is_near and len(lines) > 1:
            shown.append(Piece(f"… {len(lines)} lines without likeness …\n", is_note=True))
            continue
        shown += _cut(text, marks, start, min(end, start + room))
        room -= end - start
        if room < 0:
            return [*shown, Piece("\n… cut here: the text is longer …", is_note=True)]
    return shown


def _marks(length: int, spelt: Spelling, kind: Kind, shared: Hashes) -> Sequence[bool]:
    """For each character whether it is in a passage that both have."""
    from copydetect.utils import get_copied_slices  # which loads a library of plots: a second

    places = spelt.spans
    found = np.flatnonzero(np.isin(passages(spelt.normal, kind), shared))
    marks = [False] * length
    for first, last in zip(*get_copied_slices(found, LENGTH[kind]).astype(int), strict=True):
        start, end = places[first].start, places[min(last, len(places)) - 1].end
        marks[start:end] = [True] * (end - start)
    return marks


def _near_marks(text: str, marks: Sequence[bool]) -> Iterator[tuple[bool, int, int]]:
    """For each line whether it is near a mark, where it begins and where it ends."""
    lines, start = [], 0
    for line in text.splitlines(keepends=True):
        lines.append((start, start + len(line)))
        start += len(line)
    marked = [True in marks[start:end] for start, end in lines]
    for number, (start, end) in enumerate(lines):
        yield any(marked[max(0, number - AROUND) : number + AROUND + 1]), start, end


def _cut(text: str, marks: Sequence[bool], start: int, end: int) -> Iterator[Piece]:
    for is_marked, places in groupby(range(start, end), key=lambda at: marks[at]):
        found = list(places)
        yield Piece(text[found[0] : found[-1] + 1], is_marked)
