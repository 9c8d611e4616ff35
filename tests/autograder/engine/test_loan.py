"""What one worker holds, another uses by value: it works, and nothing else gets across."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from autograder.engine import Cause, Loan, Worker, WorkerLost, Zygote
from autograder.engine.loan import CALL_LIMIT

Fork = Callable[..., Worker]
Borrowing = Callable[..., Worker]

SOLUTION = '''
import functools, inspect
import numpy as np
import torch
from math import sqrt

SECRET = "a line of the solution"

def double(x, times=2):
    """LOOT in a text"""
    return times * x

def quadruple(x):
    return double(double(x))

@functools.cache
def digits(number):
    calls.append(number)
    return torch.tensor([int(digit) for digit in str(number)])

class Unfit(ValueError): pass

def fail(kind, *args):
    raise {"own": Unfit, "value": ValueError, "exit": SystemExit, "os": OSError}[kind]("LOOT")

def draw(): return torch.rand(3), np.random.rand(), __import__("random").random()
def adder(n): return lambda x: x + n
def count(n): yield from range(n)
def where(): return inspect.currentframe()
def sleep(seconds): __import__("time").sleep(seconds)
def zeros(n): return bytearray(n) and n
def apply(f, x): return f(x)
def fill(x): return x.fill_(7.0)

class Pairs:
    kind = "pairs"
    def __init__(self, left, right): self.left, self.right = left, right
    def __len__(self): return len(self.left)
    def __getitem__(self, index): return self.left[index], self.right[index]
    def swapped(self): return Pairs(self.right, self.left)
    @property
    def frame(self): return inspect.currentframe()

class Network(torch.nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.width = width
        self.layers = torch.nn.Sequential(torch.nn.Linear(2, width), torch.nn.BatchNorm1d(width))
        self.dropout = torch.nn.Dropout(0.5)
        self.scale = torch.nn.Parameter(torch.ones(1))
    def forward(self, x): return self.scale * self.dropout(self.layers(x))
    def embed(self, x): return self.layers(x)

calls = []
words = {"cat", "dog"}
steps = [count, Pairs([1], [2]), 3]
generator = count(3)
network = Network()
'''
NAMES = [
    *("double", "quadruple", "digits", "fail", "draw", "adder", "count", "where", "sleep"),
    *("zeros", "apply", "fill", "Pairs", "Network", "calls", "words", "steps", "generator"),
    *("network", "sqrt", "np", "inspect"),
]


@pytest.fixture(scope="module")
def lender(zygote: Zygote) -> Iterator[Worker]:
    worker = zygote.fork(0)
    assert worker.execute(SOLUTION) is None
    yield worker
    worker.kill()


@pytest.fixture
def borrow(fork: Fork, lender: Worker) -> Borrowing:
    """borrow(source): a worker that has borrowed these names and then ran a cell."""

    def start(source: str = "", names: list[str] = NAMES) -> Worker:
        worker = fork("import torch")
        worker.lender = Loan(lender, NAMES, NAMES, 2**24).answer
        worker.ask("borrow", names)
        error = worker.execute(source)
        assert error is None, error
        return worker

    return start


# -- what works ---------------------------------------------------------------------------------


def test_functions_are_called_by_value(borrow: Borrowing) -> None:
    worker = borrow("result = double(3), double(torch.ones(2), times=3), quadruple('a'), sqrt(9)")
    two, threes, text, root = worker.submission.result
    assert (two, text, root) == (6, "aaaa", 3.0)
    assert torch.equal(threes, 3 * torch.ones(2))


def test_a_function_can_be_asked_for_by_the_grader(borrow: Borrowing) -> None:
    assert borrow().submission.double(4) == 8


def test_what_no_cell_mentions_is_borrowed_when_the_grader_asks(borrow: Borrowing) -> None:
    worker = borrow(names=["double"])
    assert worker.execute("assert 'quadruple' not in globals()") is None
    assert worker.submission.quadruple(1) == 4
    with pytest.raises(AssertionError, match="`SECRET` is not defined"):
        _ = worker.submission.SECRET


def test_a_cached_function_is_asked_once_for_each_argument(borrow: Borrowing) -> None:
    worker = borrow("first, second = digits(123), digits(123); digits(4)")
    assert worker.submission.setup("same = first is second", first=1, second=1).same
    assert torch.equal(worker.submission.first, torch.tensor([1, 2, 3]))
    assert worker.execute("assert first is second") is None


def test_instances_are_asked_for_attributes_items_length_and_methods(borrow: Borrowing) -> None:
    worker = borrow(
        "pairs = Pairs([1, 2], torch.ones(2))\n"
        "turned = pairs.swapped()\n"
        "lefts = [left for left, _ in pairs]\n"
        "said = len(pairs), pairs[1], pairs.left, pairs.kind, turned[0], lefts"
    )
    length, item, left, kind, turned, lefts = worker.submission.said
    assert (length, left, kind, lefts) == (2, [1, 2], "pairs", [1, 2])
    assert item == (2, 1.0)
    assert turned == (1.0, 1)


def test_a_data_loader_takes_an_instance(borrow: Borrowing) -> None:
    worker = borrow(
        "from torch.utils.data import DataLoader\n"
        "pairs = Pairs(torch.arange(5), torch.ones(5))\n"
        "batches = [left.tolist() for left, right in DataLoader(pairs, batch_size=2)]"
    )
    assert worker.submission.batches == [[0, 1], [2, 3], [4]]


def test_functions_that_are_returned_can_be_called(borrow: Borrowing) -> None:
    assert borrow("result = adder(3)(4)").submission.result == 7


def test_sets_lists_and_libraries_are_as_they_are(borrow: Borrowing) -> None:
    worker = borrow(
        "import math, numpy\n"
        "same = words == {'cat', 'dog'}, np is numpy, sqrt is math.sqrt, len(steps), steps[2]\n"
        "right = steps[1].right"
    )
    assert worker.submission.same == (True, True, True, 3, 3)
    assert worker.submission.right == [2]


NETWORK = """
import copy
torch.manual_seed(0)
x = torch.randn(8, 2)
model = Network(width=3)
assert model.width == 3 and model.training and model.embed(x).shape == (8, 3)
names = [name for name, _ in model.named_parameters()]
model.eval()
assert torch.equal(model(x), model(x))
twin = copy.deepcopy(model)
before = model(x)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
for parameter in model.parameters():
    parameter.grad = torch.ones_like(parameter)
