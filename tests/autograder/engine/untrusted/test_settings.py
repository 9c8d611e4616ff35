"""Settings that a notebook's cells change, in a process of their own each."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[4]
Run = Callable[[str], None]
# Imports the libraries once and runs each program in a fork, as workers are forked.
FORKING = """
import json, os, sys, traceback
import numpy, torch

for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        try:
            exec(compile(json.loads(line), "<program>", "exec"), {"__name__": "__main__"})
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""
CHANGES = {  # what a cell says, and what then tells whether it holds
    "dtype": ("torch.set_default_dtype(torch.float64)", "torch.ones(1).dtype"),
    "tensor type": ("torch.set_default_tensor_type(torch.DoubleTensor)", "torch.ones(1).dtype"),
    "device": ("torch.set_default_device('meta')", "torch.ones(1).device"),
    "no gradients": ("torch.set_grad_enabled(False)", "torch.is_grad_enabled()"),
    "entered": ("torch.no_grad().__enter__()", "torch.is_grad_enabled()"),
    "inference": (
        "kept.append(torch.inference_mode()); kept[-1].__enter__()",
        "torch.ones(1).is_inference()",
    ),
    "anomalies": ("torch.autograd.set_detect_anomaly(True)", "torch.is_anomaly_enabled()"),
    "deterministic": (
        "torch.use_deterministic_algorithms(True)",
        "torch.are_deterministic_algorithms_enabled()",
    ),
    "denormal": ("torch.set_flush_denormal(True)", "sys.float_info.min / 2"),
    "autocast": (
        "torch.autocast('cpu').__enter__()",
        "(torch.ones(2, 2) @ torch.ones(2, 2)).dtype",
    ),
    "precision": (
        "torch.set_float32_matmul_precision('medium')",
        "torch.backends.mkldnn.matmul.fp32_precision",
    ),
    "new precision": ("torch.backends.fp32_precision = 'bf16'", "torch.backends.fp32_precision"),
    "kernels": ("torch.backends.mkldnn.enabled = False", "torch.backends.mkldnn.enabled"),
    "attention": (
        "torch.backends.cuda.enable_math_sdp(False)",
        "torch.backends.cuda.math_sdp_enabled()",
    ),
    "tensors as text": ("torch.set_printoptions(precision=1)", "str(torch.tensor(1.2345))"),
    "arrays as text": (
        "np.set_printoptions(precision=1, suppress=True)",
        "str(np.array([1.2345]))",
    ),
    "errors": ("np.seterr(all='raise')", "np.geterr()"),
    "decimal": ("decimal.getcontext().prec = 2", "1 / decimal.Decimal(3)"),
    "warnings": ("warnings.simplefilter('error')", "warns()"),
    "folder": ("os.chdir('/')", "os.getcwd()"),
    "shallow": ("sys.setrecursionlimit(300)", "sys.getrecursionlimit()"),
    "garbage": ("gc.disable()", "gc.isenabled()"),
    "builtins": ("builtins.sum = max", "sum([1, 2])"),
    "locale": ("locale.setlocale(locale.LC_ALL, 'C.UTF-8')", "locale.setlocale(locale.LC_ALL)"),
}
PROGRAM = """
import builtins, decimal, gc, locale, os, sys, warnings
warnings.simplefilter("ignore")
from autograder.engine.untrusted.settings import Settings
settings = Settings()
import numpy as np, torch
kept = []

def warns():
    try:
        warnings.warn("careful")
    except UserWarning:
        return "raises"

def now():
    return str({tells})

usual = now()
{change}
own = now()
for _ in range(2):
    with settings.as_usual():
        assert now() == usual, (now(), usual)
        {change}
        assert now() == own
    assert now() == own, (now(), own)
assert own != usual
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """`run(program)`: it ends well, in a process that has numpy and torch loaded."""
    complaints = tmp_path_factory.mktemp("forking") / "complaints"
    with (
        complaints.open("w") as file,
        subprocess.Popen(
            [sys.executable, "-c", FORKING],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=file,
            text=True,
        ) as process,
    ):
        stdin, stdout = process.stdin, process.stdout
        assert stdin is not None and stdout is not None

        def run(program: str) -> None:
            print(json.dumps(program), file=stdin, flush=True)
            assert stdout.readline() == "0\n", complaints.read_text("utf-8")

        yield run


def run_afresh(program: str) -> None:
    """Run it where no library is loaded yet."""
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("name", CHANGES)
def test_a_test_finds_the_usual_and_the_next_cell_the_students(name: str, run: Run) -> None:
    change, tells = CHANGES[name]
    run(PROGRAM.format(change=change, tells=tells))


def test_what_a_test_changes_is_gone_after_it(run: Run) -> None:
    run("""
import torch, numpy as np
from autograder.engine.untrusted.settings import Settings
settings = Settings()
try:
    with settings.as_usual():
        torch.set_default_dtype(torch.float64)
        np.seterr(all="raise")
        1 / 0
except ZeroDivisionError:
    pass
assert torch.get_default_dtype() is torch.float32 and np.geterr()["divide"] == "warn"
""")


def test_a_deeper_recursion_is_left(run: Run) -> None:
    run("""
import sys
from autograder.engine.untrusted.settings import Settings
settings = Settings()
sys.setrecursionlimit(5000)
with settings.as_usual():
    assert sys.getrecursionlimit() == 5000
""")


def test_nothing_is_loaded_for_it_and_what_comes_later_counts() -> None:
    run_afresh("""
import sys
from autograder.engine.untrusted.settings import Settings
settings = Settings()
with settings.as_usual():
    pass
assert not {"torch", "numpy"} & sys.modules.keys()
import torch
torch.set_default_dtype(torch.float64)
with settings.as_usual():
    assert torch.ones(1).dtype is torch.float32
""")


def test_a_folder_that_is_gone_harms_nobody(run: Run) -> None:
    run("""
import os, tempfile
from autograder.engine.untrusted.settings import Settings
settings, first = Settings(), os.getcwd()
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
with settings.as_usual():
    assert os.getcwd() == first
""")


def test_it_costs_a_test_next_to_nothing(run: Run) -> None:
    """A few hundred calls of functions, where importing a library takes a hundred thousand."""
    run("""
import numpy, sys, torch
from autograder.engine.untrusted.settings import Settings
settings, calls = Settings(), []
with settings.as_usual():  # what comes later needs no imports
    pass
sys.setprofile(lambda frame, event, _: calls.append(event) if "return" not in event else None)
with settings.as_usual():
    pass
sys.setprofile(None)
assert 0 < len(calls) < 400, len(calls)
""")
