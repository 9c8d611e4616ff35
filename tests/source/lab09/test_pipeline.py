"""Lab 9 through the whole pipeline: the release gate, and the demo class."""

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.assignment import Assignment, is_answer
from autograder.gate.bench import Subject
from autograder.gate.gate import CHECKS, Outcome, inspect
from autograder.judge.results import SubmissionResult
from autograder.lab import find_lab
from autograder.variants.solution import read_solution
from autograder.variants.variant import read_variants
from autograder.verbs.demo import make_class, read_class, submission

from ..conftest import Judge

PROJECT = Path(__file__).resolve().parents[3]
SOURCE = PROJECT / "source" / "lab09" / "lab09.md"
LEAST_QUESTIONS = 12
LEAST_HIDDEN_TESTS = 40
LAB = find_lab("lab09")
STUDENTS = {student.name: student for student in read_class(LAB, read_solution(LAB.source))}
MISTAKEN = [name for name, student in STUDENTS.items() if student.says]


@pytest.fixture(scope="module")
def demo_class(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    course = tmp_path_factory.mktemp("course")
    make_class(LAB, built / "solution", course)
    return course / "submitted"


def grade(student: str, demo_class: Path, judge: Judge) -> SubmissionResult:
    return judge(demo_class / student / "lab09" / "lab09.ipynb")


@pytest.fixture(scope="module")
def gate() -> dict[str, Outcome]:
    """The release gate on the tracked release."""
    outcomes = inspect(Subject("lab09", PROJECT), lambda outcome: None)
    return {outcome.name: outcome for outcome in outcomes}


@pytest.mark.parametrize("name", [check.name for check in CHECKS])
def test_the_release_passes_the_gate(name: str, gate: dict[str, Outcome]) -> None:
    assert gate[name].seen.findings == []


def test_there_are_enough_questions_and_tests(assignment: Assignment) -> None:
    tested = [question for question in assignment.questions if not question.written]
    assert len(tested) >= LEAST_QUESTIONS
    hidden = "".join(path.read_text("utf-8") for path in assignment.test_files[1:])
    assert hidden.count("\n@question(") >= LEAST_HIDDEN_TESTS


def test_most_demo_students_have_a_misconception() -> None:
    assert len(MISTAKEN) >= 7


@pytest.mark.parametrize("student", MISTAKEN)
def test_a_misconception_costs_its_question_and_is_named(
    student: str, demo_class: Path, judge: Judge
) -> None:
    result = grade(student, demo_class, judge)
    for question in result.questions:
        if question.id in STUDENTS[student].questions:
            messages = [test.message for test in question.tests if not test.passed]
            for words in STUDENTS[student].says:
                assert any(words in message for message in messages), messages


def test_an_early_mistake_costs_its_own_question_only(demo_class: Path, judge: Judge) -> None:
    result = grade("digits-reversed", demo_class, judge)
    lost = {q.id for q in result.questions if q.tests and q.score != q.max_score}
    assert lost == {"ex2-digits"}
    assert {q.id for q in result.questions if q.carried} == {"ex2-labels", "ex2-dataset"}


def test_a_wrong_model_costs_no_set_up_of_it(built: Path, judge: Judge, tmp_path: Path) -> None:
    names = (
        "ex1-lstm-reversed",
        "ex2-model-batch-size-fixed",
        "ex4-attention-mean-over-batch",
    )
    solution = read_solution(LAB.source)
    wrong = {one.name: one for one in read_variants(LAB.variants_dir / "wrong", solution)}
    solved: Any = nbformat.read(built / "solution" / "lab09" / "lab09.ipynb", as_version=4)
    for name in names:
        solved = submission(solved, wrong[name])
    nbformat.write(solved, tmp_path / "lab09.ipynb")
    result = judge(tmp_path / "lab09.ipynb")
    lost = {q.id for q in result.questions if q.tests and q.score != q.max_score}
    assert lost == {"ex1-lstm", "ex2-model", "ex4-attention"}
    assert {"ex1-setup", "ex2-setup", "ex4-setup"} <= {q.id for q in result.questions if q.carried}


def test_blanks_with_something_added_earn_nothing_by_carried_credit(
    demo_class: Path, judge: Judge, tmp_path: Path
) -> None:
    blank: Any = nbformat.read(demo_class / "blank" / "lab09" / "lab09.ipynb", as_version=4)
    for cell in blank.cells:
        if is_answer(cell) and cell.cell_type == "code":
            cell.source += "\npass"
    nbformat.write(blank, tmp_path / "lab09.ipynb")
    result = judge(tmp_path / "lab09.ipynb")
    assert {question.score for question in result.questions} == {0, None}


def test_half_right_is_between(demo_class: Path, judge: Judge) -> None:
    result = grade("half-right", demo_class, judge)
    tested = [question for question in result.questions if question.tests]
    assert 0.3 < result.score / sum(question.max_score for question in tested) < 0.8


def test_notebooks_are_valid_and_open_in_jupyter(built: Path) -> None:
    for kind in ("release", "solution"):
        path = built / kind / "lab09" / "lab09.ipynb"
        nbformat.validate(nbformat.read(path, as_version=4))
        kernel: Any = json.loads(path.read_text("utf-8"))["metadata"]["kernelspec"]
        assert kernel["name"] == "python3"
