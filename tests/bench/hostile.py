"""A class in which most hand-ins are hostile, graded and published in 6 GiB of memory.

The hostile ones are those of the attack corpus that hurt a judge, exhaust a machine or reach a
page, each on the corpus's own lab, and notebooks of Lab 9 whose every function returns what hurts.
Among them are honest ones. The same honest hand-ins are graded as a class of their own, in the same
run.

A neighbour's time is what its grading took by the clock; two are graded at a time. Memory is that
of all processes together, where root has control groups to measure it.
"""

import ast
import copy
import json
import os
import re
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import nbformat

from autograder.compiler.build import build_labs
from autograder.engine import Limits
from autograder.lab import find_lab
from tests.attacks.corpus import GROUPS
from tests.attacks.recipe import Lab
from tests.attacks.site import LAB as VAULT
from tests.attacks.site import LAB_DIR as VAULT_DIR
from tests.bench.measure import Row
from tests.bench.memory_bound import Bounded, run_bounded

PROJECT = Path(__file__).resolve().parents[2]
LAB = "lab09"
BOUND_BYTES = 6 * 2**30
JOBS = 2
HONEST = 6
HOSTILE_GROUPS = ("judge", "exhaust", "output")
GRACE_S = 30.0  # beyond the limit of a submission: what ending it may take
# Of the corpus's lab, so that what ends by a limit of time ends soon; memory has its usual limits.
SHORT = Limits(
    call_timeout_s=1.0,
    cell_timeout_s=1.0,
    test_timeout_s=2.0,
    submission_timeout_s=10.0,
    own_cells_timeout_s=2.0,
)
# What every function of a notebook returns.
VALUES = {
    "broadcasts": "torch.zeros(2**20, 1, 1)",
    "is-many": "[torch.zeros(2**10) for _ in range(1000)]",
    "is-empty": "torch.zeros(2**20, 0)",
    "is-parts": "[(number,) for number in range(30_000)]",
    "is-nan": 'float("nan")',
    "is-huge": "10**2000",
    "is-long": '"x" * 2**20',
    "is-wide": '{name: torch.zeros(1, 20_000) for name in ("embedding.weight", "fc.weight")}',
}
RETURNS = """
import torch
class _Returning:
    def __call__(self, *_, **__): return {value}
    def __getattr__(self, name):
        if name.startswith("__"): raise AttributeError(name)
        return self
"""
WIDE_MODEL = """
class LSTMModel(LSTMModel):
    def state_dict(self, *_, **__):
        width = torch.zeros(1, 20_000)
        return {**super().state_dict(), "fc.weight": width}
"""


@dataclass
class Class:
    """Hand-ins of a lab, by student."""

    lab: str
    project: Path
    honest: dict[str, Callable[[Path], object]] = field(default_factory=dict)
    hostile: dict[str, Callable[[Path], object]] = field(default_factory=dict)

    def grade(self, course: Path, students: dict[str, Callable[[Path], object]]) -> "Graded":
        """Hand in what these students do, grade and publish it."""
        for student, hand_in in students.items():
            path = course / "submitted" / student / self.lab / f"{self.lab}.ipynb"
            path.parent.mkdir(parents=True)
            hand_in(path)
        report = course / "report.json"
        command = ["-m", "autograder", "grade", self.lab, "--course", str(course)]
        options = ["--json", str(report), "--jobs", str(JOBS)]
        env = {**os.environ, "PYTHONPATH": str(PROJECT)}
        ran = run_bounded([sys.executable, *command, *options], self.project, env, BOUND_BYTES)
        told = json.loads(report.read_text("utf-8")) if report.is_file() else {"submissions": []}
        return Graded(ran, {one["student"]: one for one in told["submissions"]})


@dataclass(frozen=True)
class Graded:
    """What came of a class: of the command, and each student's result."""

    ran: Bounded
    results: dict[str, dict[str, Any]]


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        for make, limits in ((_corpus, SHORT), (_lab09, Limits())):
            one = make(Path(folder))
            alone = one.grade(Path(folder) / f"{one.lab}-honest", one.honest)
            beside = one.grade(Path(folder) / f"{one.lab}-class", one.honest | one.hostile)
            yield from _rows_of(one, alone, beside, limits)


