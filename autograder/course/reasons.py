"""Why tests failed, each reason once, however many tests of however many questions it fails.

Two tests have one reason if the same exception was raised at the same place, if the same known
mistake answers, if the same blank is open, if the same cell stopped and left names undefined, or if
they say the same but for numbers. What a message says is a student's word in part; a forged one
joins rows of a page of his own.
"""

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..assignment import is_answer, is_own, nbgrader_tag
from ..engine import Cause
from ..judge.results import COMES_OUT, CellFailure, QuestionResult, SubmissionResult, Verdict
from .open_blanks import Blank

KEY_LIMIT = 2_000  # characters of a message that are looked at

_BECAUSE_OF_CELL = re.compile(r"; cell (\S{1,200}) failed: ")
_RAISED = re.compile(r"(?:this cell|your code) raised (.*?)\((line \d+ of [^()\n]*)\)", re.DOTALL)
_PLACE = re.compile(r"\(line (\d{1,6}) of (its cell|[\w./-]+)(?:, in (\w+))?\)")
_UNDEFINED = re.compile(r"name '(\w+)' is not defined")
_NUMBER_OR_CODE = re.compile(r"(`[^`\n]*`)|\d+(?:\.\d+)?(?:e[+-]?\d+)?")
_QUOTED = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"")
_LOST_BEFORE = "not run, because a check before it "
_LOST = "the check "
_THIS_CELL = "this cell "

Key = tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """A line of a student's: of a cell, or of the file that `home` names; in a function, if any."""

    line: int
    home: str = ""
    function: str = ""


@dataclass(frozen=True)
class Reason:
    """One reason and the tests of a question that fail for it.

    `blamed` is the question where it lies, "" if that can't be told. `is_open`: nothing is wrong, a
    blank is still open. `failure` is the cell that stopped, if one did. `is_known_mistake`: the one
    mistake that the question names is behind all that failed.
    """

    key: Key
    message: str
    tests: tuple[Verdict, ...]
    blamed: str = ""
    is_open: bool = False
    failure: CellFailure | None = None
    is_known_mistake: bool = False

    @property
    def points(self) -> float:
        """What the tests are worth."""
        return sum(test.points for test in self.tests)

    @property
    def place(self) -> Place | None:
        """Where it happened, if the message says so."""
        said = self.failure.message if self.failure else self.message
        found = _PLACE.search(said[:KEY_LIMIT])
        if found is None:
            return None
        home = "" if found[2] == "its cell" else found[2]
        return Place(int(found[1]), home, found[3] or "")


class Reasons:
    """The reasons of a submission, question by question.

    Args:
        result: what grading found.
        notebook: the one that was graded.
        blanks: for each question the blanks that are still open in it.
    """

    def __init__(
        self, result: SubmissionResult, notebook: Any, blanks: Mapping[str, Sequence[Blank]]
    ) -> None:
        self._failures = {failure.cell_id: failure for failure in result.cell_failures}
        self._notebook, self._blanks = notebook, blanks

    @functools.cached_property
    def _sources(self) -> dict[str, str]:
        return {cell["id"]: cell["source"] for cell in self._notebook["cells"]}

    @functools.cached_property
    def _questions(self) -> dict[str, str]:
        return questions_by_cell(self._notebook)

    def of(self, question: QuestionResult) -> list[Reason]:
        """Those of one question, the one that fails most points first."""
        failed = [test for test in question.tests if not test.passed]
        if not failed:
            return []
        if question.is_one_mistake:
            key = ("mistake", question.mistake)
            tests = tuple(failed)
            return [Reason(key, failed[0].message, tests, question.id, is_known_mistake=True)]
        found: dict[Key, Reason] = {}
        for test in failed:
            reason = self._reason(question.id, test)
            before = found.get(reason.key)
            tests = (*before.tests, test) if before else (test,)
            found[reason.key] = Reason(**{**vars(before or reason), "tests": tests})
        return sorted(found.values(), key=lambda reason: -reason.points)

    def _reason(self, question: str, test: Verdict) -> Reason:
        message, failure = test.message, self._stopped_cell(test.message)
        root = failure.message if failure else message
        is_open = (failure.cause if failure else test.cause) is Cause.OPEN_BLANK
        blamed = self._questions.get(failure.cell_id, "") if failure else ""
        if is_open:
            blamed, key = self._open(question, root, blamed)
        else:
            key = _key(root)
        return Reason(key, message, (test,), blamed, is_open, failure)

    def _open(self, question: str, message: str, blamed: str) -> tuple[str, Key]:
        """The question whose blank is open, of those with such a blank the one asked about."""
        for name in dict.fromkeys([question, blamed, *self._blanks]):
            for blank in self._blanks.get(name, ()):
                if blank.mark in message or blank.text in message:
                    return name, ("open", name)
        return blamed, ("open", blamed, message[:KEY_LIMIT])

    def _stopped_cell(self, message: str) -> CellFailure | None:
        """The cell to blame by a message; of cells that stopped one by the other, the first."""
        found = _BECAUSE_OF_CELL.search(message[:KEY_LIMIT])
        failure = self._failures.get(found[1]) if found else None
        while failure and (before := self._stopped_before(failure)):
            failure = before
        return failure

    def _stopped_before(self, failure: CellFailure) -> CellFailure | None:
        """The cell that stopped before this one, and would have set the name that it lacks."""
        missing = _UNDEFINED.search(failure.message[:KEY_LIMIT])
        if missing is None or failure.cause is Cause.OPEN_BLANK:
            return None
        word = re.compile(rf"\b{re.escape(missing[1])}\b")
        for cell_id, earlier in self._failures.items():
            if cell_id == failure.cell_id:
                return None
            if word.search(self._sources.get(cell_id, "")):
                return earlier
        return None


def questions_by_cell(notebook: Any) -> dict[str, str]:
    """For each cell that a student wrote, by its id, the question that it is for."""
    questions: dict[str, str] = {}
    since_check: list[str] = []
    for cell in notebook["cells"]:
        tag = nbgrader_tag(cell)
        if is_answer(cell) or is_own(cell):
            since_check.append(cell["id"])
        if tag.get("grade"):
            if tag.get("solution"):  # a written answer stands for itself
                questions[since_check.pop()] = tag["grade_id"]
            else:
                questions |= dict.fromkeys(since_check, tag["grade_id"])
                since_check = []
    return questions


def _key(message: str) -> Key:
    text = message[:KEY_LIMIT]
    if found := _RAISED.search(text):
        return ("raised", _QUOTED.sub("'…'", _without_numbers(found[1])), found[2])
    if COMES_OUT in text:
        return ("mistake", text.partition(COMES_OUT)[2])
    for start in (_LOST_BEFORE, _LOST):
        if text.startswith(start):
            return ("lost", text.removeprefix(start))
    return ("said", _without_numbers(text))


def _without_numbers(text: str) -> str:
    """A text with # for each number outside of code."""
    return _NUMBER_OR_CODE.sub(lambda found: found[1] or "#", text)


def shares(reasons: Iterable[Reason], points: float) -> dict[Key, float]:
    """How lost points of a question fall to its reasons: as their tests are worth."""
    listed = list(reasons)
    together = sum(reason.points for reason in listed)
    return {
        reason.key: points * (reason.points / together if together else 1 / len(listed))
        for reason in listed
    }


def stopped(failure: CellFailure, title: str = "") -> str:
    """What became of a cell above, so that names are not defined."""
    return (
        f"A cell {f'of {title}' if title else 'above'} {failure.message.removeprefix(_THIS_CELL)}"
    )
