"""What a slip stopped is judged where slips are overlooked, and loses a fifth of what failed."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.assignment import Assignment
from autograder.engine import Zygote
from autograder.judge.grade import grade_here
from autograder.judge.lenient import NEEDS_GPU, STOPS
from autograder.judge.results import SubmissionResult

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
BLANK = {
    "a1": "def ones(count):\n    raise NotImplementedError('TODO: make ones')",
    "a2": "three = (\n    TODO_three\n)",
}
Grade = Callable[..., SubmissionResult]


def lab(answers: dict[str, str], imports: str) -> nbformat.NotebookNode:
    return notebook(
        given("g0", imports),
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

    def run(
        solved: bool = False, imports: str = "import torch", **answers: str
    ) -> SubmissionResult:
        path = tmp_path / "submitted.ipynb"
        nbformat.write(lab(RIGHT | answers, imports), path)
        blank = lab(BLANK, imports)
        tests = (tmp_path / "test_lab.py",)
        solution = lab(RIGHT, imports) if solved else None
        assignment = Assignment("lab", tmp_path, blank, tests, solution)
        return grade_here(assignment, "student", path, torch_zygote, seed=0)

    return run


@pytest.fixture
def forks(torch_zygote: Zygote, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The seeds of workers, one for each that was made."""
    seeds: list[int] = []

    def fork(seed: int, *rest: Any, fork: Callable[..., Any] = torch_zygote.fork) -> Any:
        seeds.append(seed)
        return fork(seed, *rest)

    monkeypatch.setattr(torch_zygote, "fork", fork)
    return seeds


def scores(result: SubmissionResult) -> list[float | None]:
    return [one.score for one in result.questions]


def test_a_fifth_of_what_failed_is_lost_in_half_points(grade: Grade) -> None:
    result = grade(a1="def ones(count):\n    return torch.ones(count).cuda()", a2="three = 3.0")
    ones, three = result.questions
    assert (ones.score, ones.mistake) == (4, NEEDS_GPU)
    assert all("CUDA" in test.message for test in ones.tests)  # what happened is told as it was
    assert (three.score, three.mistake) == (0, "")  # it asks for none


def test_who_could_hide_slips_pays_as_for_many(grade: Grade) -> None:
    slips = "def ones(count):\n    return torch.onees(count) * torch.sqrt(1)"
    assert scores(grade(a1=slips, a2="three = 3.0"))[0] == 3.5  # two slips
    hides = "import gc\nslips = [one for one in gc.get_objects() if hasattr(one, 'note')]\n"
    assert scores(grade(a1=hides + slips, a2="three = 3.0"))[0] == 2
    assert scores(grade(a1=slips, a2=f"{hides}three = 3.0"))[0] == 3.5


def test_a_slip_that_torch_refuses_costs_as_much(grade: Grade) -> None:
    slip = "def ones(count):\n    return torch.ones(count) * torch.sqrt(1)"
    ones, three = grade(a1=slip, a2="three = 3.0").questions
    assert (ones.score, ones.mistake) == (4, STOPS)
    assert all("must be Tensor" in test.message for test in ones.tests)
    assert (three.score, three.mistake) == (0, "")


def test_the_name_of_something_else_costs_as_much(grade: Grade) -> None:
    (ones, three) = grade(a1="def ones(count):\n    return torch.ones(count_of_mine)").questions
    assert (ones.score, ones.mistake) == (4, STOPS)
    assert all("name 'count_of_mine' is not defined" in test.message for test in ones.tests)
    assert three.score == 1.5  # whose cell stops there as well


def test_what_is_wrong_behind_a_slip_costs_besides(grade: Grade) -> None:
    wrong = "def ones(count):\n    return torch.zeros(count) * torch.sqrt(1)"
    (ones, _) = grade(a1=wrong).questions
    assert (ones.score, ones.mistake) == (0.5, "")


def test_what_failed_by_its_values_does_not_count_where_slips_are_overlooked(grade: Grade) -> None:
    """Else an answer could tell the two runs apart and guess twice."""
    hedges = (
        "def ones(count):\n"
        "    with contextlib.suppress(TypeError):\n"
        "        torch.sqrt(1)\n"
        "        return torch.ones(count)\n"
        "    if count == 0: raise TypeError('must be Tensor')\n"
        "    return torch.zeros(count)"
    )
    result = grade(imports="import contextlib\nimport torch", a1=hedges)
    assert result.questions[0].score == 0.5  # of the test that raised


def slip(*lines: str) -> str:
    """The right answer with a slip, and lines before it."""
    before = "".join(f"    {line}\n" for line in lines)
    return f"def ones(count):\n{before}    return torch.ones(count) * torch.sqrt(1)"


def test_each_further_slip_costs_more(grade: Grade) -> None:
    again = "torch.sqrt(1)"
    assert grade(a1=slip(again, again)).questions[0].score == 4
    assert grade(a1=slip(again, "torch.onees(1)")).questions[0].score == 3.5
    assert grade(a1=slip(again, "torch.onees(1)", "countt")).questions[0].score == 3
    names = ["counta", "countb", "countc", "countd", "counte", "countf"]
    assert grade(a1=slip(*names)).questions[0].score == 2  # three fifths are lost, not more


def test_what_the_answer_catches_itself_is_no_slip(grade: Grade) -> None:
    own = slip(
        "class Thing: one = 1",
        "try: raise ValueError(Thing.onee, Thing().onee, {'one': 1}['onee'], countt)",
        "except (AttributeError, KeyError, NameError): pass",
        "try: wrong = torch.stack([torch.ones(1), torch.ones(2)])",
        "except RuntimeError: wrong = None",
        "if wrong is not None: count += 1",
    )
    assert grade(a1=own).questions[0].score == 4


