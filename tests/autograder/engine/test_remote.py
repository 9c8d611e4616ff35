"""What hidden tests can do with the objects of a submission."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from autograder.engine import MissingName, Misuse, Remote, StudentError, Worker

NOTEBOOK = """
import collections
import numpy as np
import torch
from torch import nn

device = torch.device("cpu")
dtype = torch.int64
numbers = [1, 2.5, None, True, "three", b"4", (5, [6])]
history = collections.defaultdict(list, {"loss": [0.5]})
accuracy = np.float32(0.25)
images = np.arange(6.0).reshape(2, 3)
weights = nn.Parameter(torch.ones(2, 3))
pair = torch.ones(2, 3).t()

class Reviews:
    def __init__(self, count, *, first=0):
        self.first, self.count = first, count
    def __len__(self):
        return self.count
    def __getitem__(self, index):
        if not 0 <= index < self.count:
            raise IndexError("too far")
        return torch.tensor(self.first + index), 1.0
    @property
    def shape(self):
        return self.data.shape

def add(a, b=1):
    return a + b

def invert(x):
    y = 1
    return y / x

def blank():
    raise NotImplementedError("pad the reviews")

def other_blank():
    return TODO_pad
"""


@pytest.fixture(scope="module")
def submission(zygote):  # type: ignore[no-untyped-def]
    worker = zygote.fork(0)
    assert worker.execute(NOTEBOOK) is None
    yield worker.submission
    worker.kill()


def test_plain_data_and_tensors_come_by_value(submission: Remote) -> None:
    assert submission.numbers == [1, 2.5, None, True, "three", b"4", (5, [6])]
    assert submission.history == {"loss": [0.5]}
    assert submission.accuracy == 0.25
    assert type(submission.accuracy) is float
    assert submission.device == "cpu"
    assert submission.dtype is torch.int64
    np.testing.assert_array_equal(submission.images, np.arange(6.0).reshape(2, 3))
    assert type(submission.weights) is torch.Tensor
    assert not submission.weights.requires_grad
    assert submission.pair.is_contiguous()
    assert submission.pair.shape == (3, 2)


def test_functions_take_values_and_remotes(submission: Remote) -> None:
    assert submission.add(2) == 3
    assert submission.add(b="b", a="a") == "ab"
    assert torch.equal(submission.add(torch.ones(2), b=torch.ones(2)), torch.full((2,), 2.0))
    assert submission.setup("three = add(1, 2)", add=submission.add).three == 3


def test_objects_stay_behind_handles(submission: Remote) -> None:
    reviews = submission.Reviews(3, first=10)
    assert (reviews.type_name, repr(reviews)) == ("Reviews", "<Remote Reviews>")
    assert len(reviews) == 3
    assert reviews[2] == (torch.tensor(12), 1.0)
    assert reviews.count == 3
    assert bool(submission.Reviews(0))


def test_lists_may_hold_objects(submission: Remote) -> None:
    layers = submission.setup("layers = [nn.Linear(1, 2), nn.ReLU()]", nn=submission.nn).layers
    assert [layer.type_name for layer in layers] == ["Linear", "ReLU"]
    assert layers[0](torch.zeros(4, 1)).shape == (4, 2)
    assert set(layers[0].state_dict()) == {"weight", "bias"}


def test_what_a_set_up_raises_is_blamed_on_the_student_only_for_code_of_theirs(
    submission: Remote,
) -> None:
    with pytest.raises(StudentError) as of_the_check:
        submission.setup("alone.copy_()", alone=None)
    assert of_the_check.value.by_check
    with pytest.raises(StudentError, match="your code raised") as of_the_student:
        submission.setup("add(1, None)", add=submission.add)
    assert not of_the_student.value.by_check


def test_setup_has_a_namespace_of_its_own(submission: Remote) -> None:
    first = submission.setup("y = x + 1", x=torch.tensor(1))
    second = submission.setup("y = x + 1", x=torch.tensor(5))
    assert (int(first.y), int(second.y)) == (2, 6)
    with pytest.raises(MissingName):
        _ = submission.y


@pytest.mark.parametrize("name", ["nothing", "_private"])
def test_a_missing_name_is_called_so(submission: Remote, name: str) -> None:
    with pytest.raises(MissingName, match=f"^`{name}` is not defined$"):
        getattr(submission, name)
    with pytest.raises(MissingName, match=f"^`Reviews` has no attribute `{name}`$"):
        getattr(submission.Reviews(1), name)


def test_an_attribute_error_of_the_student_is_not_a_missing_name(submission: Remote) -> None:
    with pytest.raises(
        StudentError, match=r"no attribute 'data' \(line 26 of its cell, in shape\)$"
    ):
        _ = submission.Reviews(1).shape


def test_what_student_code_raises(submission: Remote) -> None:
    with pytest.raises(StudentError) as caught:
        submission.invert(0)
    assert caught.value.name == "ZeroDivisionError"
    assert caught.value.where == "line 33 of its cell, in invert"
    assert str(caught.value).startswith("your code raised ZeroDivisionError: division by zero (")
    with pytest.raises(StudentError, match="IndexError: too far"):
        _ = submission.Reviews(1)[1]
    with pytest.raises(StudentError, match=r"^your code raised TypeError: .* has no len\(\)$"):
        len(submission.add)


def test_open_blanks_are_called_so(submission: Remote) -> None:
    with pytest.raises(StudentError, match=r"^this blank is still open: pad the reviews"):
        submission.blank()
    with pytest.raises(StudentError, match=r"^this blank is still open: name 'TODO_pad' is not"):
        submission.other_blank()


def test_arguments_that_cannot_cross_are_the_test_authors_mistake(
    submission: Remote, fork: Callable[[str], Worker]
) -> None:
    with pytest.raises(Misuse, match=r"a function can't be sent .* `submission.setup`"):
        submission.add(lambda: 1)
    with pytest.raises(TypeError, match="a Remote can't be sent"):
        submission.add(fork("f = print").submission.f)
    assert submission.add(1) == 2  # and nothing is lost by it


def test_a_remote_is_no_container_and_can_be_neither_changed_nor_copied(
    submission: Remote,
) -> None:
    reviews = submission.Reviews(2)
    with pytest.raises(AttributeError, match="in `submission"):
        reviews.count = 5
    with pytest.raises(TypeError):
        copy.deepcopy(reviews)
    assert not hasattr(reviews, "__torch_function__")
    assert not hasattr(reviews, "__array__")


NOT_WITH_A_HANDLE: dict[str, Callable[[Any], object]] = {
    "looped over": list,
    "searched with `in`": lambda one: 1 in one,
    "compared": lambda one: one == one,
    "compared with a value": lambda one: one != 5,
    "compared by size": lambda one: one < 5,
    "put into a set": lambda one: {one},
    "used as a key": lambda one: {one: 1},
    "calculated with": lambda one: one + 1,
    "calculated with behind": lambda one: 1 - one,
    "made a number": float,
    "changed from here": lambda one: one.__setitem__(0, 1),
    "entered by `with`": lambda one: one.__enter__(),
}


@pytest.mark.parametrize("use", NOT_WITH_A_HANDLE)
def test_what_a_handle_can_not_do_is_told_to_the_author(submission: Remote, use: str) -> None:
    with pytest.raises(Misuse, match=r"<Remote Reviews> stays in the worker .* `submission.setup`"):
        NOT_WITH_A_HANDLE[use](submission.Reviews(2))


def test_an_object_tells_what_it_holds(submission: Any) -> None:
    assert submission.content_of(submission.Reviews(2, first=5)) == {"first": 5, "count": 2}
    plot = "from matplotlib.figure import Figure\nfigure = Figure()\nfigure.subplots().plot([1, 4])"
    (axes,) = submission.content_of(submission.setup(plot).figure)["axes"]
    np.testing.assert_array_equal(axes["lines"][0]["y"], [1, 4])
    with pytest.raises(
        StudentError, match="can't be checked: it is of type builtin_function_or_method"
    ):
        submission.content_of(submission.setup("f = print").f)


def test_a_cell_runs_again_and_leaves_no_trace(fork: Callable[[str], Worker]) -> None:
    worker = fork("place = 'here'\ndef where(): return place\nhomes = [place]")
    assert worker.execute("home = where()\n%precision 3\nhomes.append(home)") is None
    submission = worker.submission
    again = submission.again("home", "names['place'] = there", there="elsewhere")
    assert (again.home, again.place) == ("elsewhere", "elsewhere")
    assert (submission.home, submission.place, submission.where()) == ("here", "here", "here")
    assert "homes.append" in submission.again("home", "names['text'] = cell").text
    with pytest.raises(MissingName, match="no cell sets `homer`"):
        submission.again("homer", "")
    with pytest.raises(StudentError, match=r"ZeroDivisionError.*line 1 of its cell"):
        submission.again("home", "names['where'] = lambda: 1 / 0")
    assert submission.where() == "here"


def test_handles_let_go_are_forgotten_in_the_worker(fork: Callable[[str], Worker]) -> None:
    worker = fork("import weakref\nclass A: ...\nalive = weakref.WeakSet()\ndef make():\n"
                  "    a = A()\n    alive.add(a)\n    return a")  # fmt: skip
    submission = worker.submission
    kept = [submission.make() for _ in range(3)]
    del kept[1:]
    assert submission.setup("n = len(alive)", alive=submission.alive).n == 1
