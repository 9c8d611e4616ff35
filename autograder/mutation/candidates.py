"""Has changed solutions graded: each in a worker of its own, many at a time.

A candidate is the solution with some cells changed. The questions before the first changed cell
cannot tell it from the solution, so at most the tests from there on are run.
"""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import nbformat

from ..assignment import Assignment
from ..engine import Limits
from ..errors import HiddenTestsBroken, UserError
from ..judge.content import extra_files
from ..judge.pool import Failed, Pool
from ..judge.results import Verdict, points_passed
from ..judge.session import Session
from ..judge.submission import with_sources
from ..judge.warm import Grader, Ready
from ..variants.solution import Solution


@dataclass(frozen=True)
class Candidate:
    """What is to be judged by the tests of `questions`, and if it passes these, of `then`."""

    name: str
    sources: dict[str, str]  # cell id -> code in place of the solution's
    questions: tuple[str, ...]
    then: tuple[str, ...] = ()
    files: dict[str, bytes] = field(default_factory=dict)  # in place of the solution's

    def run(self, ready: Ready) -> dict[str, Any]:
        """The verdicts as plain data."""
        started_at = time.monotonic()
        assignment = ready.grader.assignment
        cells = with_sources(assignment.solution.cells, self.sources)
        files = extra_files(assignment.files, {**assignment.solution_files, **self.files})
        session = Session(ready.zygote, cells, ready.grader.seed, files=files)
        try:
            verdicts = ready.tests.run(session, self.questions)
            if self.then and _all_passed(verdicts):
                verdicts |= ready.tests.run(session, self.then)
        finally:
            session.close()
        plain = {name: [asdict(test) for test in tests] for name, tests in verdicts.items()}
        return {"verdicts": plain, "seconds": round(time.monotonic() - started_at, 3)}


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
        return sum(map(points_passed, self.verdicts.values()))

    @property
    def max_score(self) -> float:
        """Points of all tests that were run."""
        return sum(test.points for tests in self.verdicts.values() for test in tests)


def make_grader(assignment: Assignment, solution: Solution, limits: Limits | None = None) -> Grader:
    """What judges candidates for a released lab; its assignment holds the solution.

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
    files = solution.files.solution
    solved = replace(assignment, solution=notebook, solution_files=files)
    return Grader(solved, limits=limits or assignment.limits)


def judge_all(grader: Grader, candidates: list[Candidate], jobs: int) -> Iterator[Judgement]:
    """Yield each judgement as soon as it is known.

    Raises:
        EngineUnavailable: if nothing can be judged as the policy asks.
        UserError: if the tests cannot run at all, or one candidate can't be judged.
    """
    if not candidates:
        return
    try:
        with Pool(grader, jobs, Candidate("", {}, grader.assignment.tested)) as pool:
            for candidate, answer in pool.run(candidates):
                yield as_judgement(candidate, answer)
    except HiddenTestsBroken as error:
        raise UserError(f"the tests can't run: {error}") from None


def as_judgement(candidate: Candidate, answer: Any) -> Judgement:
    """What a judge said of a candidate.

    Raises:
        UserError: if it came to no end.
    """
    if isinstance(answer, Failed):
        raise UserError(f"{candidate.name}: can't be judged: {answer.reason}")
    verdicts = {
        question: [Verdict.from_json(test) for test in tests]
        for question, tests in answer["verdicts"].items()
    }
    return Judgement(candidate.name, verdicts, answer["seconds"])


def _all_passed(verdicts: dict[str, list[Verdict]]) -> bool:
    return all(test.passed for tests in verdicts.values() for test in tests)