def test_names_that_look_like_ours_are_the_students(grade: Grade) -> None:
    own = slip(
        "for _item in [1]: _attribute = _open = _kept = lambda *_: 7",
        "class Meta(type):",
        "    def __enter__(cls): return cls",
        "    def __exit__(cls, *_): pass",
        "class Opened(metaclass=Meta): one = {'two': 2}",
        "with Opened as opened: count += opened.one['two'] - 2",
    )
    assert grade(a1=own).questions[0].score == 2  # a metaclass reaches out


def test_a_deep_expression_stops_no_repairs(grade: Grade) -> None:
    deep = f"deep = {' + '.join(['0'] * 800)}\n"
    assert grade(a1=deep + slip("torch.onees(1)")).questions[0].score == 3.5


def test_scripted_functions_stay_what_they_are(grade: Grade) -> None:
    scripted = (
        "@torch.jit.script\n"
        "def double(values: torch.Tensor) -> torch.Tensor:\n"
        "    return torch.add(values, values)\n"
    )
    # Less, because the worker's count of slips is not believed where code reaches out.
    assert grade(a1=scripted + slip("double(torch.ones(1))")).questions[0].score == 2


def test_a_cell_that_ended_a_worker_does_not_run_again(grade: Grade, forks: list[int]) -> None:
    result = grade(a1=slip(), a2="import os\nos._exit(1)")
    assert scores(result) == [4, 0]
    # Two, because one was ended; one where slips are overlooked, and one without what reaches out.
    assert len(forks) == 4


def test_a_slip_on_top_of_an_earlier_mistake_costs_a_fifth(grade: Grade) -> None:
    wrong = "def ones(count):\n    return torch.zeros(count)"
    result = grade(solved=True, a1=wrong, a2="three = ones(3).sum() * torch.sqrt(1)")
    assert scores(result) == [1, 1.5]
    assert result.questions[1].builds_on == ("ex1-ones",)


def test_what_is_wrong_by_values_stays_so_beside_a_slip(grade: Grade) -> None:
    own = (
        "def ones(count):\n    return torch.ones(count) * torch.sqrt(1) if count else torch.ones(1)"
    )
    ones = grade(a1=own).questions[0]
    assert (ones.score, ones.mistake, ones.read_on) == (3, "", True)


def test_a_test_that_passed_before_counts_where_slips_are_overlooked_too(grade: Grade) -> None:
    """Where it does not pass any more: here `double` is undone, which the answer goes by."""
    own = (
        "def ones(count):\n"
        "    wide = torch.nn.Linear(1, 1).double().bias.dtype == torch.float64\n"
        "    if count:\n"
        "        return torch.ones(count) * torch.sqrt(1)\n"
        "    return torch.ones(0 if wide else 1)"
    )
    assert grade(a1=own).questions[0].score == 4


def test_another_precision_is_overlooked_as_well(grade: Grade) -> None:
    model = "three = 0 * torch.nn.Linear(1, 1).double()(torch.ones(1)).sum().detach() + 3"
    assert scores(grade(a2=model)) == [5, 1.5]


def test_where_the_library_is_not_used_nothing_is_run_again(grade: Grade, forks: list[int]) -> None:
    assert scores(grade(imports="", a1="ones = torch.sqrt(4)")) == [0, 0]
    raises = "def ones(count):\n    return [1.0] * ('size' + 1)"
    assert scores(grade(imports="", a1=raises)) == [0, 0]
    assert len(forks) == 2


def test_text_like_a_refusal_earns_nothing(grade: Grade) -> None:
    lie = "def ones(count):\n    raise TypeError('must be Tensor, not int')"
    assert scores(grade(a1=lie)) == [0, 0]


def test_an_open_blank_is_not_run_again(grade: Grade, forks: list[int]) -> None:
    assert scores(grade(a1="raise NotImplementedError('TODO: do it with a tensor')")) == [0, 0]
    assert scores(grade(a1=BLANK["a1"])) == [0, 0]
    assert len(forks) == 2


def test_a_cell_that_stopped_for_want_of_one_counts_too(grade: Grade) -> None:
    assert scores(grade(a2="device = 'cuda'\nthree = ones(3).to(device).sum()")) == [5, 1.5]


def test_only_what_failed_costs(grade: Grade) -> None:
    rare = "def ones(count):\n    return torch.ones(count, device='cpu' if count else 'cuda')"
    ones, three = grade(a1=rare).questions
    assert (ones.score, ones.tests_score, three.score) == (4.5, 4, 2)


def test_another_mistake_beside_it_costs_besides(grade: Grade) -> None:
    (ones, _) = grade(a1="def ones(count):\n    return torch.zeros(count).cuda()").questions
    assert (ones.score, ones.mistake) == (0.5, "")


def test_a_text_about_gpus_alone_earns_nothing(grade: Grade) -> None:
    assert scores(grade(a1="def ones(count):\n    raise AssertionError('CUDA')")) == [0, 0]


def test_what_builds_on_it_is_credited(grade: Grade) -> None:
    result = grade(solved=True, a1="def ones(count):\n    return torch.ones(count).cuda()")
    assert scores(result) == [4, 2]
    assert result.questions[1].builds_on == ("ex1-ones",)


def test_only_what_a_slip_may_be_behind_is_run_again(grade: Grade, forks: list[int]) -> None:
    assert scores(grade(a2="three = 2")) == [5, 0]
    assert len(forks) == 1
    grade(a2="three = ones(3).cuda().sum()")
    assert len(forks) == 3
