"""Each misconception is named to the student who has it."""

from typing import Any

import pytest

from .test_hidden import MISTAKES, PIECES, Submission, answered, failure_of, run_cells


@pytest.fixture(scope="module")
def solution() -> dict[str, Any]:
    return run_cells([piece.solution for piece in PIECES], {"__name__": "__main__"})


def test_every_mistake_has_a_diagnosis() -> None:
    assert [name for name, mistake in MISTAKES.items() if not mistake.says] == []


@pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive")
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("name", MISTAKES)
def test_names_the_misconception(name: str, solution: dict[str, Any]) -> None:
    message = failure_of(name, Submission(answered(solution, MISTAKES[name].sources))) or ""
    assert [words for words in MISTAKES[name].says if words not in message] == [], message
