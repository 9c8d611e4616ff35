"""The adapter of torch: it loads nothing, and what it makes of tensors is exact."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from autograder.engine.untrusted import tensors
from autograder.engine.untrusted.protocol import encode

from .crossing import through, wrap

PROJECT = Path(__file__).resolve().parents[4]


@pytest.fixture
def torch_as_it_was() -> Iterator[None]:
    """Whatever a test does to torch's state is undone."""
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    yield
    torch.set_rng_state(state)
    torch.set_num_threads(threads)


@pytest.mark.parametrize(
    ("source", "is_imported"),
    [
        ("import torch\n", True),
        ("import re\nfrom torch import nn\n", True),
        ("import torch.nn as nn\n", True),
        ("def late():\n    import torch\n", False),
        ("import torchlight\n", False),
        ("# import torch\nfrom lib.kit.checks import question\n", False),
    ],
)
def test_a_file_says_whether_it_needs_it(source: str, is_imported: bool) -> None:
    assert tensors.is_imported_by(source) is is_imported


def test_nothing_loads_it_unasked(
    loaded_by_the_grader: set[str], loaded_by_a_worker: set[str]
) -> None:
    assert "autograder.engine.untrusted.tensors" in loaded_by_the_grader
    assert "torch" not in loaded_by_the_grader | loaded_by_a_worker


def test_without_it_every_answer_is_no_and_nothing_is_loaded() -> None:
    code = (
        "import sys; from autograder.engine.untrusted import tensors\n"
        "assert not tensors.is_loaded() and not tensors.is_tensor(1)\n"
        "assert tensors.filled((1, 2), 1) is None and tensors.sampled('float32', 1) is None\n"
        "tensors.seed_generator(1); tensors.use_threads(1); tensors.warm_up()\n"
        "tensors.load_without_processes(); tensors.keep_one_thread()\n"
        "print('torch' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "False\n"


def test_each_dtype_has_a_place_of_its_own() -> None:
    assert len(set(tensors.dtypes())) == len(tensors.NAMES)
    for place, dtype in enumerate(tensors.dtypes()):
        assert encode(dtype, wrap, 100).header[-1] == place
        assert through(dtype) is dtype
    for other in (torch.quint8, np.float32):
        assert through(other)[0] == "handle"


@pytest.mark.parametrize("dtype", tensors.dtypes(), ids=str)
def test_values_come_back_from_their_bytes(dtype: torch.dtype) -> None:
    grid = torch.arange(6).reshape(2, 3).to(dtype)
    for tensor in (grid, grid.t(), grid[:, 1], grid[0, 1], grid[:0], grid[:, :0]):
        raw = tensors.raw_bytes(tensor)
        assert len(raw) == tensor.numel() * dtype.itemsize
        place = tensors.dtypes().index(dtype)
        back = tensors.rebuilt(place, list(tensor.shape), bytearray(raw))
        assert back.dtype is dtype and torch.equal(back, tensor)


def test_what_is_rebuilt_belongs_to_nobody_else_and_a_truth_value_is_one_or_none() -> None:
    place = tensors.NAMES.index("bool")
    assert tensors.rebuilt(place, [3], bytearray(b"\x02\x00\xff")).tolist() == [True, False, True]
    assert int(tensors.rebuilt(place, [3], bytearray(b"\x02\x00\xff")).sum()) == 2


class Subclass(torch.Tensor):
    """May lie about anything."""


REFUSED: dict[str, Any] = {
    "a subclass": torch.ones(2).as_subclass(Subclass),
    "sparse": torch.ones(2).to_sparse(),
    "on no device": torch.empty(1, device="meta"),
    "nested": torch.nested.nested_tensor([torch.ones(1)], layout=torch.jagged),
    "an array": np.ones(2),
    "a number": 1.0,
    "a class": torch.Tensor,
}


@pytest.mark.parametrize("kind", REFUSED)
def test_only_plain_tensors_are_tensors(kind: str) -> None:
    assert tensors.is_tensor(torch.ones(2).requires_grad_())
    assert tensors.is_tensor(torch.nn.Parameter(torch.ones(2)))
    assert not tensors.is_tensor(REFUSED[kind])


def test_sizes_and_devices_have_plain_counterparts() -> None:
    size = through(torch.Size([2, 3]))
    assert (size, type(size)) == ((2, 3), tuple)
    assert through(torch.device("cpu")) == "cpu"


@pytest.mark.usefixtures("torch_as_it_was")
def test_seeds_are_torchs_own() -> None:
    torch.manual_seed(7)
    expected = torch.rand(4)
    tensors.seed_generator(7)
    assert torch.equal(torch.rand(4), expected)
    before = torch.get_rng_state()
    generators = [tensors.make_generator(seed) for seed in (7, 7, 8)]
    drawn = [torch.rand(4, generator=generator) for generator in generators]
    assert torch.equal(drawn[0], expected) and torch.equal(drawn[1], expected)
    assert not torch.equal(drawn[2], expected)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.usefixtures("torch_as_it_was")
def test_it_computes_on_as_many_threads_as_it_is_told() -> None:
    for number in (2, 1):
        tensors.use_threads(number)
        assert torch.get_num_threads() == number


LOADERS = """
import os, torch
from torch.utils.data import DataLoader
from autograder.engine.untrusted import tensors

class Where(torch.utils.data.Dataset):
    def __len__(self): return 4
    def __getitem__(self, index): return os.getpid()

tensors.load_without_processes()
initialize = DataLoader.__init__
tensors.load_without_processes()
assert DataLoader.__init__ is initialize  # once is enough
options = dict(
    num_workers=2, persistent_workers=True, prefetch_factor=4, timeout=5, pin_memory=True,
    multiprocessing_context="spawn", worker_init_fn=print, in_order=False,
)
for loader in (DataLoader(Where(), 2, **options), DataLoader(Where(), 2, False, None, None, 2)):
    assert loader.num_workers == 0 and loader.batch_size == 2
    print({int(pid) for batch in loader for pid in batch} == {os.getpid()})
"""


def test_loaders_do_their_work_in_the_process_itself() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LOADERS], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == ["True", "True"]


