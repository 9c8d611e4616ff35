"""What the reference makes of an input is computed once, also for judges that are forked later."""

from collections import OrderedDict
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch

from autograder.assignment import Assignment
from autograder.judge.content import Content
from autograder.judge.expected import computed_once
from autograder.judge.grade import Grading
from autograder.judge.pool import Pool
from autograder.judge.warm import Grader

from .notebooks import answer, given, notebook, question

computed: list[object] = []


@computed_once
def total(numbers: list[int], *, start: int = 0, step: int = 1) -> list[int]:
    """Add them up."""
    computed.append(numbers)
    if not numbers:
        raise ValueError("nothing to add")
    return [start + step * sum(numbers)]


def test_once_for_the_same_content() -> None:
    computed.clear()
    first = total([1, 2], start=3, step=2)
    assert first == [9]
    assert total([1] + [2], step=2, start=3) is first  # noqa: RUF005  another list
    assert len(computed) == 1
    assert total([1, 2], start=3, step=1) == [6]


@pytest.mark.parametrize("other", [[1, 3], [2, 1], [1, 2, 0], [1.0, 2.0], (1, 2)])
def test_again_for_another_content(other: list[int]) -> None:
    total([1, 2])
    computed.clear()
    total(other)
    assert computed == [other]


def test_equal_tensors_are_the_same_content_wherever_they_lie() -> None:
    ask = computed_once(lambda **inputs: computed.append(inputs))
    computed.clear()
    kept = []  # so that each has memory of its own
    for wide in (1, 1, 2):
        weight, ids = torch.ones(2, wide), [torch.arange(3), np.arange(3)]
        kept += [weight, ids]
        ask(weight=weight, inputs={"data": ids, "dtype": weight.dtype}, step=0.5)
    assert len(computed) == 2


@pytest.mark.parametrize(
    "other",
    [torch.ones(3), torch.ones(1, 3), torch.ones(3).int(), torch.tensor([1.0, 1.0, -1.0])],
)
def test_other_tensors_are_another_content(other: torch.Tensor) -> None:
    ask = computed_once(lambda tensor: len(tensor))
    kinds = {"float64": torch.ones(3, dtype=torch.float64), "other": other}
    computed.clear()
    again = computed_once(computed.append)
    for tensor in kinds.values():
        again(tensor)
        again(tensor.clone())
    assert len(computed) == 2
    assert ask(other) == len(other)


def test_what_does_not_cross_is_content_too() -> None:
    ask = computed_once(computed.append)
    computed.clear()
    values: list[object] = [
        torch.ones(2),
        torch.ones(2).requires_grad_(),
        torch.nn.Parameter(torch.ones(2)),
    ]
    values += [torch.Size([1]), (1,), [1], {"a": 1}, OrderedDict(a=1)]
    values += [np.float32(1), 1.0, 1, True, "\ud800", "\\ud800"]
    for value in [*values, *values]:
        ask(value)
    assert len(computed) == len(values)


def test_what_can_not_be_compared_is_refused() -> None:
    with pytest.raises(TypeError, match="content of a object can't be compared"):
        computed_once(lambda x: x)(object())


def test_a_failure_is_not_kept() -> None:
    computed.clear()
    for _ in range(2):
        with pytest.raises(ValueError, match="nothing to add"):
            total([])
    assert len(computed) == 2


def test_it_keeps_its_name_and_functions_do_not_share() -> None:
    assert (total.__name__, total.__doc__) == ("total", "Add them up.")
    double = computed_once(lambda x: 2 * x)
    triple = computed_once(lambda x: 3 * x)
    assert (double(4), triple(4), double(4)) == (8, 12, 8)


TESTS = '''
import os

from autograder.judge.expected import computed_once
from lib.kit.checks import fail, question

@computed_once
def computed_by(number):
    return os.getpid()

@question("q", points=1)
def test_it(submission):
    """Tells in which process the expected value was computed, and in which it is now."""
    fail(f"{computed_by(submission.x)} {os.getpid()}")
'''


@pytest.mark.parametrize("is_rehearsed", [True, False])
def test_judges_inherit_what_the_rehearsal_computed(tmp_path: Path, is_rehearsed: bool) -> None:
    (tmp_path / "test_lab.py").write_text(TESTS, "utf-8")
    cells = notebook(given("c", ""), answer("a", "x = 1"), question("q", 1))
    assignment = Assignment("lab", tmp_path, cells, (tmp_path / "test_lab.py",))
    grading = Grading(Content("ann", "lab.ipynb", nbformat.writes(cells).encode()))
    rehearsal = replace(grading, content=replace(grading.content, student="solution"))
    with Pool(Grader(assignment), 1, rehearsal if is_rehearsed else None) as pool:
        messages = [
            pool.judge(grading)["questions"][0]["tests"][0]["message"].split() for _ in range(2)
        ]
    computed_in, judged_in = map(set, zip(*messages, strict=True))
    assert len(judged_in) == 2
    assert computed_in.isdisjoint(judged_in) == is_rehearsed
    assert len(computed_in) == (1 if is_rehearsed else 2)
