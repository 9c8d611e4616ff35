"""Finds written answers that stand beside their place.

Some students leave the blank as it is, or delete it, and write into a new text cell next to it, or
into the text that asks the question. That is an answer: a person has to read it.
"""

from collections.abc import Sequence
from typing import Any

from ..identity import is_given_text, normalised
from .parse import ParsedCell
from .places import LabCell, Places, nearest_places
from .submission import StudentCell


def find_beside(
    lab: Sequence[LabCell], cells: Sequence[ParsedCell], places: Places
) -> dict[int, list[int]]:
    """For the place of each written answer that is blank or missing, the cells that hold its text.

    These are the student's own text cells between the lab's cells around the place, and the given
    text above it if something was typed into that. A cell goes to the blank above it first.
    """
    return {} if places.are_of_another_lab else _Search(lab, cells, places).found()


def answer_beside(
    lab: Sequence[LabCell], cells: Sequence[ParsedCell], places: Places, place: int, at: list[int]
) -> StudentCell:
    """The answer that the cells at some numbers make up, in their order."""
    texts: list[str] = []
    pictures: dict[str, Any] = {}
    for number in at:
        given = places.of.get(number)
        text = cells[number].source if given is None else typed(cells[number], lab[given])
        for name, picture in cells[number].attachments.items():
            unique = name if name not in pictures else f"{number}-{name}"
            text = text.replace(f"attachment:{name}", f"attachment:{unique}")
            pictures[unique] = picture
        texts.append(text)
    return StudentCell(lab[place].id, lab[place].kind, "\n\n".join(texts), None, pictures)


def typed(cell: ParsedCell, original: LabCell) -> str:
    """The lines of a given text cell that the lab does not have there."""
    given = set(original.text.split("\n"))
    return "\n".join(line for line in cell.source.splitlines() if line.rstrip() not in given)


def is_untouched(cell: ParsedCell) -> bool:
    """Whether the cell still holds the text that some release gave, which its id then proves."""
    ids = filter(None, (cell.id, cell.grade_id))
    return any(is_given_text(one, cell.kind, cell.source) for one in ids)


class _Search:
    def __init__(self, lab: Sequence[LabCell], cells: Sequence[ParsedCell], places: Places) -> None:
        self._lab, self._cells, self._places = lab, cells, places
        self._numbers = {place: number for number, place in places.of.items()}
        self._taken: set[int] = set()

    def found(self) -> dict[int, list[int]]:
        beside: dict[int, list[int]] = {place: [] for place in self._open_places()}
        known = {place: place for place in self._numbers}
        for step in (1, -1):
            nearest = nearest_places(len(self._lab), known, step)
            for place, numbers in beside.items():
                near = place if place in known else nearest[place]
                at = None if near is None else self._numbers[near]
                numbers += self._own_texts(at, step)
        for place, numbers in beside.items():
            numbers += self._asking_text(place)
        return {place: sorted(numbers) for place, numbers in beside.items() if numbers}

    def _open_places(self) -> list[int]:
        """Of written answers that are as released, emptied or missing."""
        return [
            place
            for place, original in enumerate(self._lab)
            if original.role == "answer"
            and original.kind == "markdown"
            and self._text_at(place) in (None, "", original.text)
        ]

    def _text_at(self, place: int) -> str | None:
        number = self._numbers.get(place)
        return None if number is None else normalised(self._cells[number].source).strip()

    def _own_texts(self, at: int | None, step: int) -> list[int]:
        """The student's own text cells from a cell on, or from an end, to the lab's next cell."""
        found: list[int] = []
        number = at if at is not None else -1 if step == 1 else len(self._cells)
        while 0 <= (number := number + step) < len(self._cells) and number not in self._places.of:
            if number not in self._taken and self._is_own_text(number):
                found.append(number)
        self._taken.update(found)
        return found

    def _is_own_text(self, number: int) -> bool:
        cell, place = self._cells[number], self._places.copies.get(number)
        if cell.kind == "code" or not cell.source.strip() or is_untouched(cell):
            return False
        if place is None:
            return cell.role is None
        return normalised(cell.source) != self._lab[place].text

    def _asking_text(self, place: int) -> list[int]:
        """The given text just above a place, if something was typed into it."""
        number = self._numbers.get(place - 1)
        if number is None:
            return []
        asking, cell = self._lab[place - 1], self._cells[number]
        is_text = asking.role == "given" and asking.kind == "markdown" and cell.kind != "code"
        if not is_text or is_untouched(cell) or not typed(cell, asking).strip():
            return []
        return [number]