THREADS = """
import torch
from autograder.engine.untrusted import tensors
tensors.use_threads(1)
tensors.keep_one_thread()
set_num_threads = torch.set_num_threads
tensors.keep_one_thread()
assert torch.set_num_threads is set_num_threads  # once is enough
torch.set_num_threads(4)
torch.set_num_interop_threads(4)
torch.set_num_interop_threads(4)  # which torch itself allows only once
print(torch.get_num_threads())
tensors.use_threads(2)
print(torch.get_num_threads())
"""


def test_who_asks_for_threads_has_one_and_only_the_engine_gives_more() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", THREADS], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == ["1", "2"]


@pytest.mark.parametrize("name", tensors.NAMES)
@pytest.mark.parametrize("number", [0, 1, 0.01, float("nan")])
def test_a_tensor_filled_with_one_number_keeps_its_form(name: str, number: float) -> None:
    tensor = torch.ones(2, 3).to(getattr(torch, name))
    filled = tensors.filled(tensor, number)
    assert (filled.shape, filled.dtype) == (tensor.shape, tensor.dtype)
    assert len(filled.flatten().tolist()) == 6
    if number in (0, 1):
        assert bool((filled == number).all())


@pytest.mark.parametrize("name", tensors.NAMES)
def test_a_drawn_tensor_keeps_its_form(name: str) -> None:
    tensor = torch.ones(20, 30).to(getattr(torch, name))
    drawn, again, other = (tensors.drawn(tensor, seed) for seed in (1, 1, 2))
    assert (drawn.shape, drawn.dtype) == (tensor.shape, tensor.dtype)
    assert torch.equal(drawn, again)
    assert name == "bool" or not torch.equal(drawn, other)


def test_only_tensors_are_filled() -> None:
    assert tensors.filled([1.0], 0) is tensors.filled(np.ones(2), 0) is None
    assert tensors.drawn([1.0], 0) is tensors.drawn(np.ones(2), 0) is None