optimizer.step()
assert not torch.allclose(model(x), before) and torch.equal(twin(x), before)
model.load_state_dict(twin.state_dict())
assert torch.equal(model.to("cpu")(x), before)
model.train()
assert not torch.equal(model(x), model(x))
state = dict(model.state_dict())
"""


def test_a_network_has_weights_of_its_own(borrow: Borrowing) -> None:
    worker = borrow(NETWORK)
    names = ["scale", "layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"]
    assert worker.submission.names == names
    state = worker.submission.state
    assert set(state) > set(names)
    # what it computes is computed with these
    weight, bias = state["layers.0.weight"], state["layers.0.bias"]
    first = worker.submission.setup("y = layer(x)", layer=worker.submission.model, x=torch.eye(2)).y
    assert weight.shape == (3, 2) and bias.shape == (3,) and first.shape == (2, 3)


def test_a_part_of_a_network_is_a_network(borrow: Borrowing) -> None:
    source = "y = network.layers[0](torch.eye(2)) if hasattr(network.layers, '__getitem__') else 0"
    worker = borrow(source + "\nz = network.layers(torch.eye(2))")
    assert worker.submission.z.shape == (2, 4)


def test_both_draw_from_seeded_generators(fork: Fork) -> None:
    def drawn(seed: int) -> Any:
        worker, loan = fork(), Loan(fork(SOLUTION), ["draw"], ["draw"], 2**20)
        worker.lender = loan.answer
        loan.begin_test(seed)
        worker.ask("borrow", ["draw"])
        return worker.submission.draw()

    tensor, of_numpy, of_python = drawn(1)
    again, of_numpy_again, of_python_again = drawn(1)
    assert torch.equal(tensor, again)
    assert (of_numpy, of_python) == (of_numpy_again, of_python_again)
    assert not torch.equal(tensor, drawn(2)[0])


# -- what doesn't --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["generator", "SECRET", "In", "Unfit"])
def test_what_is_not_lent_is_not_defined(borrow: Borrowing, name: str) -> None:
    worker = borrow()
    assert name == "In" or worker.execute(f"assert {name!r} not in globals()") is None
    assert worker.execute("assert 'a line of' + ' the solution' not in str(In)") is None


RAISED = [
    ("fail('value')", "ValueError"),
    ("fail('os')", "OSError"),
    ("fail('own')", "Exception"),
    ("fail('exit')", "Exception"),
    ("double()", "TypeError"),
    ("double(1, other=2)", "TypeError"),
    ("Pairs([1], [2])[5]", "IndexError"),
    ("Pairs([1], [2]).other", "AttributeError"),
    ("Pairs([1], [2])._left", "AttributeError"),
    ("Pairs([1], [2]).frame", "TypeError"),
    ("count(3)", "TypeError"),
    ("where()", "TypeError"),
    ("double(print)", "TypeError"),
    ("double(lambda: 0)", "TypeError"),
    ("apply(double, 3)", "TypeError"),
    ("double(Pairs([1], [2]))", "TypeError"),
    ("double(torch.nn.Linear(1, 1))", "TypeError"),
    ("double.other", "AttributeError"),
    ("network(torch.ones(1, 7))", "RuntimeError"),
]
RAISE = """
import traceback
names, texts, parts = [], [], []
for call in calls:
    try: eval(call, vars(notebook))
    except Exception as error:
        names.append(type(error).__name__)
        texts.append("".join(traceback.format_exception(error)))
        parts.append([error.__cause__, error.__context__, getattr(error, "__notes__", None)])
