"""Lab 0 through the whole pipeline: the gate, right and wrong answers, mutants."""

from pathlib import Path

import nbformat
import pytest

from autograder.assignment import Assignment
from autograder.engine import Zygote
from autograder.gate.bench import Subject
from autograder.gate.gate import CHECKS, Outcome, inspect
from autograder.judge.grade import grade_here
from autograder.judge.results import SubmissionResult
from autograder.lab import find_lab
from autograder.variants.solution import read_solution
from autograder.variants.variant import Variant, read_variants
from autograder.verbs.demo import submission
from autograder.verbs.mutate import mutate_solution

PROJECT = Path(__file__).resolve().parents[3]
LAB = find_lab("lab00")
SOLUTION = read_solution(LAB.source)
FOLDERS = ("right", "wrong", "mistakes", "forged")
VARIANTS = {
    (folder, one.name): one
    for folder in FOLDERS
    for one in read_variants(LAB.variants_dir / folder, SOLUTION)
}


def of(folder: str) -> list[str]:
    return [name for kind, name in VARIANTS if kind == folder]


@pytest.fixture
def graded(built: Path, assignment: Assignment, zygote: Zygote, tmp_path: Path) -> "Graded":
    return Graded(built, assignment, zygote, tmp_path)


class Graded:
    def __init__(self, built: Path, assignment: Assignment, zygote: Zygote, folder: Path) -> None:
        solved = built / "solution" / "lab00" / "lab00.ipynb"
        self.solved = nbformat.read(solved, as_version=4)
        self.assignment, self.zygote, self.folder = assignment, zygote, folder

    def result_of(self, variant: Variant, seed: int = 0) -> SubmissionResult:
        path = self.folder / "lab00.ipynb"
        path.write_text(nbformat.writes(submission(self.solved, variant)), "utf-8")
        return grade_here(self.assignment, variant.name, path, self.zygote, seed)


def lost(result: SubmissionResult) -> float:
    """Points of questions that tests grade."""
    return sum(one.max_score - (one.score or 0) for one in result.questions if one.tests)


@pytest.fixture(scope="module")
def gate() -> dict[str, Outcome]:
    """The release gate on the tracked release."""
    outcomes = inspect(Subject("lab00", PROJECT), lambda outcome: None)
    return {outcome.name: outcome for outcome in outcomes}


@pytest.mark.parametrize("name", [check.name for check in CHECKS])
def test_the_release_passes_the_gate(name: str, gate: dict[str, Outcome]) -> None:
    assert gate[name].seen.findings == []


@pytest.mark.parametrize("name", of("right"))
def test_other_right_answers_have_full_marks(name: str, graded: Graded) -> None:
    assert lost(graded.result_of(VARIANTS["right", name])) == 0


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("name", of("wrong"))
def test_wrong_answers_lose_what_is_fair(name: str, seed: int, graded: Graded) -> None:
    wrong = VARIANTS["wrong", name]
    assert wrong.loss is not None
    assert wrong.loss / 2 <= lost(graded.result_of(wrong, seed)) <= 2 * wrong.loss


@pytest.mark.parametrize("name", of("mistakes"))
def test_each_test_finds_its_mistake(name: str, graded: Graded) -> None:
    result = graded.result_of(VARIANTS["mistakes", name])
    failed = [
        test.name for question in result.questions for test in question.tests if not test.passed
    ]
    assert name in failed


@pytest.mark.parametrize("name", of("forged"))
def test_the_answers_of_public_checks_earn_little(name: str, graded: Graded) -> None:
    forged = VARIANTS["forged", name]
    assert graded.result_of(forged).score == forged.worth


def test_the_tests_find_every_mutant_of_the_solution() -> None:
    report = mutate_solution("lab00", PROJECT)
    assert report.passed
    assert report.survivors == []
    assert report.total("mutants") > 50