def _rows_of(one: Class, alone: Graded, beside: Graded, limits: Limits) -> Iterator[Row]:
    said = beside.ran.said[-2000:]
    if not beside.results:
        raise RuntimeError(f"the class is lost: {said}")
    missing = (one.honest | one.hostile).keys() - beside.results.keys()
    name, number = one.lab, len(one.hostile)
    results = [beside.results[student] for student in one.hostile if student not in missing]
    yield Row(f"{name}: hand-ins without a result, of {len(one.hostile | one.honest)}",
              len(missing), at_most=0)  # fmt: skip
    failed = sum(result["status"] == "failed" for result in results)
    yield Row(f"{name}: whose judge came to no end, of {number} hostile", failed)
    longest_s = max(result["seconds"] for result in results)
    most_s = limits.longest_s + GRACE_S
    yield Row(f"{name}: longest hostile one / its limit", longest_s / most_s, at_most=1.0)
    same = [_score(alone, student) == _score(beside, student) for student in one.honest]
    yield Row(f"{name}: honest ones with the same score", sum(same) / len(same), at_least=1.0)
    yield Row(f"{name}: an honest one's time, beside hostile / alone",
              _median_s(one, beside) / _median_s(one, alone), at_most=1.5)  # fmt: skip
    if beside.ran.peak_bytes is None or alone.ran.peak_bytes is None:
        return
    peak_bytes, honest_bytes = beside.ran.peak_bytes, alone.ran.peak_bytes
    yield Row(f"{name}: memory at its peak / 6 GiB", peak_bytes / BOUND_BYTES, at_most=1.0)
    allowed_bytes = JOBS * (limits.memory_bytes + limits.judge_memory_bytes + limits.scratch_bytes)
    yield Row(f"{name}: of it more than honest / what {JOBS} hostile ones may have",
              (peak_bytes - honest_bytes) / allowed_bytes, at_most=1.0)  # fmt: skip
    yield Row(f"{name}: processes ended for want of memory", beside.ran.kills or 0)


def _score(graded: Graded, student: str) -> float:
    return float(graded.results[student]["score"])


def _median_s(one: Class, graded: Graded) -> float:
    return statistics.median(graded.results[student]["seconds"] for student in one.honest)


def _corpus(folder: Path) -> Class:
    """The corpus's lab, its attacks, and its solution as the honest work."""
    project = folder / VAULT
    source = project / "source" / VAULT / f"{VAULT}.md"
    _copy_with_limits(VAULT_DIR / "source" / VAULT, source.parent)
    solution_root = project / ".build" / "solution"
    build_labs([source], project / "release", solution_root)
    notebooks = [
        nbformat.read(root / VAULT / f"{VAULT}.ipynb", as_version=4)
        for root in (project / "release", solution_root)
    ]
    lab = Lab(notebooks[0], notebooks[1], {})
    one = Class(VAULT, project)
    attacks = [attack for group in HOSTILE_GROUPS for attack in GROUPS[group]]
    for number, attack in enumerate(attacks):
        student = f"{number:03}-{re.sub(r'[^a-zA-Z0-9]+', '-', attack.name)}"
        one.hostile[student] = partial(attack.hand_in, lab)
    _add_honest(one, notebooks[1], len(attacks))
    return one


def _copy_with_limits(source: Path, target: Path) -> None:
    for file in source.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            copied = target / file.relative_to(source)
            copied.parent.mkdir(parents=True, exist_ok=True)
            copied.write_bytes(file.read_bytes())
    changed = {name: value for name, value in vars(SHORT).items() if value != vars(Limits())[name]}
    lines = [f"{name} = {value}" for name, value in changed.items()]
    with (target / "lab.toml").open("a", encoding="utf-8") as config:
        config.write("\n".join(["", "[limits]", *lines, ""]))


def _lab09(folder: Path) -> Class:
    """Lab 9, with notebooks whose every function returns one of the values."""
    build_labs([find_lab(LAB).source], folder / "release", folder / "solution")
    solved = nbformat.read(folder / "solution" / LAB / f"{LAB}.ipynb", as_version=4)
    one = Class(LAB, PROJECT)
    for number, (name, value) in enumerate(VALUES.items()):
        notebook = _with_appended(solved, RETURNS.format(value=value), "{name} = _Returning()")
        one.hostile[f"{number:03}-{name}"] = _writer(notebook)
    wide = _with_appended(solved, "", WIDE_MODEL, only="LSTMModel")
    one.hostile[f"{len(VALUES):03}-claims-width"] = _writer(wide)
    _add_honest(one, solved, len(one.hostile))
    return one


def _with_appended(solved: Any, first: str, line: str, only: str = "") -> Any:
    """The solution, with more below each answer that defines something: a line for each name."""
    notebook = copy.deepcopy(solved)
    for cell in notebook.cells:
        if cell.cell_type != "code" or not cell.metadata.get("nbgrader", {}).get("solution"):
            continue
        names = [one.name for one in ast.parse(cell.source).body
                 if isinstance(one, ast.FunctionDef | ast.ClassDef)]  # fmt: skip
        chosen = [name for name in names if only in ("", name)]
        if chosen:
            lines = [line.replace("{name}", name) for name in chosen]
            cell.source = "\n".join([cell.source, first, *lines])
    return notebook


def _add_honest(one: Class, solved: Any, others: int) -> None:
    """Solutions that differ in a comment, spread over the class by their names."""
    for number in range(HONEST):
        notebook = copy.deepcopy(solved)
        notebook.cells.append(nbformat.v4.new_code_cell(f"# honest {number}"))
        place = (number + 1) * others // (HONEST + 1)
        one.honest[f"{place:03}-honest"] = _writer(notebook)


def _writer(notebook: Any) -> Callable[[Path], object]:
    return lambda path: nbformat.write(notebook, path)
