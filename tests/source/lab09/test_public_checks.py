"""Public checks see the mistakes that students make, or a reason says why they can't."""

from typing import Any

import pytest
from matplotlib import pyplot as plt

from autograder.mutation.public_checks import read_unseen
from lib.kit.checks.selfcheck import run_checks

from .test_hidden import CHECKS, LAB, MISTAKES, PIECES, WRONG, Submission, answered, run_cells

UNSEEN = read_unseen(LAB.variants_dir)
LEAST_SHARE = 0.88  # of wrong answers; it was 0.57 of mistakes, 0.61 of the others

pytestmark = pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive")


@pytest.fixture(scope="module")
def solution() -> dict[str, Any]:
    return run_cells([piece.solution for piece in PIECES], {"__name__": "__main__"})


def turns_red(name: str, variant: Any, solution: dict[str, Any]) -> bool:
    """Whether a public check of a question that it answers does not pass, or a cell raises."""
    try:
        names = Submission(answered(solution, variant.sources))
    except Exception:  # which this machine has no GPU for, say
        return True
    outcomes = [
        one for question in variant.questions for one in run_checks(CHECKS, question, names)
    ]
    plt.close("all")
    return any(one.verdict != "passed" for one in outcomes)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_turns_a_public_check_red(name: str, solution: dict[str, Any]) -> None:
    assert turns_red(name, MISTAKES[name], solution) or name in UNSEEN.reasons


def test_nearly_all_other_wrong_answers_do_so_too(solution: dict[str, Any]) -> None:
    """A tenth of them, in this process; `answers lab09 --public` grades them all."""
    some = dict(list(WRONG.items())[5::10])
    green = [name for name, wrong in some.items() if not turns_red(name, wrong, solution)]
    assert len(green) <= (1 - LEAST_SHARE) * len(some), green
    assert set(green) <= set(UNSEEN.reasons)


def test_progress_takes_seconds(solution: dict[str, Any]) -> None:
    """Few checks are made often: each question has at most four."""
    marks = [value.question.id for value in vars(CHECKS).values() if hasattr(value, "question")]
    assert max(marks.count(question) for question in marks) <= 4
