"""Grades a class: one process per core, each with its own zygote."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path

from ..assignment import Assignment
from ..course.store import ResultStore, environment_key, result_key
from ..engine import (
    EngineUnavailable,
    Limits,
    Policy,
    Zygote,
    printable,
    strongest_possible,
    zygote_of_this_process,
)
from ..lifeline import tied
from .grade import grade_submission
from .pytest_plugin import HiddenTestsBroken
from .results import FAILED, QuestionResult, SubmissionResult


@dataclass(frozen=True)
class Grader:
    """All that grading a submission needs besides the submission."""

    assignment: Assignment
    seed: int
    limits: Limits
    policy: Policy = field(default_factory=Policy)


@dataclass(frozen=True)
class Submission:
    """A student and the file handed in (which may be missing or broken)."""

    student: str
    path: Path


def grade_class(
    grader: Grader, submissions: list[Submission], jobs: int, store: ResultStore, force: bool
) -> Iterator[SubmissionResult]:
    """Yield each result as soon as it is known; stored ones come first.

    Raises:
        EngineUnavailable: if this machine can't confine submissions as the policy asks, or ends
            the processes that grade.
        HiddenTestsBroken: if the instructor's tests cannot run at all.
    """
    level = strongest_possible(grader.policy)  # before anything else: it may refuse
    environment = environment_key(grader.assignment, grader.seed, grader.limits, level)
    open_submissions: list[tuple[Submission, str]] = []
    for submission in submissions:
        key = result_key(environment, submission.path)
        known = None if force else store.load(submission.student, key)
        if known is not None:
            yield known
        else:
            open_submissions.append((submission, key))
    if not open_submissions:
        return
    processes = min(jobs, len(open_submissions))
    # spawn: a forked copy of a process with threads (progress bars) may hang.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, spawn, *tied(_start_grader, grader)) as pool:
        keys = {pool.submit(_grade, submission): key for submission, key in open_submissions}
        try:
            for done in as_completed(keys):
                result = done.result()
                if result.status != FAILED:  # else the next run tries again
                    store.save(result, keys[done])
                yield result
        except BrokenProcessPool:
            raise EngineUnavailable(
                "a process of the grader was killed, perhaps out of memory; what was graded is "
                "kept: run again, with fewer --jobs"
            ) from None
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


_grader: Grader
_zygote: Zygote


def _start_grader(grader: Grader) -> None:
    """Runs once in each process: torch, the reference and a zygote are loaded for all."""
    global _grader, _zygote
    import torch

    torch.set_num_threads(1)
    _grader = grader
    _zygote = zygote_of_this_process(grader.assignment.release_dir, grader.limits, grader.policy)


def _grade(submission: Submission) -> SubmissionResult:
    try:
        return grade_submission(
            _grader.assignment, submission.student, submission.path, _zygote, _grader.seed
        )
    except (EngineUnavailable, HiddenTestsBroken):
        raise
    except Exception as error:  # a defect of ours, which may cost this student only
        return _failed(submission, error)


def _failed(submission: Submission, error: Exception) -> SubmissionResult:
    reason = printable(f"{type(error).__name__}: {error}")
    return SubmissionResult(
        student=submission.student,
        status=FAILED,
        confinement=_zygote.confinement,
        seed=_grader.seed,
        seconds=0.0,
        questions=tuple(
            QuestionResult(question.id, question.max_score)
            for question in _grader.assignment.questions
        ),
        remarks=(f"NOT GRADED, the grader itself failed: {reason}",),
    )
