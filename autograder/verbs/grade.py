"""Grades a class: judges what is new, stores it, publishes what changed."""

from collections.abc import Iterator
from pathlib import Path

from ..course.store import ResultStore, environment_key, result_key
from ..engine import strongest_possible
from ..judge.grade import Grading, failed_result
from ..judge.pool import Failed, Pool
from ..judge.results import SubmissionResult
from ..judge.warm import Grader


def judge_class(
    grader: Grader, submissions: list[tuple[str, Path]], jobs: int, store: ResultStore, force: bool
) -> Iterator[SubmissionResult]:
    """Yield each result as soon as it is known; stored ones come first.

    Raises:
        EngineUnavailable: if this machine can't confine submissions as the policy asks, or ends
            the processes that grade.
        HiddenTestsBroken: if the instructor's tests cannot run at all.
    """
    level = strongest_possible(grader.policy)  # before anything else: it may refuse
    environment = environment_key(grader.assignment, grader.seed, grader.limits, level)
    open_tasks: dict[Grading, str] = {}
    for student, path in submissions:
        key = result_key(environment, path)
        known = None if force else store.load(student, key)
        if known is not None:
            yield known
        else:
            open_tasks[Grading(student, path)] = key
    if not open_tasks:
        return
    with Pool(grader, min(jobs, len(open_tasks))) as pool:
        for task, answer in pool.run(open_tasks):
            if isinstance(answer, Failed):  # the next run tries again
                yield failed_result(grader, task.student, answer.reason)
                continue
            result = SubmissionResult.from_json(answer)
            store.save(result, open_tasks[task])
            yield result
