"""Has hand-ins judged by warm processes: contents in, results out."""

from collections.abc import Callable, Iterable, Iterator

from ..assignment import Assignment
from ..engine import Policy
from ..judge.broken_checks import BrokenChecks
from ..judge.content import Content, extra_files
from ..judge.grade import Grading, failed_result
from ..judge.knowledge import Knowledge
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
    on_note: Callable[[str], None] = lambda note: None,
    knowledge: Knowledge | None = None,
) -> Iterator[tuple[Content, SubmissionResult]]:
    """Yield each hand-in with its result as soon as it is known.

    Args:
        contents: taken one by one, so that a class need not fit in memory.
        number: how many there are.
        on_note: told of tests that a person should look at.
        knowledge: where it is kept what known mistakes answer.

    Raises:
        EngineUnavailable: if this machine can't confine submissions as the policy asks, or ends
            the processes that grade.
        HiddenTestsBroken: if the instructor's tests cannot run at all, or break on the solution.
    """
    grader = Grader(assignment, seed, assignment.limits, policy, True, knowledge)
    is_worth_it = number > jobs  # else each process has one task, which warms it as well
    solution = rehearsal_of(assignment)
    with Pool(grader, min(jobs, number), solution if is_worth_it else None) as pool:
        checks = BrokenChecks(pool, solution, on_note)
        for task, answer in pool.run(map(Grading, contents)):
            if isinstance(answer, Failed):
                yield task.content, failed_result(grader, task.content.student, answer.reason)
            else:
                result = SubmissionResult.from_json(answer)
                checks.look_at(result)
                yield task.content, result


def rehearsal_of(assignment: Assignment) -> Grading | None:
    """The task of grading the solution, for processes that will grade others after it."""
    if assignment.solution is None:
        return None
    notebook = as_text(assignment.solution).encode()
    files = extra_files(assignment.files, assignment.solution_files)
    return Grading(Content("solution", f"{assignment.lab}.ipynb", notebook, files=files))
