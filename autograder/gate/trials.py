"""Grades submissions under chosen seeds and numbers of threads, in parallel.

The threads are the grader's. A worker has one, always: torch hangs in a child that was forked
from a process with more, and the engine caps what OpenMP may start there.
"""

import math
import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from torch import Tensor

from lib.kit.checks import compare

from ..assignment import Assignment
from ..engine import Limits, Policy, Zygote, zygote_of_this_process
from ..judge.grade import grade_submission
from ..judge.results import SubmissionResult
from ..lifeline import tied

Tolerance = tuple[str, str]  # a test, and what it compares


@dataclass(frozen=True)
class Trial:
    """One grading of one notebook."""

    notebook: Path
    seed: int
    num_threads: int = 1


@dataclass(frozen=True)
class TrialResult:
    """What came of it; a margin is how often the largest error fits into its tolerance."""

    trial: Trial
    result: SubmissionResult
    margins: dict[Tolerance, float] = field(default_factory=dict)


class Trials:
    """A process per core, warm for one release; a context manager.

    Notebooks are taken to be the instructor's own: where submissions can't be confined, these run
    unconfined.
    """

    def __init__(self, assignment: Assignment) -> None:
        # spawn: a forked copy of a process with threads may hang.
        spawn = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(os.cpu_count(), spawn, *tied(_start_process, assignment))

    def __enter__(self) -> "Trials":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def run(self, trials: Iterable[Trial]) -> Iterator[TrialResult]:
        """Yield each result as soon as it is known.

        Raises:
            EngineUnavailable, HiddenTestsBroken: if nothing can be graded.
        """
        for done in as_completed([self._pool.submit(_run, trial) for trial in trials]):
            yield done.result()


_assignment: Assignment
_zygote: Zygote
_margins: dict[Tolerance, float] = {}


def _start_process(assignment: Assignment) -> None:
    global _assignment, _zygote
    _assignment = assignment
    policy = Policy(allow_unconfined=True)
    _zygote = zygote_of_this_process(assignment.release_dir, Limits(), policy)
    compare.observers.append(_observe)


def _observe(what: str, error: Tensor, bound: Tensor) -> None:
    """Note the smallest bound / error of this tolerance in this trial."""
    test = (
        os.environ["PYTEST_CURRENT_TEST"].rpartition("::")[2].partition(" (")[0].partition("[")[0]
    )
    off = error > 0
    margin = float((bound[off] / error[off]).min()) if bool(off.any()) else math.inf
    _margins[test, what] = min(margin, _margins.get((test, what), math.inf))


def _run(trial: Trial) -> TrialResult:
    import torch

    torch.set_num_threads(trial.num_threads)
    _margins.clear()
    result = grade_submission(_assignment, trial.notebook.stem, trial.notebook, _zygote, trial.seed)
    return TrialResult(trial, result, dict(_margins))
