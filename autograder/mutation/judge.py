"""Has changed solutions graded: each in a worker of its own, many at a time.

A candidate is the solution with some cells changed. The questions before the first changed cell
cannot tell it from the solution, so at most the tests from there on are run.
"""

import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Any

import nbformat

from ..assignment import Assignment
from ..engine import Limits, Policy, Zygote, strongest_possible, zygote_of_this_process
from ..errors import UserError
from ..judge.pytest_plugin import HiddenTestsBroken, run_tests
from ..judge.results import Verdict
from ..judge.session import Session
from ..lifeline import tied
from .solution import Solution


@dataclass(frozen=True)
class Candidate:
    """What is to be judged by the tests of `questions`, and if it passes these, of `then`."""

    name: str
    sources: dict[str, str]  # cell id -> code in place of the solution's
    questions: tuple[str, ...]
    then: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """The tests that a candidate was put to, by question."""

    name: str
    verdicts: dict[str, list[Verdict]]
    seconds: float

    @property
    def failed(self) -> list[tuple[str, Verdict]]:
        """Question and verdict of each test that failed."""
        return [
            (q, test) for q, tests in self.verdicts.items() for test in tests if not test.passed
        ]

    @property
    def score(self) -> float:
        """Points of the tests that passed."""
        return sum(t.points for tests in self.verdicts.values() for t in tests if t.passed)

    @property
    def max_score(self) -> float:
        """Points of all tests that were run."""
        return sum(test.points for tests in self.verdicts.values() for test in tests)


@dataclass(frozen=True)
class Judge:
    """All that judging needs besides the candidates."""

    assignment: Assignment
    notebook: Any  # the solution, cells with ids
    seed: int = 0
    limits: Limits = field(default_factory=Limits)
    policy: Policy = field(default_factory=Policy)

    @property
    def questions(self) -> tuple[str, ...]:
        """Those graded by tests, in order."""
        return tuple(q.id for q in self.assignment.questions if not q.written)

    def from_question(self, question: str) -> tuple[str, ...]:
        """This question and those after it."""
        return self.questions[self.questions.index(question) :]


def make_judge(assignment: Assignment, solution: Solution, limits: Limits | None = None) -> Judge:
    """A judge of a released lab.

    Raises:
        UserError: if the release is not what the lab's source builds.
    """
    notebook = nbformat.from_dict(assignment.notebook)
    released = [(cell.id, cell.source) for cell in notebook.cells]
    if released != [(piece.cell_id, piece.student) for piece in solution.lab.pieces]:
        where = assignment.release_dir
        raise UserError(f"{where}: not what {solution.path} builds; run `make release`")
    for cell, piece in zip(notebook.cells, solution.lab.pieces, strict=True):
        cell.source = piece.solution
    return Judge(assignment, notebook, limits=limits or Limits())


def judge_all(judge: Judge, candidates: list[Candidate], jobs: int) -> Iterator[Judgement]:
    """Yield each judgement as soon as it is known.

    Raises:
        ConfinementRefused: if this machine can't confine candidates as the policy asks.
        UserError: if the tests cannot run at all.
    """
    strongest_possible(judge.policy)  # it may refuse
    if not candidates:
        return
    processes = min(jobs, len(candidates))
    # spawn: a forked copy of a process with threads (progress bars) may hang.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, spawn, *tied(_start_process, judge)) as pool:
        try:
            for done in as_completed([pool.submit(_judge_one, one) for one in candidates]):
                yield done.result()
        except HiddenTestsBroken as error:
            pool.shutdown(wait=False, cancel_futures=True)
            raise UserError(f"the tests can't run: {error}") from None
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def judge_here(judge: Judge, zygote: Zygote, candidate: Candidate) -> Judgement:
    """Judge one candidate by a worker of this zygote.

    Raises:
        HiddenTestsBroken: if the tests cannot run at all.
    """
    started_at = time.monotonic()
    cells = [
        nbformat.from_dict(cell | {"source": candidate.sources[cell.id]})
        if cell.id in candidate.sources
        else cell
        for cell in judge.notebook.cells
    ]
    session = Session(zygote, cells, judge.seed)
    try:
        verdicts = run_tests(judge.assignment.test_files, session, candidate.questions)
        if candidate.then and _all_passed(verdicts):
            verdicts |= run_tests(judge.assignment.test_files, session, candidate.then)
    finally:
        session.close()
    return Judgement(candidate.name, verdicts, round(time.monotonic() - started_at, 3))


def _all_passed(verdicts: dict[str, list[Verdict]]) -> bool:
    return all(test.passed for tests in verdicts.values() for test in tests)


_judge: Judge
_zygote: Zygote


def _start_process(judge: Judge) -> None:
    """Runs once in each process: torch, the reference and a zygote are loaded for all."""
    global _judge, _zygote
    import torch

    torch.set_num_threads(1)
    _judge = judge
    _zygote = zygote_of_this_process(judge.assignment.release_dir, judge.limits, judge.policy)


def _judge_one(candidate: Candidate) -> Judgement:
    return judge_here(_judge, _zygote, candidate)
