"""What grading says about a submission, and its form as JSON."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from ..add_points import add_points
from ..engine import Cause
from .content import ExtraFile
from .submission import StudentCell

FAILED = "failed"
COMES_OUT = "An answer gives this if it"  # a known mistake's title follows
KEPT_CHARACTERS = 20_000  # of a file that is no notebook
Row = TypeVar("Row")


@dataclass(frozen=True)
class Verdict:
    """One hidden or public test of a question; `message` is written for the student.

    A public one is among the checks that students have: they know its inputs.
    `cause` is why it failed. Where student code raised an exception, `error_name` and `errno` are
    its type and its error number: the student's word, good for a report only. Of a test that broke,
    `detail` says to the grader what it raised and where.
    """

    name: str
    checked: str
    points: float
    outcome: str  # "passed" or "failed"
    message: str = ""
    cause: Cause | None = None
    error_name: str = ""
    errno: int = 0
    public: bool = False
    detail: str = ""

    @property
    def passed(self) -> bool:
        return self.outcome == "passed"

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Verdict":
        """The inverse of `vars`."""
        return _with_cause(cls, data)


def predicate(title: str) -> str:
    """The title of a mistake as it goes on from "an answer that"."""
    return f"{title[:1].lower()}{title[1:]}"


def points_passed(tests: Iterable[Verdict]) -> float:
    """What the tests that passed are worth together.

    Everybody can answer a public check by heart. So where there are hidden tests, public ones count
    only if one of these passes, too.
    """
    tests = tuple(tests)
    hidden = [test for test in tests if not test.public]
    if hidden and not any(test.passed for test in hidden):
        return 0.0
    return add_points(test.points for test in tests if test.passed)


@dataclass(frozen=True)
class QuestionResult:
    """A question's tests; a written answer has none, and its score stays open.

    `tests` are those of the student's own run. Where one known mistake is behind what failed,
    `mistake_score` is what is left after its fair loss, and `mistake` says which, if it is behind
    all that failed. With `read_on` it is what the answer earned where slips that stop it were
    overlooked. `carried_score` is what the answer earned on top of the reference's earlier
    answers, where that is more; `builds_on` names the earlier questions which have mistakes and
    which it needs. `kept_score` is what an earlier grading of the same hand-in gave, where a
    regrade would give less.
    """

    id: str
    max_score: float
    tests: tuple[Verdict, ...] = ()
    carried_score: float | None = None
    builds_on: tuple[str, ...] = ()
    mistake: str = ""
    mistake_score: float | None = None
    extra: bool = False  # its points are extra credit
    written: bool = False  # a person gives its points
    kept_score: float | None = None
    read_on: bool = False

    @property
    def own_score(self) -> float | None:
        """What the student's notebook earned as it was handed in."""
        return max(self.tests_score, self.mistake_score or 0.0) if self.tests else None

    @property
    def tests_score(self) -> float:
        """What the tests that passed are worth."""
        return points_passed(self.tests)

    @property
    def full(self) -> bool:
        """Whether the student's own run earned all that tests give."""
        return all(test.passed for test in self.tests)

    @property
    def is_one_mistake(self) -> bool:
        """Whether one known mistake is behind all that failed, and its fair loss counts."""
        gains = (self.mistake_score or 0.0) > self.tests_score
        return bool(self.mistake) and gains and not self.read_on and not self.carried

    @property
    def carried(self) -> bool:
        return self.carried_score is not None

    @property
    def earned(self) -> float | None:
        """What the last grading alone gives."""
        return self.own_score if self.carried_score is None else self.carried_score

    @property
    def score(self) -> float | None:
        return self.earned if self.kept_score is None else self.kept_score

    def as_json(self) -> dict[str, Any]:
        """Plain data, with what derives from it."""
        return {
            **vars(self),
            "tests": [dict(vars(test)) for test in self.tests],
            "score": self.score,
            "own_score": self.own_score,
            "carried": self.carried,
        }


@dataclass(frozen=True)
class CellFailure:
    """A cell that raised, ended its worker or was not run; `name` is that of what it raised."""

    cell_id: str
    name: str
    message: str
    cause: Cause
    errno: int = 0

    @property
    def stopped(self) -> bool:
        """Whether it ended its worker."""
        return self.cause.worker_lost


