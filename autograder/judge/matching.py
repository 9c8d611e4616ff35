"""Takes from a submitted notebook what is graded: answers to their places, the rest as own cells.

No text is dropped silently. A cell that is not simply an answer, an own cell, or a given cell as
the lab has it gets a note, for students and for graders.
"""

import functools
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Any

from ..identity import KEPT_TEXTS, normalised, own_id
from ..printable import printable
from .beside import answer_beside, find_beside, is_untouched
from .parse import ParsedCell, ParsedNotebook
from .places import LabCell, defined_names, find_places, lab_cells, nearest_places
from .submission import StudentCell, Submission

WORDS_LIMIT = 40  # characters of a cell that a note repeats
NAMED_LIMIT = 5  # cells that a note names

ANOTHER_LAB = (
    "nothing that is asked in it is asked in this lab; if it is the notebook of another one, "
    "hand in the right one"
)
# What a note says, before the names of the cells that it is about.
MISSING = "missing, so it counts as left blank"
ELSEWHERE = "written in another cell, so its blank does not run"
PUT_BACK = "missing cells of the lab, put back"
MOVED = "moved, and graded at its place in the lab"
RETYPED = "changed from code to text or back, and taken as what the lab has there"
RECOGNISED = "known by its text or its neighbours, as its id is of no cell of this release"
CHANGED = "given cells that are not as this release has them; its own text is used"
BESIDE = "left blank, but there is text of the student's beside it, which is taken as the answer"
IN_A_CHECK = "typed into a check cell, and run before the check"
COPIED = "copied; the copy that is not at the lab's place is a cell of the student's own"
BLANK_COPY = "copied; the copy in which nothing was changed is left out"
NOT_ASKED = "checks of questions that this release doesn't ask, left out"
OLD_TEXT = "texts of another release, left out"
NOT_RUN = "cells of another release, not run in this one"
STRANGE = "cells of another release or lab, kept as the student's own"


def match(release_notebook: Any, parsed: ParsedNotebook) -> Submission:
    """The student's answers and own cells, by the cells of the released notebook."""
    matching = _Matching(lab_cells(release_notebook), parsed.cells)
    matching.take_cells()
    matching.take_beside()
    if matching.places.are_of_another_lab:
        notes = [ANOTHER_LAB, *matching.notes]
    else:
        matching.look_for_missing()
        matching.look_at_order()
        notes = matching.notes
    return Submission(tuple(matching.student_cells), (*parsed.notes, *notes))


