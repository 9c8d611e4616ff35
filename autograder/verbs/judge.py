"""Has hand-ins judged by warm processes: contents in, results out."""

from collections.abc import Iterable, Iterator

from ..assignment import Assignment
from ..engine import Policy
from ..judge.content import Content
from ..judge.grade import Grading, failed_result
from ..judge.pool import Failed, Pool
from ..judge.results import SubmissionResult
from ..judge.warm import Grader
from ..notebook import as_text


def judge_contents(
    assignment: Assignment,
    seed: int,
    policy: Policy,
    contents: Iterable[Content],
    number: int,
    jobs: int,
) -> Iterator[tuple[Content, SubmissionResult]]:
    """Yield each hand-in with its result as soon as it is known.

    Args:
        contents: taken one by one, so that a class need not fit in memory.
        number: how many there are.

    Raises:
        EngineUnavailable: if this machine can't confine submissions as the policy asks, or ends
            the processes that grade.
        HiddenTestsBroken: if the instructor's tests cannot run at all.
    """
    grader = Grader(assignment, seed, assignment.limits, policy)
    is_worth_it = number > jobs  # else each process has one task, which warms it as well
    rehearsal = rehearsal_of(assignment) if is_worth_it else None
    with Pool(grader, min(jobs, number), rehearsal) as pool:
        for task, answer in pool.run(map(Grading, contents)):
            if isinstance(answer, Failed):
                yield task.content, failed_result(grader, task.content.student, answer.reason)
            else:
                yield task.content, SubmissionResult.from_json(answer)


def rehearsal_of(assignment: Assignment) -> Grading | None:
    """The task of grading the solution, for processes that will grade others after it."""
    if assignment.solution is None:
        return None
    notebook = as_text(assignment.solution).encode()
    return Grading(Content("solution", f"{assignment.lab}.ipynb", notebook))
