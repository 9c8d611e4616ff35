"""What the worker says counts where all code is plain; else without the code that reaches out."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.assignment import Assignment
from autograder.engine import Zygote
from autograder.judge.grade import grade_here
from autograder.judge.results import QuestionResult

from .notebooks import answer, given, notebook, own, question

TESTS = '''
from lib.kit.checks import assert_equal, fail, question

WATCH = """
import math
calls, real = [], math.sqrt
math.sqrt = lambda number: calls.append(number) or real(number)
try:
    length = norm(numbers)
finally:
    math.sqrt = real
num_calls = len(calls)
"""

@question("ex1-square", points=1)
def test_square(submission):
    """Squares."""
    assert_equal(submission.square(3), 9)

@question("ex2-norm", points=2)
def test_norm(submission):
    """Is a length."""
    assert_equal(submission.norm([3, 4]), 5.0)

@question("ex2-norm", points=3)
def test_one_root(submission):
    """Takes one root."""
    probe = submission.setup(WATCH, norm=submission.norm, numbers=[6, 8])
    if probe.num_calls != 1:
        fail("it takes another number of roots")
    assert_equal(probe.length, 10.0)
'''
RIGHT = {
    "a1": "def square(number):\n    return number * number",
    "a2": "def norm(numbers):\n    return math.sqrt(sum(map(square, numbers)))",
}
BLANK = {
    "a1": "def square(number):\n    raise NotImplementedError('TODO: square')",
    "a2": "def norm(numbers):\n    raise NotImplementedError('TODO: norm')",
}
NO_ROOT = "def norm(numbers):\n    return sum(n * n for n in numbers) ** 0.5"
FORGED = """
import gc
answering = (each for each in gc.get_objects() if hasattr(type(each), "answer"))
session = next(each for each in answering if hasattr(each, "operations"))
honest = session.operations["setup"]
class Told:
    num_calls, length = 1, 10.0
session.operations["setup"] = lambda source, inputs: Told
"""
Grade = Callable[..., QuestionResult]


def lab(answers: dict[str, str], extra: str = "") -> Any:
    return notebook(
        given("g0", "import math"),
        *([own("o1", extra)] if extra else []),
        answer("a1", answers["a1"]),
        question("ex1-square", 1),
        answer("a2", answers["a2"]),
        question("ex2-norm", 5),
    )


@pytest.fixture
def grade(zygote: Zygote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Grade:
    """grade(a2=…, extra=…): what becomes of the second question."""
    hooks = [hook for hook in sys.meta_path if "assertion" not in type(hook).__module__]
    monkeypatch.setattr(sys, "meta_path", hooks)
    tests = tmp_path / "test_lab.py"
    tests.write_text(TESTS, "utf-8")

    def run(extra: str = "", solved: bool = False, **answers: str) -> QuestionResult:
        path = tmp_path / "submitted.ipynb"
        nbformat.write(lab(RIGHT | answers, extra), path)
        assignment = Assignment(
            "lab",
            tmp_path,
            lab(BLANK),
            (tests,),
            lab(RIGHT) if solved else None,
            on_word=frozenset({"test_one_root"}),
        )
        return grade_here(assignment, "student", path, zygote, seed=0).questions[1]

    return run


def messages(question: QuestionResult) -> list[str]:
    return [test.message for test in question.tests if not test.passed]


def test_a_forged_word_gives_nothing(grade: Grade) -> None:
    result = grade(a2=NO_ROOT, extra=FORGED)
    assert result.score == 2  # the values are right
    (told,) = messages(result)
    assert told == (
        "it takes another number of roots. This was tried without cell own-000: `gc` in it can "
        "change what a check sees"
    )


@pytest.mark.parametrize("where", ["a1", "a2"])
def test_wherever_it_is_forged(grade: Grade, where: str) -> None:
    answers = {"a2": NO_ROOT}
    answers[where] = f"{FORGED}\n{answers.get(where, RIGHT['a1'])}"
    assert grade(**answers).score == 2


def test_whoever_does_it_right_beside_strange_code_loses_nothing(grade: Grade) -> None:
    assert grade(extra="import gc\ngc.collect()").score == 5
    assert grade(extra=FORGED).score == 5  # needless


def test_plain_code_is_not_run_again(
    grade: Grade, zygote: Zygote, monkeypatch: pytest.MonkeyPatch
) -> None:
    forks = []

    def fork(*args: Any, fork: Callable[..., Any] = zygote.fork) -> Any:
        forks.append(args)
        return fork(*args)

    monkeypatch.setattr(zygote, "fork", fork)
    assert grade().score == 5
    assert grade(a2=NO_ROOT).score == 2
    assert len(forks) == 2
    assert grade(extra="import gc").score == 5
    assert len(forks) == 4


def test_what_is_in_a_strange_cell_is_not_there(grade: Grade) -> None:
    result = grade(a1=f"import gc\n{RIGHT['a1']}")
    assert result.score == 2
    (told,) = messages(result)
    assert "name 'square' is not defined" in told
    assert "without cell a1: `gc` in it can change" in told


def test_carried_credit_takes_no_forged_word(grade: Grade) -> None:
    wrong = "def square(number):\n    return number * number + 1"
    uses = "def norm(numbers):\n    return sum(map(square, numbers)) ** 0.5"
    assert grade(a1=wrong, solved=True).score == 5
    assert grade(a1=wrong, a2=uses, solved=True).score == 2
    assert grade(a1=wrong, a2=f"{FORGED}\n{uses}", solved=True).score == 2
    assert grade(a1=wrong, a2=uses, extra=FORGED, solved=True).score == 2
