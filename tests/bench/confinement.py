"""Ratio: grading the solution of Lab 9 in a confined worker to the same without confinement.

Whole gradings of one submission by one process, cells and all tests, from zygotes that are warm.
"""

import contextlib
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import torch

from autograder.assignment import Assignment, load_assignment
from autograder.compiler.build import build_labs
from autograder.engine import Policy, Zygote
from autograder.judge.grade import grade_here
from tests.bench.measure import Prepare, Row, Run, time_ratio

PROJECT = Path(__file__).resolve().parents[2]
ROUNDS = 15


def rows() -> Iterator[Row]:
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as zygotes:
        release, solution = Path(folder, "release"), Path(folder, "solution")
        source = PROJECT / "source" / "lab09" / "lab09.md"
        build_labs([source], release, solution)
        assignment = load_assignment("lab09", release)
        submitted = solution / "lab09" / "lab09.ipynb"

        def grading(level: str) -> Prepare:
            policy = Policy(level, allow_unconfined=level == "none")
            zygote = zygotes.enter_context(
                Zygote(assignment.release_dir, policy=policy, imports=assignment.imports)
            )
            return lambda: _grading(assignment, submitted, zygote)

        unconfined = grading("none")
        for level in ("strong", "acceptable"):
            ratio = time_ratio(grading(level), unconfined, ROUNDS, time.perf_counter)
            yield Row(f"{level} to unconfined", ratio, at_most=1.15)


def _grading(assignment: Assignment, submitted: Path, zygote: Zygote) -> Run:
    return lambda: grade_here(assignment, "student", submitted, zygote, seed=0)