"""


def test_an_exception_says_no_more_than_its_type(borrow: Borrowing) -> None:
    worker = borrow("import sys; notebook = sys.modules['__main__']")
    notebook = worker.submission.notebook
    calls = [call for call, _ in RAISED]
    said = worker.submission.setup(RAISE, calls=calls, notebook=notebook)
    assert said.names == [raised for _, raised in RAISED]
    assert said.parts == [[None, None, None]] * len(RAISED)
    for word in ("LOOT", "in double", "in fail", "Unfit", "input-"):
        assert word not in "".join(said.texts)


def test_what_a_function_does_to_its_arguments_is_lost(borrow: Borrowing) -> None:
    worker = borrow("x = torch.zeros(2); y = fill(x)")
    assert worker.submission.x.tolist() == [0, 0]
    assert worker.submission.y.tolist() == [7, 7]


def test_functions_and_objects_can_be_kept_back(fork: Fork, lender: Worker) -> None:
    worker = fork()
    worker.lender = Loan(lender, ["double", "calls"], [], 2**20).answer
    worker.ask("borrow", ["double", "calls"])
    assert type(worker.submission.calls) is list
    with pytest.raises(AssertionError, match="`double` is not defined"):
        _ = worker.submission.double


STAND_IN = "stand_in, number = double, double._number\nborrow = double._borrow\n"


@pytest.mark.parametrize(
    "wanted",
    [
        '"get", number, "__code__"',
        '"item", number, 0',
        '"len", number',
        '"call", 0',
        '"list", 0',
        '"state", number',
        '"origin", 0',
        '"call", -1',
        '"call", 10**6',
        '"call", 1.5',
        '"execute", 0, "1"',
        '"answer", number',
        '"__class__", number',
        "None, number",
    ],
)
def test_asking_otherwise_costs_the_worker(borrow: Borrowing, wanted: str) -> None:
    worker = borrow(STAND_IN)
    with pytest.raises(WorkerLost, match="interfered") as lost:
        worker.execute(f"borrow({wanted})")
    assert lost.value.cause is Cause.VIOLATION


@pytest.mark.parametrize("name", ["SECRET", "In", "_ih", "__builtins__", "Unfit", "", "double.x"])
def test_other_names_are_refused(borrow: Borrowing, name: str) -> None:
    worker = borrow(STAND_IN)
    error = worker.execute(f"borrow('get', 0, {name!r})")
    assert error is not None
    assert error.name == "AttributeError"


FORGED = """
import untrusted.stand_ins as frames
lender = double._borrow.__self__
def send(*wanted, nonce=None):
    wrap = lambda value: (1, "notebook")
    return lender._exchange(frames.encode((nonce or lender._nonce, *wanted), wrap, 2**20))
