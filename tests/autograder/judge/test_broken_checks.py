"""A test that breaks on the solution is nobody's zero; one that breaks on an answer is."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.assignment import Assignment
from autograder.engine import Policy
from autograder.errors import HiddenTestsBroken
from autograder.judge.content import Content
from autograder.judge.results import SubmissionResult
from autograder.verbs.judge import judge_contents

from .notebooks import answer, notebook, question

TESTS = """
from lib.kit.checks import assert_equal, question

@question("ex1", points=1)
def test_double(submission):
    {line}

@question("ex1", points=1)
def test_called(submission):
    submission.double(1)
"""
RIGHT, OTHER = "def double(x):\n    return 2 * x", "def double(x):\n    return None"
Judge = Callable[..., tuple[list[SubmissionResult], list[str]]]


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """Judge answers by a test: the results, and what was noted."""

    def judged(
        line: str, answers: list[str], with_solution: bool = True
    ) -> tuple[list[SubmissionResult], list[str]]:
        tests = tmp_path / "test_lab.py"
        tests.write_text(TESTS.format(line=line), "utf-8")
        released = notebook(answer("ex1-answer-double", "def double(x): ..."), question("ex1", 2))
        solution = _with(released, RIGHT) if with_solution else None
        assignment = Assignment("lab", tmp_path, released, (tests,), solution)
        contents = [
            Content(f"student-{n}", "lab.ipynb", nbformat.writes(_with(released, one)).encode())
            for n, one in enumerate(answers)
        ]
        notes: list[str] = []
        of = (assignment, 0, Policy(), contents, len(contents), 1, notes.append)
        return [result for _, result in judge_contents(*of)], notes

    return judged


def _with(released: Any, source: str) -> Any:
    filled = copy.deepcopy(released)
    filled.cells[0].source = source
    return filled


@pytest.mark.parametrize("number", [1, 2], ids=["no rehearsal", "rehearsal"])
@pytest.mark.parametrize("line", ["undefined", "import no_such_module", "submission.double(2)[0]"])
def test_a_test_that_breaks_on_the_solution_stops_grading(
    judge: Judge, line: str, number: int
) -> None:
    with pytest.raises(HiddenTestsBroken, match="test_double fails on the solution, too"):
        judge(line, [RIGHT] * number)


@pytest.mark.parametrize(
    "line", ["open('written', 'w')", "import subprocess; subprocess.run(['true'])"]
)
def test_what_a_rehearsal_can_and_a_judge_cannot_breaks_on_the_solution(
    judge: Judge, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else everybody would fail such a test, and nobody be told."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(HiddenTestsBroken, match="test_double fails on the solution, too"):
        judge(f"{line}; submission.double(2)", [RIGHT] * 2)


def test_a_fixture_that_is_not_there_is_named(judge: Judge) -> None:
    line = "pass\n\n@question('ex1', points=1)\ndef test_more(submission, tmp_pth):\n    pass"
    with pytest.raises(HiddenTestsBroken, match="nothing called `tmp_pth` is given to a test"):
        judge(line, [RIGHT])


@pytest.mark.parametrize("number", [1, 2], ids=["no rehearsal", "rehearsal"])
def test_a_test_that_breaks_on_an_answer_only_is_the_answers(judge: Judge, number: int) -> None:
    results, notes = judge("submission.double(2) + 1", [OTHER] * number)
    assert [result.score for result in results] == [1] * number
    assert notes == []


def test_without_a_solution_a_person_is_asked_once(judge: Judge) -> None:
    results, (note,) = judge("undefined", [RIGHT, RIGHT], with_solution=False)
    assert [result.score for result in results] == [1, 1]
    assert note.startswith("test_double: ") and "test_lab.py:6: NameError: name" in note
    assert note.endswith("on what student-0 handed in; fix the test and grade again")


def test_a_test_that_is_broken_on_an_answer_only_is_told_of_once(judge: Judge) -> None:
    line = "submission.double(2) == 4 or undefined"
    results, (note,) = judge(line, [OTHER, OTHER, RIGHT])
    assert [result.score for result in results] == [1, 1, 2]
    assert "test_lab.py:6: NameError" in note and "on what student-0 handed in" in note
    assert note.endswith("fix the test and grade again")


def test_what_a_test_may_not_do_is_told_to_its_author(judge: Judge) -> None:
    with pytest.raises(HiddenTestsBroken, match=r"test_lab.py:6: Misuse: <Remote .* looped over"):
        judge("list(submission.double)", [RIGHT])
    with pytest.raises(HiddenTestsBroken, match=r"a function can't be sent to the worker"):
        judge("submission.double(lambda: 1)", [RIGHT])
    with pytest.raises(HiddenTestsBroken, match=r"test sends can't cross .* too large an integer"):
        judge("submission.double(2 ** 10_000)", [RIGHT])


def test_a_test_that_fails_the_solution_otherwise_is_noted(judge: Judge) -> None:
    results, (note,) = judge("assert_equal(submission.double(2), 5)", [RIGHT, OTHER])
    assert [result.score for result in results] == [1, 1]
    assert note.startswith("test_double fails on the solution: ")
