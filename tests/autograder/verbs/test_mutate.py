"""Mutants of a new lab, judged through the verb that the command line calls."""

from pathlib import Path

import pytest

from autograder.errors import UserError
from autograder.verbs.mutate import mutate_solution

from .conftest import LAB


def test_every_mutant_of_a_new_lab_is_found(released: Path) -> None:
    started: list[int] = []
    steps: list[None] = []
    report = mutate_solution(
        LAB, released, jobs=2, on_start=started.append, on_step=lambda: steps.append(None)
    )
    assert report.total("mutants") > 5
    assert report.survivors == []
    assert report.passed
    assert started == [len(steps)] and len(steps) >= report.total("mutants")


def test_an_unknown_question_is_misuse(released: Path) -> None:
    with pytest.raises(UserError, match="ex9: no such question") as caught:
        mutate_solution(LAB, released, question="ex9")
    assert caught.value.exit_code == 2
