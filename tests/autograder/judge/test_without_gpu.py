"""An answer that needs a GPU is judged where one is pretended, and loses a fifth of what failed."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.assignment import Assignment
from autograder.engine import Zygote
from autograder.judge.grade import grade_here
from autograder.judge.results import SubmissionResult
from autograder.judge.without_gpu import NEEDS_GPU

from .notebooks import answer, given, notebook, question

TESTS = '''
import torch
from lib.kit.checks import assert_tensor_equal, question

@question("ex1-ones", points=4)
def test_ones(submission):
    """Makes ones."""
    assert_tensor_equal(submission.ones(2), torch.ones(2), "the ones")

@question("ex1-ones", points=1)
def test_none(submission):
    """Makes none."""
    assert_tensor_equal(submission.ones(0), torch.ones(0), "no ones")

@question("ex2-three", points=2)
def test_three(submission):
    """Is three."""
    assert_tensor_equal(submission.three, torch.tensor(3.0), "three")
'''
RIGHT = {
    "a1": "def ones(count):\n    return torch.ones(count)",
    "a2": "three = ones(3).sum()",
}
Grade = Callable[..., SubmissionResult]


def lab(answers: dict[str, str]) -> nbformat.NotebookNode:
    return notebook(
        given("g0", "import torch"),
        answer("a1", answers["a1"]),
        question("ex1-ones", 5),
        answer("a2", answers["a2"]),
        question("ex2-three", 2),
    )


@pytest.fixture(scope="module")
def torch_zygote() -> Iterator[Zygote]:
    with Zygote(imports=("torch",)) as zygote:
        yield zygote


@pytest.fixture
def grade(torch_zygote: Zygote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Grade:
    """grade(a1=…): the right answers but for these, without a solution unless `solved`."""
    hooks = [hook for hook in sys.meta_path if "assertion" not in type(hook).__module__]
    monkeypatch.setattr(sys, "meta_path", hooks)
    (tmp_path / "test_lab.py").write_text(TESTS, "utf-8")

    def run(solved: bool = False, **answers: str) -> SubmissionResult:
        path = tmp_path / "submitted.ipynb"
        nbformat.write(lab(RIGHT | answers), path)
        blank = lab(dict.fromkeys(RIGHT, "raise NotImplementedError('TODO: do it')"))
        tests = (tmp_path / "test_lab.py",)
        solution = lab(RIGHT) if solved else None
        assignment = Assignment("lab", tmp_path, blank, tests, solution)
        return grade_here(assignment, "student", path, torch_zygote, seed=0)

    return run


def scores(result: SubmissionResult) -> list[float | None]:
    return [one.score for one in result.questions]


def test_a_fifth_of_what_failed_is_lost_in_half_points(grade: Grade) -> None:
    result = grade(a1="def ones(count):\n    return torch.ones(count).cuda()", a2="three = 3.0")
    ones, three = result.questions
    assert (ones.score, ones.mistake) == (4, NEEDS_GPU)
    assert all("CUDA" in test.message for test in ones.tests)  # what happened is told as it was
    assert (three.score, three.mistake) == (0, "")  # it asks for none


def test_a_cell_that_stopped_for_want_of_one_counts_too(grade: Grade) -> None:
    assert scores(grade(a2="device = 'cuda'\nthree = ones(3).to(device).sum()")) == [5, 1.5]


def test_only_what_failed_costs(grade: Grade) -> None:
    rare = "def ones(count):\n    return torch.ones(count, device='cpu' if count else 'cuda')"
    ones, three = grade(a1=rare).questions
    assert (ones.score, ones.tests_score, three.score) == (4.5, 4, 2)


def test_another_mistake_beside_it_costs_besides(grade: Grade) -> None:
    (ones, _) = grade(a1="def ones(count):\n    return torch.zeros(count).cuda()").questions
    assert (ones.score, ones.mistake) == (1, "")


def test_a_text_about_gpus_alone_earns_nothing(grade: Grade) -> None:
    assert scores(grade(a1="def ones(count):\n    raise AssertionError('CUDA')")) == [0, 0]


def test_what_builds_on_it_is_credited(grade: Grade) -> None:
    result = grade(solved=True, a1="def ones(count):\n    return torch.ones(count).cuda()")
    assert scores(result) == [4, 2]
    assert result.questions[1].builds_on == ("ex1-ones",)


def test_only_who_asks_for_one_is_run_again(
    grade: Grade, torch_zygote: Zygote, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds: list[int] = []

    def fork(seed: int, *rest: Any, fork: Callable[..., Any] = torch_zygote.fork) -> Any:
        seeds.append(seed)
        return fork(seed, *rest)

    monkeypatch.setattr(torch_zygote, "fork", fork)
    assert scores(grade(a2="three = 2")) == [5, 0]
    assert len(seeds) == 1
    grade(a2="three = ones(3).cuda().sum()")
    assert len(seeds) == 3
