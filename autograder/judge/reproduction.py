"""Names the mistake behind a failed test: known ones are put to the same test and inputs.

A hint may only claim what was seen. Where all that a submission answered in a test is what a known
mistake answers, and not what the solution answers, that mistake is named. The mistakes are those of
the lab's `variants/`; what they answer is found out once for each question, when it is needed.
"""

import functools
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat

from ..assignment import Assignment
from ..engine import Remote, StudentError
from ..engine.untrusted import arrays, tensors
from ..lab import read_lab_folder
from ..variants.solution import read_solution
from ..variants.variant import Variant, read_variants
from .session import Session

if TYPE_CHECKING:
    from .warm import Ready

FOLDERS = ("mistakes", "wrong")  # of variants
LEARNING_TIMEOUT_S = 60.0  # for all mistakes of a question
LONGEST = 1000  # of a text
SAMPLE = 64  # numbers of a tensor or an array that are compared
MOST_NAMED = 2  # mistakes that a message names, if a test can't tell them apart
REL_TOL, ABS_TOL = 1e-3, 1e-6
Heard = Sequence[Any]  # what was answered in one case of a test, see `told`


class NotLearnt(Exception):
    """Tests of these questions failed, and what their mistakes answer is not known yet."""

    def __init__(self, questions: Sequence[str]) -> None:
        super().__init__(", ".join(questions))
        self.questions = list(questions)


@dataclass
class Reproductions:
    """What the solution and known mistakes answer, by case of a test, for the questions learnt."""

    learnt: set[str] = field(default_factory=set)
    solution: dict[str, Heard] = field(default_factory=dict)  # case -> what is right
    mistakes: dict[str, dict[str, Heard]] = field(default_factory=dict)  # case -> title -> heard

    def titles(self, case: str, heard: Heard) -> list[str]:
        """The mistakes that answer this to a case and, somewhere, not what the solution does."""
        right = self.solution.get(case, ())
        return [
            title
            for title, theirs in self.mistakes.get(case, {}).items()
            if same(theirs, heard) and not same(theirs, right)
        ]

    def explained(self, case: str, heard: Heard) -> str:
        """A sentence that names the mistake; empty if none is known, or too many are."""
        titles = self.titles(case, heard)
        if not 0 < len(titles) <= MOST_NAMED:
            return ""
        named = " or ".join(f"{title[:1].lower()}{title[1:]}" for title in titles)
        return f"It is what comes out if an answer {named}"


def told(value: Any) -> Any:
    """A form of an answer that can be kept and compared: a few numbers stand for many."""
    if isinstance(value, Remote):
        return "an object"
    if isinstance(value, StudentError):
        return value.name, value.message
    if isinstance(value, BaseException):
        return type(value).__name__, str(value)
    if isinstance(value, str | bytes):
        return value[:LONGEST]
    if isinstance(value, Mapping):
        return [(key, told(item)) for key, item in value.items()]
    if isinstance(value, list | tuple):
        return type(value).__name__, [told(item) for item in value]
    for library in (tensors, arrays):
        if (sampled := library.sampled(value, SAMPLE)) is not None:
            return sampled
    return value


def same(one: Any, other: Any) -> bool:
    """Whether two answers in the form of `told` are the same, up to rounding."""
    if isinstance(one, float) and isinstance(other, float):
        both_nan = math.isnan(one) and math.isnan(other)
        return both_nan or math.isclose(one, other, rel_tol=REL_TOL, abs_tol=ABS_TOL)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and bool(one == other)


class _Trial(Session):
    """The solution's notebook, in which the answer to one question is exchanged again and again."""

    def exchange(self, question: str, cells: list[Any]) -> None:
        """Go back to where the answer to this question begins, in a notebook of these cells."""
        self.cells = cells
        end = self.question_order[question]
        begins = [place + 1 for place in self.question_order.values() if place < end]
        self._next = min(self._next, max(begins, default=0))
        self.forget()


def learn(ready: "Ready", known: Reproductions, question: str) -> None:
    """Find out what the solution and each known mistake answer to the tests of a question."""
    known.learnt.add(question)
    assignment, tests = ready.grader.assignment, ready.tests
    cells = assignment.solution.cells
    trial = _Trial(ready.zygote, cells, ready.grader.seed, listens=True)
    trial.ends_at = time.monotonic() + LEARNING_TIMEOUT_S
    try:
        tests.run(trial, {question})
        known.solution |= tests.heard
        for mistake in mistakes_of(assignment, question):
            trial.exchange(question, [_with_source(cell, mistake.sources) for cell in cells])
            tests.run(trial, {question})
            for case in tests.failed_cases:
                of_case = known.mistakes.setdefault(case, {})
                of_case.setdefault(mistake.title, tests.heard.get(case, []))
    finally:
        trial.close()


def mistakes_of(assignment: Assignment, question: str) -> list[Variant]:
    """The lab's known mistakes in the answer to this question, and to no other one."""
    variants = [] if assignment.source is None else _read_mistakes(assignment.source)
    return [variant for variant in variants if variant.questions == (question,)]


@functools.cache
def _read_mistakes(source: Path) -> list[Variant]:
    solution, folder = read_solution(source), read_lab_folder(source).variants_dir
    return [variant for name in FOLDERS for variant in read_variants(folder / name, solution)]


def _with_source(cell: Any, sources: Mapping[str, str]) -> Any:
    return nbformat.from_dict(cell | {"source": sources[cell.id]}) if cell.id in sources else cell