class _Matching:
    def __init__(self, lab: Sequence[LabCell], cells: Sequence[ParsedCell]) -> None:
        self._lab, self._cells = lab, cells
        self.places = find_places(lab, cells)
        places = self.places.of
        self._numbers = {place: number for number, place in places.items()}
        self._beside = find_beside(lab, cells, self.places)
        self._adopted = {number for numbers in self._beside.values() for number in numbers}
        self._neighbours = [nearest_places(len(cells), places, step) for step in (1, -1)]
        self._titles = _titles(lab)
        self._answers: dict[int, StudentCell] = {}  # by place
        self._own: list[StudentCell] = []
        self._noted: dict[str, list[str]] = {}
        self._extra_names: set[str] = set()  # defined where no blank of the lab defines them

    @property
    def student_cells(self) -> list[StudentCell]:
        """The answers in the order of the lab, then the own cells in the student's order."""
        return [*(cell for _, cell in sorted(self._answers.items())), *self._own]

    @property
    def notes(self) -> list[str]:
        """What was noted, in the order in which it was noticed."""
        return [f"{text}: {_listed(names)}" for text, names in self._noted.items()]

    def take_cells(self) -> None:
        """Sort each submitted cell to where it belongs."""
        for number, cell in enumerate(self._cells):
            place, above = self.places.of.get(number), self._above(number)
            if place is not None:
                self._take_placed(number, cell, place)
            elif number in self._adopted:
                continue
            elif number in self.places.copies:
                self._take_copy(number, cell, self.places.copies[number])
            elif cell.role is not None or is_untouched(cell):
                self._take_stranger(cell, above)
            else:
                self._keep(cell, above)

    def take_beside(self) -> None:
        """Take the written answers that stand beside their places."""
        for place, numbers in self._beside.items():
            self._answers[place] = answer_beside(
                self._lab, self._cells, self.places, place, numbers
            )
            self._note(BESIDE, self._titles[place])

    def look_for_missing(self) -> None:
        """Deal with the lab's cells that nothing was found for."""
        found = {*self.places.of.values(), *self._beside}
        for place, original in enumerate(self._lab):
            if place in found or original.is_for_colab:
                continue
            if original.role != "answer":
                self._note(PUT_BACK, self._titles[place])
            elif original.names and original.names <= self._extra_names:
                # Its blank would undo what the student wrote elsewhere.
                self._answers[place] = StudentCell(original.id, original.kind, "")
                self._note(ELSEWHERE, self._titles[place])
            else:
                self._note(MISSING, self._titles[place])

    def look_at_order(self) -> None:
        """Note cells that stand elsewhere than in the lab: the fewest that it takes."""
        places = [place for _, place in sorted(self.places.of.items())]
        order = [place for place in places if not self._lab[place].is_for_colab]
        for place in sorted(set(order) - set(_longest_rising(order))):
            self._note(MOVED, self._titles[place])

    def _above(self, number: int) -> int | None:
        """The place below which a cell of the student's own belongs: that of the cell above it.
        Where the cell below it has come to stand before that one, just before the cell below:
        later cells may need this one."""
        above, below = self._neighbours
        first, then = above[number], below[number]
        if first is not None and then is not None and then < first:
            return then - 1 if then else None
        return first

    def _above_copy(self, number: int, place: int) -> int | None:
        """The place below which a copy belongs: before or after the cell that it is a copy of, as
        the student has it, because the later one counts when both run."""
        above = self._above(number)
        highest = -1 if above is None else above
        if number > self._numbers[place]:
            return max(highest, place)
        before = min(highest, place - 1)
        return before if before >= 0 else None

    def _take_placed(self, number: int, cell: ParsedCell, place: int) -> None:
        original = self._lab[place]
        if original.role == "answer":
            self._take_answer(number, cell, place)
        elif normalised(cell.source) == original.text:
            return
        elif original.role == "check":
            self._take_from_check(cell, place)
        else:
            self._note(CHANGED, self._titles[place])
            if number not in self._adopted and not is_untouched(cell):
                self._keep(cell, place, runs=False)

    def _take_answer(self, number: int, cell: ParsedCell, place: int) -> None:
        original = self._lab[place]
        pictures = cell.attachments if original.kind == "markdown" else {}
        answer = StudentCell(original.id, original.kind, cell.source, None, pictures)
        self._answers[place] = answer
        self._extra_names |= defined_names(original.kind, cell.source) - original.names
        if cell.kind != original.kind:
            self._note(RETYPED, self._titles[place])
        if number in self.places.by_content and normalised(cell.source) != original.text:
            self._note(RECOGNISED, self._titles[place])

    def _take_from_check(self, cell: ParsedCell, place: int) -> None:
        """Let what was typed into a check cell run, without the check itself."""
        lines = cell.source.split("\n")
        typed = "\n".join(line for line in lines if line.rstrip() != self._lab[place].text)
        if typed.strip():
            self._note(IN_A_CHECK, self._titles[place])
            self._keep(ParsedCell(cell.kind, typed), place - 1 if place else None)

    def _take_copy(self, number: int, cell: ParsedCell, place: int) -> None:
        """A blank that runs once more would undo the answer; a check is made once anyway."""
        original = self._lab[place]
        if original.role != "given" and normalised(cell.source) == original.text:
            self._note(BLANK_COPY, self._titles[place])
        else:
            self._note(COPIED, self._titles[place])
            self._keep(cell, self._above_copy(number, place))

    def _take_stranger(self, cell: ParsedCell, above: int | None) -> None:
        """Take a cell that some lab has, but not this release."""
        title = _first_words(cell.source)
        if cell.role == "check" and cell.source.strip() == f'check("{cell.grade_id}")':
            self._note(NOT_ASKED, title)
        elif cell.kind != "code" and is_untouched(cell):
            self._note(OLD_TEXT, title)
        elif cell.is_skipped or self._is_replaced(cell):
            self._note(NOT_RUN, title)
            if not is_untouched(cell):
                self._keep(cell, above, runs=False)
        elif cell.source.strip():
            self._note(STRANGE, title)
            self._keep(cell, above)

    def _is_replaced(self, cell: ParsedCell) -> bool:
        """Whether this release gives what the cell defines, or asks for what it gave."""
        names = defined_names(cell.kind, cell.source)
        roles = ("given",) if cell.role == "answer" else ("given", "answer")
        return any(names & original.names for original in self._lab if original.role in roles)

    def _keep(self, cell: ParsedCell, above: int | None, runs: bool = True) -> None:
        """Keep a cell as the student's own, below one of the lab's; if it has any text."""
        if not cell.source.strip():
            return
        kind = cell.kind if runs or cell.kind != "code" else "raw"
        after = None if above is None else self._lab[above].id
        pictures = cell.attachments if kind == "markdown" else {}
        self._own.append(StudentCell(own_id(len(self._own)), kind, cell.source, after, pictures))
        self._extra_names |= defined_names(kind, cell.source)

    def _note(self, text: str, title: str) -> None:
        self._noted.setdefault(text, []).append(title)


def _titles(lab: Sequence[LabCell]) -> list[str]:
    """What to call each cell of the lab, so that a person finds it."""
    titles: list[str] = []
    question = ""  # that an answer in code leads up to
    for cell in reversed(lab):
        words = _first_words(cell.source)
        if cell.role == "check":
            question = cell.grade_id or cell.id
            titles.append(f"the check of {question}")
        elif cell.role == "answer" and cell.kind == "markdown":
            titles.append(cell.grade_id or cell.id)
        elif cell.role == "answer" and question:
            titles.append(f"{question}, {words}")
        else:
            titles.append(words)
    return titles[::-1]


@functools.lru_cache(maxsize=KEPT_TEXTS)
def _first_words(source: str) -> str:
    """The beginning of a cell, in quotation marks."""
    lines = (line.strip() for line in source.split("\n", 20))
    words = printable(next((line for line in lines if line.strip("#%! ")), "")[: 4 * WORDS_LIMIT])
    return f"“{words}”" if len(words) <= WORDS_LIMIT else f"“{words[:WORDS_LIMIT]}…”"


def _listed(names: Sequence[str]) -> str:
    shown = [*dict.fromkeys(names)]
    more = [f"and {len(shown) - NAMED_LIMIT} more"] if len(shown) > NAMED_LIMIT else []
    return ", ".join(shown[:NAMED_LIMIT] + more)


def _longest_rising(numbers: Iterable[int]) -> list[int]:
    """As many of the different numbers as can be left so that they rise."""
    ends: list[int] = []  # the last number of the best run of each length
    runs: list[list[int]] = []
    for number in numbers:
        length = bisect_left(ends, number)
        run = [*(runs[length - 1] if length else []), number]
        ends[length : length + 1] = [number]
        runs[length : length + 1] = [run]
    return runs[-1] if runs else []
