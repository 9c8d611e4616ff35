"""Grades the instructor's own notebooks under chosen seeds and numbers of threads.

The threads are the judge's. A worker has one, always: numerical libraries may hang in a child that
was forked from a process with more, and the engine caps what may start there.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lib.kit.checks import margins

from ..assignment import Assignment
from ..engine import EngineUnavailable, Policy
from ..engine.untrusted import tensors
from ..judge.content import read_content
from ..judge.grade import grade_submission
from ..judge.pool import Failed, Pool
from ..judge.results import SubmissionResult
from ..judge.warm import Grader, Ready

Tolerance = tuple[str, str]  # a test, and what it compares


@dataclass(frozen=True)
class Trial:
    """The task of grading one notebook."""

    notebook: Path
    seed: int
    num_threads: int = 1

    def run(self, ready: Ready) -> dict[str, Any]:
        """Result and margins as plain data."""
        least: dict[Tolerance, float] = {}

        def observe(what: str, margin: float) -> None:
            tolerance = ready.tests.running, what
            least[tolerance] = min(margin, least.get(tolerance, margin))

        tensors.use_threads(self.num_threads)
        margins.observers.append(observe)
        try:
            seeded = replace(ready, grader=replace(ready.grader, seed=self.seed))
            files = ready.grader.assignment.files
            content = read_content(self.notebook.stem, self.notebook, files)
            result = grade_submission(seeded, content)
        finally:
            margins.observers.remove(observe)
        return {
            "result": result.as_json(),
            "margins": [[*tolerance, margin] for tolerance, margin in least.items()],
        }


@dataclass(frozen=True)
class TrialResult:
    """What came of it; a margin is how often the largest error fits into its tolerance."""

    trial: Trial
    result: SubmissionResult
    margins: dict[Tolerance, float] = field(default_factory=dict)


def trial_pool(assignment: Assignment) -> Pool:
    """A pool for instructors' own notebooks: where submissions can't be confined, these run
    unconfined."""
    policy = Policy(allow_unconfined=True)
    grader = Grader(assignment, limits=assignment.limits, policy=policy)
    return Pool(grader, os.cpu_count() or 1)


def run_trials(pool: Pool, trials: Iterable[Trial]) -> Iterator[TrialResult]:
    """Yield each result as soon as it is known.

    Raises:
        EngineUnavailable, HiddenTestsBroken: if nothing can be graded.
    """
    for trial, answer in pool.run(trials):
        if isinstance(answer, Failed):
            raise EngineUnavailable(f"{trial.notebook.name} can't be graded: {answer.reason}")
        margins = {(test, what): margin for test, what, margin in answer["margins"]}
        yield TrialResult(trial, SubmissionResult.from_json(answer["result"]), margins)
