"""A class of Lab 9 graded and published, beside plain nbgrader with the same tests.

nbgrader runs the same public and hidden tests on the same notebooks, in the students' kernels, and
writes its feedback. Processor time is that of the whole commands, with all that they start. What is
compared is one more student: the difference between a larger class and a smaller one, divided by
the students in between. Half of them handed in the solution, half a variant of it.

Both grade one student at a time, because two at once slow each other down.

"Beyond the student's own process" leaves out what the workers themselves computed. Grading an
unchanged class again, and one with a single new hand-in, is compared with its first run.
"""

import itertools
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from autograder.compiler.build import build_labs
from autograder.lab import find_lab
from autograder.variants.solution import read_solution
from autograder.variants.variant import read_variants
from tests.bench.measure import Row

PROJECT = Path(__file__).resolve().parents[2]
LAB = "lab09"
SMALL = 4  # students, more than are judged at a time
THEIRS, OURS = 12, 28  # in the larger classes; ours costs less, so one student hides in the noise
CLASS = 200  # students of the class that is graded again
# A check cell that runs all tests of its question in the student's kernel, and says the points.
PLAIN_CHECK = """
import sys
sys.path[:0] = [{project!r}, {hidden!r}]
from tests.bench.plain_check import points_of
points_of({question!r}, {files!r}, globals())
"""


@dataclass(frozen=True)
class Cost:
    """What a command took, with all the processes it started."""

    cpu_s: float
    wall_s: float


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        notebooks = notebooks_of(LAB, Path(folder) / "built")
        yield from beside_nbgrader(LAB, Path(folder) / LAB, notebooks, 1 / 10, 1 / 30)
        yield from _again(Path(folder) / "class", notebooks)


def beside_nbgrader(
    lab: str,
    folder: Path,
    notebooks: list[Any],
    at_most: float,
    beyond_at_most: float | None = None,
) -> Iterator[Row]:
    """What one more student costs, and how much of it is not of the student's own process."""
    ours: dict[int, float] = {}
    beyond: dict[int, float] = {}
    scores: dict[str, float] = {}
    for number in (SMALL, OURS):
        course = folder / f"ours{number}"
        hand_in(lab, course, notebooks, number)
        ours[number] = grade(lab, course, "--jobs", "1").cpu_s
        report = json.loads((course / "report.json").read_text("utf-8"))
        beyond[number] = ours[number] - sum(one["cpu_s"] for one in report["submissions"])
        scores |= {one["student"]: one["score"] for one in report["submissions"]}
    theirs = {}
    for number in (SMALL, THEIRS):
        plain = _nbgrader_grades(lab, folder / f"nbgrader{number}", notebooks, number)
        theirs[number] = plain.pop("cost").cpu_s
        assert plain == {student: scores[student] for student in plain}, plain
    nbgraders = _one_more(theirs, THEIRS)
    beyond_s = _one_more(beyond, OURS)
    share = _one_more(ours, OURS) / nbgraders
    yield Row(f"{lab}: one more student, ours / nbgrader", share, at_most=at_most)
    what = f"{lab}: of it beyond the student's process"
    yield Row(f"{what} / nbgrader", beyond_s / nbgraders, at_most=beyond_at_most)
    yield Row(f"{what}, CPU-s", beyond_s, at_most=0.25)


def _one_more(costs_s: dict[int, float], large: int) -> float:
    return (costs_s[large] - costs_s[SMALL]) / (large - SMALL)


def _again(course: Path, notebooks: list[Any]) -> Iterator[Row]:
    hand_in(LAB, course, notebooks, CLASS)
    first = grade(LAB, course)
    again = grade(LAB, course)
    changed = nbformat.from_dict(notebooks[1])
    changed.cells.append(nbformat.v4.new_code_cell("own = 'new'"))
    _write(LAB, course, "student-000", changed)
    one = grade(LAB, course)
    yield Row(
        f"{CLASS} unchanged again / first run, seconds", again.wall_s / first.wall_s, at_most=1 / 50
    )
    yield Row(f"{CLASS} unchanged again, seconds", again.wall_s, at_most=5.0)
    share = one.cpu_s / first.cpu_s  # a warm process has to be started for it
    yield Row(f"one changed among {CLASS} / first run, CPU", share, at_most=0.1)


