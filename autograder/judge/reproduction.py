"""Names the mistake behind a failed test: known ones are put to the same test and inputs.

A hint may only claim what was seen. Where a submission fails all the tests that a known mistake
fails, and answers there what that mistake answers, it is named. The mistakes are those of the lab's
`variants/`; what they answer is found out once for each question, when it is needed.
"""

import dataclasses
import functools
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..assignment import Assignment
from ..engine import Remote, StudentError, Worker
from ..engine.untrusted import adapters
from ..engine.untrusted.forms import Sample
from .clock import Clock
from .content import extra_files
from .results import COMES_OUT, predicate
from .session import Session
from .submission import with_sources

if TYPE_CHECKING:
    from ..variants.variant import Variant
    from .warm import Ready

LEARNING_TIMEOUT_S = 900.0  # for all mistakes of a question: grades must not depend on it
OBJECT = object()  # stands for what a test holds by its handle only
LONGEST = 1000  # of a text
MOST_COMPARED = 64  # numbers of a tensor or an array
MOST_NAMED = 2  # mistakes that a message names, if a test can't tell them apart
REL_TOL, ABS_TOL = 1e-3, 1e-6
Heard = list[Any]  # what was answered in one case of a test, see `told`


class NotLearnt(Exception):
    """Tests of these questions failed, and what their mistakes answer is not known yet."""

    def __init__(self, questions: Sequence[str]) -> None:
        super().__init__(", ".join(questions))
        self.questions = list(questions)


class Raised(NamedTuple):
    """An exception that a test met."""

    name: str
    message: str


class Evidence(NamedTuple):
    """Of a case that failed: what was answered, and what the test itself says if it compared."""

    heard: Heard
    message: str = ""


@dataclass(frozen=True)
class Mistake:
    """A known mistake: what it answers to the cases of tests that it fails.

    `loss` is what a fair teacher takes off for it, None if nobody said.
    """

    title: str
    loss: float | None
    failed: Mapping[str, Evidence]

    def explains(self, failed: Mapping[str, Evidence]) -> bool:
        """Whether all that it fails was failed here, too, with the same answers."""
        return bool(self.failed) and all(
            case in failed and _is_alike(theirs, failed[case])
            for case, theirs in self.failed.items()
        )


@dataclass(frozen=True)
class Learnt:
    """What the solution and the known mistakes answer to the tests of one question."""

    solution: Mapping[str, Heard]  # by case
    objects: Mapping[str, int]  # by case
    mistakes: list[Mistake]


@dataclass
class Reproductions:
    """What the solution and known mistakes answer to the tests of the questions learnt so far.

    `objects` says how many of the solution's answers to a case are objects, which stay with the
    student: as many as tests ask for, if none of them uses what another one asked for before.
    """

    solution: dict[str, Heard] = field(default_factory=dict)  # case -> what is right
    mistakes: dict[str, list[Mistake]] = field(default_factory=dict)  # by question
    objects: dict[str, int] = field(default_factory=dict)  # by case

    def add(self, question: str, learnt: Learnt) -> None:
        """Know from now on what was learnt of a question."""
        self.solution |= learnt.solution
        self.objects |= learnt.objects
        self.mistakes[question] = learnt.mistakes

    def explained(self, question: str, failed: Mapping[str, Evidence]) -> dict[str, str]:
        """For cases of a question: a sentence that names the mistake which answers this, and where
        something is wrong in it. There is none if no mistake is known, or if too many are."""
        fitting = [mistake for mistake in self.mistakes[question] if mistake.explains(failed)]
        named = {}
        for case, evidence in failed.items():
            if same(evidence.heard, self.solution.get(case)):
                continue
            answering = (one.title for one in fitting if case in one.failed)
            titles = dict.fromkeys(map(predicate, answering))
            if 0 < len(titles) <= MOST_NAMED:
                answers = " or ".join(titles)
                named[case] = f"{COMES_OUT} {answers}"
        return named

    def behind_most(
        self,
        question: str,
        failed: Mapping[str, Evidence],
        worth: Callable[[Collection[str]], float],
    ) -> Mistake | None:
        """The mistake that fails only cases of a question that failed, with the same answers: one
        that leaves as little of them as can be, of several the one that costs most.

        Args:
            worth: the points of cases.
        """

        def rest_and_loss(mistake: Mistake) -> tuple[float, float]:
            return worth(failed.keys() - mistake.failed.keys()), -(mistake.loss or 0.0)

        known = self.mistakes.get(question, ())
        fitting = [mistake for mistake in known if mistake.loss and mistake.explains(failed)]
        return min(fitting, key=rest_and_loss, default=None)

    def is_value(self, case: str, heard: Heard) -> bool:
        """Whether what was answered to a case proves anything. Everybody can raise an exception, or
        return an object that stays in the worker where a value is asked for."""
        if any(isinstance(answer, Raised) for answer in heard):
            return False
        return _count_objects(heard) <= self.objects.get(case, 0)


