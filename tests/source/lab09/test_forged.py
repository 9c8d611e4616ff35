"""Whoever gets points without doing what is asked: what the rest is worth, and what is missed."""

import re
from pathlib import Path

import nbformat
import pytest

from autograder.lab import find_lab
from autograder.variants.solution import read_solution
from autograder.variants.variant import Variant, read_variants
from autograder.verbs.demo import submission

from ..conftest import Judge

SEED = 1
LAB = find_lab("lab09")
SOLUTION = read_solution(LAB.source)
# Points that are still forged beyond what each is worth: known misses, to be made fewer. Where the
# worker computes right values from the inputs that it is sent, nothing tells who computed them.
MISSED = {
    "set-ups-forged": 1.0,  # the public check of the optimizer, which a lent model must pass, too
}
FORGED = {one.name: one for one in read_variants(LAB.variants_dir / "forged", SOLUTION)}


def hand_in(forged: Variant, built: Path, folder: Path) -> Path:
    solved = nbformat.read(built / "solution" / "lab09" / "lab09.ipynb", as_version=4)
    path = folder / "lab09.ipynb"
    path.write_text(nbformat.writes(submission(solved, forged)), "utf-8")
    return path


@pytest.mark.parametrize("name", FORGED)
def test_what_is_forged_earns_no_more_than_is_known(
    name: str, built: Path, judge: Judge, tmp_path: Path
) -> None:
    forged = FORGED[name]
    assert forged.worth is not None
    result = judge(hand_in(forged, built, tmp_path))
    earned = [
        f"{question.id} {test.points:g} {test.name}"
        for question in result.questions
        for test in question.tests
        if test.passed
    ]
    assert result.score == forged.worth + MISSED.get(name, 0.0), "\n".join(earned)


def test_forged_answers_are_to_questions_that_are_asked() -> None:
    asked = "".join(
        path.read_text("utf-8")
        for path in (*LAB.hidden_dir.glob("*.py"), LAB.source.parent / "student" / "checks.py")
    )
    texts = [path.read_text("utf-8") for path in (LAB.variants_dir / "forged").glob("*.txt")]
    marks = re.findall(r'SETUPS\["([^"]+)"\]', "".join(texts))
    assert len(marks) >= 30
    assert [mark for mark in marks if mark not in asked] == []
