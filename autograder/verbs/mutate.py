"""Makes small mistakes in a solution and reports those that the lab's tests don't find."""

from collections.abc import Callable
from pathlib import Path

from ..assignment import load_assignment
from ..lab import find_lab
from ..mutation.candidates import judge_all, make_grader
from ..mutation.mutate import LIMITS, Report, evaluate, plan
from ..variants.solution import read_solution


def mutate_solution(
    lab: str,
    project: Path,
    question: str | None = None,
    jobs: int = 1,
    on_start: Callable[[int], None] = lambda number: None,
    on_step: Callable[[], None] = lambda: None,
) -> Report:
    """Judge all mutants and listed mistakes of a lab, or of one question.

    Raises:
        UserError: if there is no such lab or question (exit code 2), or a list contradicts itself.
        EngineUnavailable: if nothing can be judged.
    """
    folder = find_lab(lab, project / "source")
    solution = read_solution(folder.source)
    assignment = load_assignment(lab, project / "release", project / "source")
    grader = make_grader(assignment, solution, LIMITS)
    experiment = plan(solution, assignment, folder, question)
    candidates = experiment.candidates(assignment)
    on_start(len(candidates))
    judgements = []
    for judgement in judge_all(grader, candidates, jobs):
        judgements.append(judgement)
        on_step()
    return evaluate(experiment, judgements)
