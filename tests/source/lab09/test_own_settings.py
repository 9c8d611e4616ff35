"""The solution of Lab 9 with cells that change settings of the process: harmless at the desk, so
they cost nothing."""

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from autograder.judge.results import SubmissionResult

from ..conftest import Judge

IMPORTS = """
import decimal, faulthandler, gc, locale, logging, os, random, signal, sys, threading, warnings
import builtins, tempfile
import matplotlib, numpy as np, torch
import matplotlib.pyplot as plt
import torch.utils.data
"""
# Each in a notebook of its own, in which the next cells run under it, too.
ALONE = {
    "two threads": "torch.set_num_threads(2)",
    "four threads": "torch.set_num_threads(4); torch.set_num_interop_threads(4)",
    "warnings": "warnings.simplefilter('error')",
    "no gradients": "torch.set_grad_enabled(False)",
    "anomalies": "torch.autograd.set_detect_anomaly(True)",
    "bfloat16": "torch.autocast('cpu').__enter__()",
}
# Those that don't get in each other's way.
TOGETHER = """
torch.set_num_threads(1)
os.environ.update(OMP_NUM_THREADS='8', MKL_NUM_THREADS='8', CUDA_VISIBLE_DEVICES='')
torch.use_deterministic_algorithms(True)
torch.set_flush_denormal(True)
torch.set_float32_matmul_precision('medium')
torch.backends.mkldnn.enabled = False
torch.backends.mha.set_fastpath_enabled(False)
torch.backends.cuda.enable_math_sdp(False), torch.backends.cuda.enable_flash_sdp(False)
torch.set_default_device('cpu')
os.chdir(tempfile.mkdtemp())
torch.set_printoptions(precision=2, sci_mode=False)
np.set_printoptions(precision=2, suppress=True)
np.seterr(all='raise')
random.seed(1), np.random.seed(1), torch.manual_seed(1)
plt.rcParams['figure.figsize'] = (20, 20)
plt.style.use('dark_background')
plt.switch_backend('TkAgg')
matplotlib.use('QtAgg')
locale.setlocale(locale.LC_ALL, 'C')
sys.setrecursionlimit(5000)
decimal.getcontext().prec = 2
gc.disable()
signal.signal(signal.SIGINT, signal.SIG_IGN)
threading.excepthook = sys.excepthook = print
builtins.print = lambda *args, **kwargs: None
logging.disable(logging.CRITICAL)
faulthandler.enable()
os.environ['TQDM_DISABLE'] = '1'
assert torch.compile(torch.nn.Linear(2, 3))(torch.ones(1, 2)).shape == (1, 3)
pairs = torch.utils.data.TensorDataset(torch.arange(6.0))
loader = torch.utils.data.DataLoader(
    pairs, 2, num_workers=2, persistent_workers=True, pin_memory=True, prefetch_factor=2,
    timeout=5, multiprocessing_context='spawn', worker_init_fn=print,
)
assert len(list(loader)) == 3
"""
OWN_CELLS = ALONE | {"together": TOGETHER}


def graded(own_cell: str, built: Path, judge: Judge, folder: Path) -> SubmissionResult:
    """The solution with an own cell above all others."""
    handed_in: Any = nbformat.read(built / "solution" / "lab09" / "lab09.ipynb", as_version=4)
    handed_in.cells.insert(0, new_code_cell(IMPORTS + own_cell))
    nbformat.write(handed_in, folder / "lab09.ipynb")
    return judge(folder / "lab09.ipynb")


@pytest.mark.parametrize("name", OWN_CELLS)
def test_settings_of_own_cells_cost_nothing(
    name: str, built: Path, judge: Judge, tmp_path: Path
) -> None:
    result = graded(OWN_CELLS[name], built, judge, tmp_path)
    assert result.cell_failures == ()
    lost = [test for question in result.questions for test in question.tests if not test.passed]
    assert lost == []
    assert result.score == 165


def test_what_cells_made_under_float64_stays_so_and_is_named(
    built: Path, judge: Judge, tmp_path: Path
) -> None:
    """Functions and classes compute what the task says; models that cells made are of float64."""
    cell = "torch.set_default_dtype(torch.float64)"
    result = graded(cell, built, judge, tmp_path)
    lost = {q.id for q in result.questions if not q.full}
    assert lost == {"ex1-setup", "ex2-setup", "ex4-setup"}
    for question in result.questions:
        for test in question.tests:
            assert test.passed or re.search("float64|double", test.message), test.message