def notebooks_of(name: str, folder: Path) -> list[Any]:
    """The solution, then each right answer and mistake of the bank in turn, for ever different."""
    lab = find_lab(name)
    build_labs([lab.source], folder / "release", folder / "solution")
    solved = nbformat.read(folder / "solution" / name / f"{name}.ipynb", as_version=4)
    solution = read_solution(lab.source)
    right = read_variants(lab.variants_dir / "right", solution)
    made = []
    for variant in right:
        notebook = nbformat.from_dict(solved)
        for cell in notebook.cells:
            cell.source = variant.sources.get(cell.id, cell.source)
        made += [solved, notebook]
    return made


def hand_in(lab: str, course: Path, notebooks: list[Any], number: int) -> None:
    for index, notebook in enumerate(itertools.islice(itertools.cycle(notebooks), number)):
        _write(lab, course, f"student-{index:03}", notebook)


def _write(lab: str, course: Path, student: str, notebook: Any) -> None:
    path = course / "submitted" / student / lab / f"{lab}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def grade(lab: str, course: Path, *options: str) -> Cost:
    report = course / "report.json"
    command = ["-m", "autograder", "grade", lab, "--course", str(course), "--json", str(report)]
    return _cost_of([sys.executable, *command, *options], PROJECT)


def _nbgrader_grades(lab: str, course: Path, notebooks: list[Any], number: int) -> dict[str, Any]:
    """Scores by student, and "cost"; releasing is not counted."""
    from nbgrader.api import Gradebook

    plain = [_plain(lab, notebook) for notebook in notebooks[:number]]
    source = course / "source" / lab
    shutil.copytree(PROJECT / "release" / lab, source)
    shutil.copytree(PROJECT / "lib", source / "lib", dirs_exist_ok=True)  # with the reference
    nbformat.write(plain[0], source / f"{lab}.ipynb")
    (course / "nbgrader_config.py").write_text(
        "c = get_config()\nc.Execute.timeout = 300\nc.ClearSolutions.enforce_metadata = False\n"
    )
    _nbgrader(lab, course, "generate_assignment")
    for index, notebook in enumerate(plain):
        student = f"student-{index:03}"
        shutil.copytree(source, course / "submitted" / student / lab)
        _write(lab, course, student, notebook)
    graded = _nbgrader(lab, course, "autograde")
    feedback = _nbgrader(lab, course, "generate_feedback")
    cost = Cost(graded.cpu_s + feedback.cpu_s, graded.wall_s + feedback.wall_s)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        scores = {one.student.id: one.score for one in gradebook.assignment_submissions(lab)}
    return {**scores, "cost": cost}


def _plain(name: str, notebook: Any) -> Any:
    """The notebook with all tests of a question in its check cell."""
    lab = find_lab(name)
    files = [str(file) for file in (lab.checks_file, *lab.hidden_tests)]
    plain = nbformat.from_dict(notebook)
    for cell in plain.cells:
        mark = cell.metadata.get("nbgrader", {})
        if mark.get("grade") and not mark.get("solution"):
            cell.source = PLAIN_CHECK.format(
                project=str(PROJECT),
                hidden=str(lab.hidden_dir),
                question=mark["grade_id"],
                files=files,
            )
    kept = [cell for cell in plain.cells if "skip-grading" not in cell.metadata.get("tags", [])]
    plain.cells = kept
    return plain


def _nbgrader(lab: str, course: Path, step: str) -> Cost:
    command = [sys.executable, "-W", "ignore", "-m", "nbgrader", step, lab]
    return _cost_of(command, course)


def _cost_of(command: list[str], folder: Path) -> Cost:
    path = f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}"
    before, started_at = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    ran = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True
    )
    if ran.returncode:
        raise RuntimeError(f"{' '.join(command)}: {(ran.stdout + ran.stderr)[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu_s, time.monotonic() - started_at)
