"""The lines of a cell that its student wrote, with a few around them: enough to see what they do.

What stands as it was released is left out, because the student has the notebook.
"""

from collections.abc import Sequence
from dataclasses import dataclass

AROUND = 2  # lines that are shown before and after
DEFINES = ("def ", "async def ", "class ")


@dataclass(frozen=True)
class CodeLine:
    """A line by its number in the cell, from 1; number 0 stands for lines that are left out."""

    number: int
    text: str = ""
    marked: bool = False


def own_lines(released: str, written: str, marked: int = 0) -> list[CodeLine]:
    """What differs from the release, the marked line, what is around them and what they are in."""
    given, lines = released.split("\n"), written.split("\n")
    same_before = _count_same(given, lines)
    most = min(len(given), len(lines)) - same_before
    same_after = min(_count_same(given[::-1], lines[::-1]), most)
    end = len(lines) - same_after
    told: list[int] = []  # where it is worth knowing what one is in
    wanted: set[int] = set()
    if end > same_before or len(given) != len(lines):  # or some were deleted
        wanted |= _around(same_before, end, len(lines))
        told.append(same_before)
    if 0 < marked <= len(lines):
        wanted |= _around(marked - 1, marked, len(lines))
        told.append(marked - 1)
    wanted |= {_definition(lines, index) for index in told if index < len(lines)}
    shown, before = [], -1
    for index in sorted(wanted):
        if index != before + 1:
            shown.append(CodeLine(0))
        shown.append(CodeLine(index + 1, lines[index], index + 1 == marked))
        before = index
    if wanted and before + 1 < len(lines):
        shown.append(CodeLine(0))
    return shown


def _count_same(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines are the same from the first on."""
    for count, (line, beside) in enumerate(zip(one, other, strict=False)):
        if line != beside:
            return count
    return min(len(one), len(other))


def _around(first: int, end: int, count: int) -> set[int]:
    return set(range(max(0, first - AROUND), min(count, end + AROUND)))


def _definition(lines: Sequence[str], index: int) -> int:
    """The function or class that a line stands in; the line itself if it stands in none."""
    indent = _indent(lines[index])
    for above in range(index - 1, -1, -1):
        text = lines[above].lstrip()
        if text.startswith(DEFINES) and _indent(lines[above]) < indent:
            return above
    return index


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
