"""Grades other right answers than the solution; each has to get full marks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..assignment import load_assignment
from ..errors import UserError
from ..lab import find_lab
from ..mutation.answers import bank_of, candidates_of
from ..mutation.candidates import Judgement, judge_all, make_grader
from ..variants.solution import read_solution
from ..variants.variant import Variant, read_variant


@dataclass(frozen=True)
class GradedAnswers:
    """What the tests made of them."""

    variants: list[Variant]
    judgements: list[Judgement]
    questions: tuple[str, ...]  # all that are graded by tests

    @property
    def failed(self) -> list[Judgement]:
        """Those without full marks."""
        return [judgement for judgement in self.judgements if judgement.failed]

    @property
    def answered(self) -> set[str]:
        """The questions that any of them answers."""
        return {question for variant in self.variants for question in variant.questions}


def grade_answers(
    lab: str,
    project: Path,
    files: Sequence[Path] = (),
    jobs: int = 1,
    on_start: Callable[[int], None] = lambda number: None,
    on_step: Callable[[], None] = lambda: None,
) -> GradedAnswers:
    """Grade variants of the solution: those in files, else the lab's bank of right answers.

    Raises:
        UserError: if there are none (exit code 2), or one can't be read or judged.
        EngineUnavailable: if nothing can be graded.
    """
    folder = find_lab(lab, project / "source")
    solution = read_solution(folder.source)
    chosen = list(files) or bank_of(folder.variants_dir)
    if not chosen:
        raise UserError(f"{lab} has no bank of right answers; name files", exit_code=2)
    variants = [read_variant(path, solution) for path in chosen]
    assignment = load_assignment(lab, project / "release", project / "source")
    grader = make_grader(assignment, solution)
    on_start(len(variants))
    judgements = []
    for judgement in judge_all(grader, candidates_of(variants, assignment.tested), jobs):
        judgements.append(judgement)
        on_step()
    return GradedAnswers(variants, judgements, assignment.tested)
