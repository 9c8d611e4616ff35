"""A pretended GPU: whatever way it is asked for, the CPU answers."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from autograder.engine import Worker
from autograder.engine.untrusted import gpu

PROJECT = Path(__file__).resolve().parents[4]
SETS_UP = "import torch\nfrom torch import nn\nx = torch.ones(2, 3)\n"
ASKS = [
    "y = x.cuda()",
    "y = x.cuda(0, non_blocking=True)",
    "y = x.to('cuda')",
    "y = x.to('cuda:0', torch.float64).float()",
    "y = x.to(device=torch.device('cuda'), non_blocking=True)",
    "y = torch.ones(2, 3, device='cuda')",
    "y = torch.tensor([[1.0] * 3] * 2, device=torch.device('cuda', 0))",
    "y = torch.ones_like(x, device='cuda')",
    "y = x.new_ones(2, 3, device='cuda')",
    "y = torch.from_numpy(x.numpy()).pin_memory().cuda()",
    "model = nn.Linear(3, 3).cuda(); y = model(x.cuda()) * 0 + 1",
    "model = nn.LSTM(3, 3).to('cuda'); y = model(x.cuda())[0] * 0 + 1",
    "model = nn.Linear(3, 3, device='cuda'); y = model(x.cuda()) * 0 + 1",
    "y = x.cuda(); torch.cuda.synchronize(); torch.cuda.empty_cache()",
    "y = torch.utils.data.default_collate([x[0], x[1]]).to('cuda').cpu()",
]


@pytest.mark.parametrize("source", ASKS, ids=lambda source: source)
def test_who_asks_for_a_gpu_gets_the_cpu(fork: Callable[[], Worker], source: str) -> None:
    worker = fork()
    worker.be_lenient()
    assert worker.execute(SETS_UP + source) is None
    value = worker.submission.y
    assert isinstance(value, torch.Tensor) and torch.equal(value, torch.ones(2, 3))


@pytest.mark.parametrize("source", ASKS, ids=lambda source: source)
def test_without_pretending_a_missing_gpu_is_named(fork: Callable[[], Worker], source: str) -> None:
    error = fork().execute(SETS_UP + source)
    assert error is not None and gpu.is_missed(error.message)


def test_it_is_not_said_to_be_there(fork: Callable[[], Worker]) -> None:
    """Who asks whether there is one goes his own way, as on the grader's machine."""
    worker = fork()
    worker.be_lenient()
    assert worker.execute("import torch\nthere = torch.cuda.is_available()") is None
    assert worker.submission.there is False


@pytest.mark.parametrize(
    ("said", "is_missed"),
    [
        ("Torch not compiled with CUDA enabled", True),
        ("Found no NVIDIA driver on your system.", True),
        ("No CUDA GPUs are available", True),
        ("Expected one of cpu, cuda, mps device type at start of device string: gpu", False),
        ("barracuda", False),
        ("", False),
    ],
)
def test_a_missing_gpu_is_told_by_its_words(said: str, is_missed: bool) -> None:
    assert gpu.is_missed(said) is is_missed


def test_where_torch_is_not_installed_nothing_is_pretended() -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from autograder.engine.untrusted import gpu; gpu.pretend()"
    )
    subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True)