@dataclass(frozen=True)
class HandedFile:
    """A file that the lab asks for besides the notebook, as it is shown.

    `text` is its beginning, "" for what is no text; `why` says why there is none, "" if there is.
    `sha256` is "" where there is no file, and of what an earlier version stored.
    """

    name: str
    size_bytes: int = 0
    text: str = ""
    why: str = ""
    sha256: str = ""


def as_handed_in(file: ExtraFile) -> HandedFile:
    """What is kept of a file."""
    content = file.content or b""
    digest = "" if file.content is None else hashlib.sha256(content).hexdigest()
    return HandedFile(file.name, len(content), _text_of(content), file.why, digest)


def _text_of(content: bytes) -> str:
    """As much as is kept of a text, whatever its encoding; "" for what is none."""
    text = content[: 4 * KEPT_CHARACTERS].decode("utf-8-sig", "replace")[:KEPT_CHARACTERS]
    is_binary = "\0" in text or 10 * text.count("\ufffd") > len(text)
    return "" if is_binary else text


@dataclass(frozen=True)
class SubmissionResult:
    """Everything recorded about one graded submission."""

    student: str
    status: str  # "graded", "unreadable" (nothing to grade), or FAILED by a defect of the grader
    confinement: str
    seed: int
    seconds: float
    cpu_s: float  # processor time of the student's own processes
    questions: tuple[QuestionResult, ...]
    remarks: tuple[str, ...] = ()
    cell_failures: tuple[CellFailure, ...] = ()
    cells: tuple[StudentCell, ...] = ()  # with the release, the notebook that was graded
    files: tuple[HandedFile, ...] = ()  # all that the lab asks for besides

    @property
    def score(self) -> float:
        return add_points(question.score or 0.0 for question in self.questions)

    @property
    def max_score(self) -> float:
        """By tests, without extra credit, which may lift the score above it."""
        return self._most(written=False)

    @property
    def by_hand(self) -> float:
        """What is left for a person to give, without extra credit."""
        return self._most(written=True)

    def _most(self, written: bool) -> float:
        asked = (one for one in self.questions if one.written is written and not one.extra)
        return add_points(one.max_score for one in asked)

    def first_remarks(self, most: int) -> list[str]:
        """As many of its remarks, and how many more there are."""
        more = len(self.remarks) - most
        return [*self.remarks[:most], *[f"… and {more} more remarks"] * (more > 0)]

    def as_json(self) -> dict[str, Any]:
        """Plain data with the derived scores beside what they derive from."""
        return {
            **vars(self),
            "questions": [question.as_json() for question in self.questions],
            "cell_failures": [dict(vars(failure)) for failure in self.cell_failures],
            "cells": [dict(vars(cell)) for cell in self.cells],
            "files": [dict(vars(file)) for file in self.files],
            "score": self.score,
            "max_score": self.max_score,
            "by_hand": self.by_hand,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "SubmissionResult":
        """The inverse of `as_json`; derived scores are recomputed, not believed.

        Raises:
            KeyError, TypeError, ValueError: if it was stored by another version.
        """
        questions = tuple(
            QuestionResult(
                question["id"],
                question["max_score"],
                tuple(Verdict.from_json(test) for test in question["tests"]),
                question["carried_score"],
                tuple(question["builds_on"]),
                question["mistake"],
                question["mistake_score"],
                question.get("extra", False),
                question.get("written", not question["tests"]),
                question.get("kept_score"),
                question.get("read_on", False),
            )
            for question in data["questions"]
        )
        kept = {name: data[name] for name in cls.__dataclass_fields__ if name in data}
        kept["questions"] = questions
        kept["remarks"] = tuple(data["remarks"])
        kept["cell_failures"] = tuple(
            _with_cause(CellFailure, cell) for cell in data["cell_failures"]
        )
        kept["cells"] = tuple(StudentCell(**cell) for cell in data["cells"])
        kept["files"] = tuple(HandedFile(**file) for file in data.get("files", ()))
        return cls(**kept)


def _with_cause(kind: type[Row], data: dict[str, Any]) -> Row:
    cause = data["cause"]
    return kind(**{**data, "cause": None if cause is None else Cause(cause)})
