"""Finds which of the lab's cells each submitted cell is.

By cell id; then by nbgrader's grade id, for files whose cell ids were lost; then, for whatever is
left, by content: a given cell by its text, an answer by the names that it defines or by its text,
both by likeness, and at last an answer by what stands around it. So answers to another release, or
in a notebook that lost its marks, are found as well. What students wrote is not parsed: names are
found by pattern.
"""

import functools
import keyword
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ..assignment import is_answer, is_for_colab, nbgrader_tag, question_id
from ..identity import KEPT_TEXTS, normalised
from .parse import ParsedCell

LIKENESS = 0.6  # of two cells that are one before and after a correction

_DEFINITION = re.compile(
    r"^(?:async[ \t]+)?(?:def|class)[ \t]+([^\W\d]\w*)"
    r"|^([^\W\d]\w*(?:[ \t]*,[ \t]*[^\W\d]\w*)*)[ \t]*(?::[^=\n]+)?=(?!=)",
    re.MULTILINE,
)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class LabCell:
    """A cell of the release."""

    id: str
    grade_id: str | None
    kind: str
    role: Literal["answer", "check", "given"]
    source: str
    text: str  # normalised
    names: frozenset[str]  # that its code defines
    is_for_colab: bool = False  # it may be missing, or anywhere

    @functools.cached_property
    def words(self) -> frozenset[str]:
        """What its likeness to another is found by."""
        return frozenset(_WORD.findall(self.source))


@dataclass
class Places:
    """What was found."""

    of: dict[int, int] = field(default_factory=dict)  # submitted cell -> the lab's cell
    copies: dict[int, int] = field(default_factory=dict)  # one that lost its place to another
    are_of_another_lab: bool = False  # the submitted cells
    by_content: set[int] = field(default_factory=set)  # submitted cells known by nothing else


def lab_cells(release_notebook: Any) -> list[LabCell]:
    """The cells of a released notebook."""
    return [
        LabCell(
            id=cell.id,
            grade_id=nbgrader_tag(cell).get("grade_id"),
            kind=cell.cell_type,
            role="answer" if is_answer(cell) else "check" if question_id(cell) else "given",
            source=cell.source,
            text=normalised(cell.source),
            names=defined_names(cell.cell_type, cell.source),
            is_for_colab=is_for_colab(cell),
        )
        for cell in release_notebook.cells
    ]


@functools.lru_cache(maxsize=KEPT_TEXTS)
def defined_names(kind: str, source: str) -> frozenset[str]:
    """The names that a cell's lines at the left edge define, also if it does not parse."""
    if kind != "code":
        return frozenset()
    found: set[str] = set()
    for definition, targets in _DEFINITION.findall(source):
        found |= {definition} if definition else set(_WORD.findall(targets))
    return frozenset(name for name in found if not keyword.iskeyword(name))


def find_places(lab: Sequence[LabCell], cells: Sequence[ParsedCell]) -> Places:
    """The place of each submitted cell that has one; never two cells in one place."""
    search = _Search(lab, cells)
    search.by_ids()
    search.by_text("given", "check")
    search.by_check_line()
    search.by_names()
    search.by_text("answer")
    search.by_likeness()
    search.places.are_of_another_lab = search.is_another_lab()
    if not search.places.are_of_another_lab:
        search.by_neighbours()
    return search.places