"""


@pytest.mark.parametrize(
    "wanted",
    [
        '"borrow"',
        '"borrow", "call"',
        '"borrow", "call", 1, (), {}, 1',
        '"borrow", "call", 1, [], {}',
        '"borrow", "call", 1, (), ()',
        '"borrow", "call", 1, (print,), {}',
        '"borrow", "get", 0, ("double",), {}, nonce=b"12345678"',
        '"lend", "get", 0, ("double",), {}',
        '"borrow", torch.ones(3), 1, (), {}',
        "torch.ones(3), 1",
    ],
)
def test_forged_frames_cost_the_worker(borrow: Borrowing, wanted: str) -> None:
    worker = borrow(FORGED)
    with pytest.raises(WorkerLost, match="interfered"):
        worker.execute(f"send({wanted})")


def test_without_a_loan_nobody_may_ask(fork: Fork) -> None:
    worker = fork("import gc, untrusted.stand_ins as s")
    find = "borrower = next(one for one in gc.get_objects() if type(one) is s.Borrower)"
    assert worker.execute(find) is None
    with pytest.raises(WorkerLost, match="interfered"):
        worker.execute("borrower.borrow('get', 0, 'double')")


def test_between_questions_nobody_may_ask(borrow: Borrowing) -> None:
    source = """
import threading, time
said = []
def later():
    time.sleep(0.3)
    try: said.append(double(1))
    except RuntimeError as error: said.append(str(error))
threading.Thread(target=later).start()
"""
    worker = borrow(source)
    time.sleep(0.8)
    assert worker.submission.said == ["what earlier answers define is there during a check only"]


def test_threads_take_turns(borrow: Borrowing) -> None:
    source = """
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(8) as pool:
    result = list(pool.map(double, range(100)))
"""
    assert borrow(source).submission.result == [2 * x for x in range(100)]


def test_there_is_an_end_to_calls(borrow: Borrowing) -> None:
    worker = borrow()
    started_at = time.monotonic()
    with pytest.raises(WorkerLost) as lost:
        worker.execute(f"for _ in range({CALL_LIMIT + 1}): double(1)")
    assert lost.value.cause in (Cause.VIOLATION, Cause.TIME)
    assert time.monotonic() - started_at < 40


def test_the_time_of_the_lender_counts(borrow: Borrowing, fork: Fork) -> None:
    worker = borrow()
    worker.lender = Loan(fork(SOLUTION), NAMES, NAMES, 2**24).answer
    worker.ask("borrow", NAMES)
    started_at = time.monotonic()
    with pytest.raises(WorkerLost, match="time limit of 1 s") as lost:
        worker.execute("sleep(60)", timeout_s=1)
    assert lost.value.cause is Cause.TIME
    assert time.monotonic() - started_at < 10


def test_a_lender_out_of_memory_or_lost_costs_its_answers_only(borrow: Borrowing) -> None:
    worker = borrow(
        "try: zeros(2**40)\nexcept MemoryError: said = ['MemoryError']\nsaid.append(double(2))"
    )
    assert worker.submission.said == ["MemoryError", 4]


def test_nothing_of_the_lender_is_among_the_objects_of_the_borrower(borrow: Borrowing) -> None:
    source = """
import gc, types
network(torch.ones(2, 2)), Pairs([1], [2]).swapped(), double(1), adder(2)(3)
functions = {one.__qualname__ for one in gc.get_objects() if isinstance(one, types.FunctionType)}
classes = {one.__qualname__ for one in gc.get_objects() if isinstance(one, type)}
classes = {name for name in classes if name in ("Pairs", "Unfit")}
functions &= {"double", "quadruple", "fail", "adder", "where", "Pairs.swapped", "Network.embed"}
"""
    worker = borrow(source)
    assert worker.execute("assert not functions and not classes, (functions, classes)") is None
