"""Names the mistake behind a failed test: known ones are put to the same test and inputs.

A hint may only claim what was seen. Where all that a submission answered in a test is what a known
mistake answers, and not what the solution answers, that mistake is named. The mistakes are those of
the lab's `variants/`; what they answer is found out once for each question, when it is needed.
"""

import dataclasses
import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..assignment import Assignment
from ..engine import Remote, StudentError, Worker
from ..engine.untrusted import arrays, tensors
from ..variants.solution import read_solution
from ..variants.variant import Variant, read_variants
from .clock import Clock
from .dependencies import spans
from .results import predicate
from .session import Session
from .submission import with_sources

if TYPE_CHECKING:
    from .warm import Ready

LEARNING_TIMEOUT_S = 900.0  # for all mistakes of a question: grades must not depend on it
OBJECT = object()  # stands for what a test holds by its handle only
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


class Raised(NamedTuple):
    """An exception that a test met."""

    name: str
    message: str


@dataclass(frozen=True)
class Mistake:
    """A known mistake: what it answers to the cases of tests that it fails.

    `loss` is what a fair teacher takes off for it, None if nobody said.
    """

    title: str
    loss: float | None
    failed: Mapping[str, Heard]


@dataclass
class Reproductions:
    """What the solution and known mistakes answer to the tests of the questions learnt so far.

    `objects` says how many of the solution's answers to a case are objects, which stay with the
    student: as many as tests ask for, if none of them uses what another one asked for before.
    """

    solution: dict[str, Heard] = field(default_factory=dict)  # case -> what is right
    mistakes: dict[str, list[Mistake]] = field(default_factory=dict)  # by question
    objects: dict[str, int] = field(default_factory=dict)  # by case

    def explained(self, question: str, case: str, heard: Heard) -> str:
        """A sentence that names the mistake which answers this to a case, and where something is
        wrong in it; empty if none is known, or if too many are."""
        titles = [
            mistake.title
            for mistake in self.mistakes[question]
            if same(theirs := mistake.failed.get(case), heard)
            and not same(theirs, self.solution.get(case))
        ]
        if not 0 < len(titles) <= MOST_NAMED:
            return ""
        return f"It is what comes out if an answer {' or '.join(map(predicate, titles))}"

    def behind_all(self, question: str, failed: Mapping[str, Heard]) -> Mistake | None:
        """The one mistake that fails just these cases of a question, with the same answers; of
        several it is the one that costs most."""
        fitting = [
            mistake
            for mistake in self.mistakes.get(question, ())
            if mistake.loss
            and mistake.failed.keys() == failed.keys()
            and all(same(mistake.failed[case], heard) for case, heard in failed.items())
        ]
        return max(fitting, key=lambda mistake: mistake.loss or 0.0, default=None)

    def is_value(self, case: str, heard: Heard) -> bool:
        """Whether what was answered to a case proves anything. Everybody can raise an exception, or
        return an object that stays in the worker where a value is asked for."""
        if any(isinstance(answer, Raised) for answer in heard):
            return False
        return _count_objects(heard) <= self.objects.get(case, 0)


def _count_objects(told_of: Any) -> int:
    if isinstance(told_of, list | tuple):
        return sum(map(_count_objects, told_of))
    return int(told_of is OBJECT)


def told(value: Any) -> Any:
    """A form of an answer that can be kept and compared: a few numbers stand for many."""
    if isinstance(value, Remote):
        return OBJECT
    if isinstance(value, StudentError):
        return Raised(value.name, value.message)
    if isinstance(value, BaseException):
        return Raised(type(value).__name__, str(value))
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


@dataclass
class _Trial(Session):
    """The solution's notebook, in which the answer to one question is exchanged again and again.

    With `shares_nothing`, each test meets a new handle: it can't use what one before it asked for.
    """

    shares_nothing: bool = False

    def _advance_to(self, target: int) -> Worker:
        worker = super()._advance_to(target)
        if self.shares_nothing:
            worker.renew()
        return worker

    def exchange(self, question: str, cells: list[Any]) -> None:
        """Go back to where the answer to this question begins, in a notebook of these cells."""
        self.cells = cells
        start, _ = spans(cells)[question]
        self._next = min(self._next, start)
        self._lost.clear()
        self._fatal.clear()
        self.failures.clear()
        if self._worker is not None:
            self._worker.renew()


def learn(ready: "Ready", known: Reproductions, question: str) -> None:
    """Find out what the solution and each known mistake answer to the tests of a question."""
    assignment, tests = ready.grader.assignment, ready.tests
    cells = assignment.solution.cells
    known.mistakes[question] = learnt = []
    clock = Clock(dataclasses.replace(ready.zygote.limits, submission_timeout_s=LEARNING_TIMEOUT_S))
    trial = _Trial(ready.zygote, cells, ready.grader.seed, clock, listens=True)
    try:
        trial.shares_nothing = True
        tests.run(trial, {question})
        known.objects |= {case: _count_objects(heard) for case, heard in tests.heard.items()}
        trial.shares_nothing = False
        trial.exchange(question, cells)
        tests.run(trial, {question})
        known.solution |= tests.heard
        for one in mistakes_of(assignment, question):
            trial.exchange(question, with_sources(cells, one.sources))
            tests.run(trial, {question})
            learnt.append(Mistake(one.title, one.loss, tests.failed(question)))
    finally:
        trial.close()


def mistakes_of(assignment: Assignment, question: str) -> list[Variant]:
    """The lab's known mistakes in the answer to this question, and to no other one."""
    if assignment.source is None:
        return []
    variants = _read_mistakes(assignment.source, tuple(assignment.mistake_dirs))
    return [variant for variant in variants if variant.questions == (question,)]


@functools.cache
def _read_mistakes(source: Path, folders: tuple[Path, ...]) -> list[Variant]:
    solution = read_solution(source)
    return [variant for folder in folders for variant in read_variants(folder, solution)]