def _is_alike(one: Evidence, other: Evidence) -> bool:
    return one.message == other.message and same(one.heard, other.heard)


def _count_objects(told_of: Any) -> int:
    if isinstance(told_of, list):
        return sum(map(_count_objects, told_of))
    return int(told_of is OBJECT)


def told(value: Any, start: int = 0) -> Any:
    """A form of an answer that can be kept and compared: a few numbers stand for many. Which ones,
    `start` says: whoever knew could have these alone as a known mistake has them.

    Lists and tuples are the same in it, and the order of a dictionary is left out: where one of
    them is asked for, the test's message tells.
    """
    if isinstance(value, Remote):
        return OBJECT
    if isinstance(value, StudentError):
        return Raised(value.name, value.message)
    if isinstance(value, BaseException):
        return Raised(type(value).__name__, str(value))
    if isinstance(value, str | bytes):
        return value[:LONGEST]
    if isinstance(value, Mapping):
        return [[told(key, start), told(value[key], start)] for key in sorted(value, key=repr)]
    if isinstance(value, list | tuple):
        return [told(item, start) for item in value]
    sampled = adapters.sampled(value, Sample(MOST_COMPARED, start))
    if sampled is not None:
        return _as_lists(sampled)
    if value is None or isinstance(value, bool | int | float):
        return value
    return [type(value).__name__, repr(value)[:LONGEST]]  # dates and the like


def _as_lists(value: Any) -> Any:
    return list(map(_as_lists, value)) if isinstance(value, list | tuple) else value


def same(one: Any, other: Any) -> bool:
    """Whether two answers in the form of `told` are the same, up to rounding."""
    if isinstance(one, float) and isinstance(other, float):
        both_nan = math.isnan(one) and math.isnan(other)
        return both_nan or math.isclose(one, other, rel_tol=REL_TOL, abs_tol=ABS_TOL)
    if isinstance(one, list) and isinstance(other, list):
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

    def exchange(self, cells: list[Any]) -> None:
        """Begin anew, in a notebook of these cells: what an answer leaves behind stays behind."""
        self.close()
        self.cells = cells
        self._lost.clear()
        self._left_out.clear()
        self.failures.clear()


def learn(ready: "Ready", question: str) -> Learnt:
    """Find out what the solution and each known mistake answer to the tests of a question."""
    assignment, tests = ready.grader.assignment, ready.tests
    cells = assignment.solution.cells
    clock = Clock(dataclasses.replace(ready.zygote.limits, submission_timeout_s=LEARNING_TIMEOUT_S))
    solved = assignment.solution_files
    files = extra_files(assignment.files, solved)
    trial = _Trial(ready.zygote, cells, ready.grader.seed, clock, files=files, listens=True)
    try:
        trial.shares_nothing = True
        tests.run(trial, {question})
        objects = {case: _count_objects(heard) for case, heard in tests.heard.items()}
        trial.shares_nothing = False
        trial.exchange(cells)
        tests.run(trial, {question})
        solution, mistakes = tests.heard, []
        for one in mistakes_of(assignment, question):
            trial.files = extra_files(assignment.files, {**solved, **one.files})
            trial.exchange(with_sources(cells, one.sources))
            tests.run(trial, {question})
            mistakes.append(Mistake(one.title, one.loss, tests.evidence(question)))
    finally:
        trial.close()
    return Learnt(solution, objects, mistakes)


def mistakes_of(assignment: Assignment, question: str) -> list["Variant"]:
    """The lab's known mistakes in the answer to this question, and to no other one."""
    if assignment.source is None:
        return []
    variants = _read_mistakes(assignment.source, tuple(assignment.mistake_dirs))
    return [variant for variant in variants if variant.questions == (question,)]


@functools.cache
def _read_mistakes(source: Path, folders: tuple[Path, ...]) -> list["Variant"]:
    # Imported late: with them comes the compiler, which judging needs for nothing else.
    from ..variants.solution import read_solution
    from ..variants.variant import read_variants

    solution = read_solution(source)
    return [variant for folder in folders for variant in read_variants(folder, solution)]
