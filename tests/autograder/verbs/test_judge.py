"""Contents in, results out: each with its own, one by one, whatever becomes of the others."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.assignment import load_assignment
from autograder.engine import Policy
from autograder.judge.content import Content
from autograder.verbs.judge import judge_contents, rehearsal_of

from .conftest import LAB, blank, solved


@pytest.mark.parametrize("jobs", [1, 2])
def test_each_hand_in_comes_back_with_its_result(released: Path, jobs: int) -> None:
    handed_in = {"ann": solved(released), "bob": blank(released), "cid": b"{", "dan": None}
    taken: list[str] = []

    def contents() -> Iterator[Content]:
        for student, notebook in handed_in.items():
            taken.append(student)
            yield Content(student, f"{LAB}.ipynb", notebook)

    solution_root = released / ".build" / "solution"
    assignment = load_assignment(
        LAB, released / "release", released / "source", solution_root=solution_root
    )
    assert rehearsal_of(assignment) is not None
    judged = judge_contents(assignment, 3, Policy(), contents(), len(handed_in), jobs)
    content, result = next(judged)
    assert len(taken) <= jobs + 1  # a class need not fit in memory
    found = {content.student: result, **{one.student: result for one, result in judged}}
    assert {
        name: (one.student, one.status, one.score, one.seed) for name, one in found.items()
    } == {
        "ann": ("ann", "graded", 5, 3),
        "bob": ("bob", "graded", 0, 3),
        "cid": ("cid", "unreadable", 0, 3),
        "dan": ("dan", "unreadable", 0, 3),
    }


def test_without_a_solution_there_is_nothing_to_rehearse(released: Path) -> None:
    assert rehearsal_of(load_assignment(LAB, released / "release", released / "source")) is None