class _Search:
    def __init__(self, lab: Sequence[LabCell], cells: Sequence[ParsedCell]) -> None:
        self.lab, self.cells = lab, cells
        self.texts = [normalised(cell.source) for cell in cells]
        self.places = Places()
        self.found: set[int] = set()  # cells of the lab
        self.has_marks = any(cell.role for cell in cells)

    def by_ids(self) -> None:
        """One of several cells with one id holds the place: one that is no blank rather than a
        blank, then the one with the lab's cell id rather than a grade id alone, then one that
        stands where the lab has it, then the last: it is what counts when all of them run."""
        ids = {cell.id: index for index, cell in enumerate(self.lab)}
        grade_ids = {cell.grade_id: index for index, cell in enumerate(self.lab) if cell.grade_id}
        claims: defaultdict[int, list[int]] = defaultdict(list)
        for number, cell in enumerate(self.cells):
            place = ids.get(cell.id) if cell.id is not None else None
            if place is None and cell.grade_id is not None:
                place = grade_ids.get(cell.grade_id)
            if place is not None:
                claims[place].append(number)
        for place, numbers in claims.items():
            if len(numbers) == 1:
                self._put(numbers[0], place)
        beside = self._beside()

        def rank(number: int, place: int) -> tuple[Any, ...]:
            has_other_id = self.cells[number].id != self.lab[place].id
            blank = self._is_blank(number, place)
            return (blank, has_other_id, not beside(number, place), -number)

        for place, numbers in claims.items():
            if len(numbers) > 1:
                best = min(numbers, key=lambda number: rank(number, place))
                self._put(best, place)
                self.places.copies |= {number: place for number in numbers if number != best}

    def by_text(self, *roles: str) -> None:
        """Unchanged cells; of cells with one text the first is the first."""
        waiting: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for number in self._cells_left():
            waiting[self.cells[number].kind, self.texts[number]].append(number)
        for place in self._places_left(*roles):
            cell = self.lab[place]
            if cell.text and (numbers := waiting[cell.kind, cell.text]):
                self._put(numbers.pop(0), place, by_content=True)

    def by_check_line(self) -> None:
        """Check cells into which something else was typed."""
        for place in self._places_left("check"):
            for number in self._cells_left():
                if self.lab[place].text in self.texts[number].split("\n"):
                    self._put(number, place, by_content=True)
                    break

    def by_names(self) -> None:
        """Answers that define what the blank defines, marked and filled ones first, of equal ones
        that which stands where the blank stands, or else the last. A cell without a mark must stand
        there: others may need it where it is."""
        beside = self._beside()
        makers: defaultdict[str, set[int]] = defaultdict(set)
        names: dict[int, frozenset[str]] = {}
        for number in self._cells_left():
            cell = self.cells[number]
            if cell.role == "answer" or (cell.role is None and cell.kind == "code"):
                names[number] = defined_names("code", cell.source)
                for name in names[number]:
                    makers[name].add(number)

        def rank(number: int, place: int) -> tuple[Any, ...]:
            wanted = self.lab[place].names
            shared = len(wanted & names[number])
            share = shared / (len(wanted) + len(names[number]) - shared)
            unmarked = self.cells[number].role is None
            away = not beside(number, place)
            return (unmarked, self._is_blank(number, place), -share, away, -number, -place)

        pairs = [
            (number, place)
            for place in self._places_left("answer")
            for number in set().union(*(makers[name] for name in self.lab[place].names))
            if self.cells[number].role is not None or beside(number, place)
        ]
        self._put_best(pairs, rank)

    def by_likeness(self) -> None:
        """Cells that were corrected in one of the two releases, or by the student."""
        words = {n: frozenset(_WORD.findall(self.texts[n])) for n in self._cells_left()}

        def likeness(number: int, place: int) -> float:
            ours = self.lab[place].words
            return 2 * len(ours & words[number]) / (len(ours) + len(words[number]) or 1)

        pairs = [
            (number, place)
            for place in self._places_left("answer", "given")
            for number in words
            if self._may_be(number, place) and likeness(number, place) >= LIKENESS
        ]
        self._put_best(pairs, lambda number, place: (-likeness(number, place), number, place))

    def is_another_lab(self) -> bool:
        """Whether there is something, and nothing that is asked in it is asked here. Labs share
        given cells, such as their imports."""
        if any(self.lab[place].role != "given" for place in self.found):
            return False
        asks = any(cell.role in ("answer", "check") for cell in self.cells)
        return bool(self.cells and self.lab) and (asks or not self.found)

    def by_neighbours(self) -> None:
        """Answers that stand after, or else before, the cell after or before which the lab has
        them, among cells that have a place. The notebook's ends are no neighbours: any has them."""
        for step in (1, -1):
            around_lab = nearest_places(len(self.lab), {place: place for place in self.found}, step)
            around_cells = nearest_places(len(self.cells), self.places.of, step)
            waiting: defaultdict[int | None, list[int]] = defaultdict(list)
            for number in self._cells_left()[::step]:
                waiting[around_cells[number]].append(number)
            for place in self._places_left("answer")[::step]:
                numbers = waiting[around_lab[place]] if around_lab[place] is not None else []
                fitting = [n for n in numbers if self._may_be(n, place, by_place=True)]
                for number in fitting[:1]:
                    numbers.remove(number)
                    self._put(number, place, by_content=True)

    def _beside(self) -> Callable[[int, int], bool]:
        """Whether a cell has the neighbour that a place has: the nearest known one on a side."""
        known = {place: place for place in self.found}
        in_lab = [nearest_places(len(self.lab), known, step) for step in (1, -1)]
        in_cells = [nearest_places(len(self.cells), self.places.of, step) for step in (1, -1)]

        def beside(number: int, place: int) -> bool:
            sides = zip(in_cells, in_lab, strict=True)
            return bool(known) and any(cells[number] == lab[place] for cells, lab in sides)

        return beside

    def _may_be(self, number: int, place: int, by_place: bool = False) -> bool:
        """Whether a cell can be the lab's at all, which its mark may say."""
        cell, original = self.cells[number], self.lab[place]
        if cell.kind != original.kind:
            return False
        if cell.role is not None:
            return cell.role == original.role
        if self.has_marks:  # then a cell without one is the student's own
            return False
        return not (by_place and original.names)  # it would define one of them

    def _is_blank(self, number: int, place: int) -> bool:
        return self.lab[place].role == "answer" and self.texts[number] == self.lab[place].text

    def _put_best(
        self, pairs: Iterable[tuple[int, int]], rank: Callable[[int, int], tuple[Any, ...]]
    ) -> None:
        for number, place in sorted(pairs, key=lambda pair: rank(*pair)):
            if number not in self.places.of and place not in self.found:
                self._put(number, place, by_content=True)

    def _put(self, number: int, place: int, by_content: bool = False) -> None:
        self.places.of[number] = place
        self.found.add(place)
        if by_content:
            self.places.by_content.add(number)

    def _cells_left(self) -> list[int]:
        taken = self.places.of.keys() | self.places.copies.keys()
        return [n for n, text in enumerate(self.texts) if n not in taken and text.strip()]

    def _places_left(self, *roles: str) -> list[int]:
        return [
            place
            for place, cell in enumerate(self.lab)
            if place not in self.found and cell.role in roles
        ]


def nearest_places(length: int, known: dict[int, int], step: int) -> dict[int, int | None]:
    """For each position the place of the nearest known one before it (step 1) or after it (-1)."""
    found: dict[int, int | None] = {}
    last: int | None = None
    for position in range(length)[::step]:
        found[position] = last
        if position in known:
            last = known[position]
    return found
