"""Each misconception of the list is named to the student who has it."""

from pathlib import Path
from typing import Any

import pytest

from .test_hidden import MISTAKES, PIECES, answered, failure_of, run_cells

DIAGNOSES = dict(
    line.split(": ", 1)
    for line in Path(__file__).with_name("diagnoses.txt").read_text("utf-8").splitlines()
    if line.startswith("test_")
)


@pytest.fixture(scope="module")
def solution() -> dict[str, Any]:
    return run_cells([piece.solution for piece in PIECES], {"__name__": "__main__"})


def test_every_mistake_is_listed() -> None:
    assert DIAGNOSES.keys() == MISTAKES.keys()


@pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive")
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("name", DIAGNOSES)
def test_names_the_misconception(name: str, solution: dict[str, Any]) -> None:
    message = failure_of(name, answered(solution, MISTAKES[name].sources)) or ""
    assert DIAGNOSES[name] in message, message
