"""What is loaded where nobody asked for a library."""

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.engine import Zygote

PROJECT = Path(__file__).resolve().parents[4]
GRADER = """
import importlib, pkgutil, sys
import autograder.engine, autograder.judge, lib.kit.checks
for package in (autograder.engine, autograder.judge, lib.kit.checks):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if module.name != "autograder.engine.untrusted.worker":  # it expects to be confined
            importlib.import_module(module.name)
print(*sys.modules, sep="\\n")
"""
STUDENT = "import sys\nloaded = sorted(sys.modules)"


@pytest.fixture(scope="package")
def loaded_by_the_grader() -> set[str]:
    """Modules in a process that has loaded all of the engine, the judge and the checks."""
    ran = subprocess.run(
        [sys.executable, "-c", GRADER], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    return set(ran.stdout.split())


@pytest.fixture(scope="package")
def loaded_by_a_worker() -> set[str]:
    """Modules in a worker of a lab that names no library, after a cell."""
    with Zygote() as zygote:
        worker = zygote.fork(0)
        assert worker.execute(STUDENT) is None
        return set(worker.submission.loaded)
