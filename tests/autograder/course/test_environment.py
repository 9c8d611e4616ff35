"""Whatever a grade depends on changes one named part, and nothing else does."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.assignment import Assignment
from autograder.course.environment import Key, changed_parts, environment_of
from autograder.engine import Limits

from ..judge.notebooks import answer, notebook

Change = Callable[[Assignment], Assignment]


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    release, hidden = tmp_path / "release" / "lab", tmp_path / "source" / "lab" / "hidden"
    for file in (release / "lab.ipynb", release / "checks.py", hidden / "test_a.py"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("{}", "utf-8")
    (hidden / "helper.py").write_text("", "utf-8")
    wrong = hidden.with_name("variants") / "wrong"
    wrong.mkdir(parents=True)
    (wrong / "a.txt").write_text("# Adds one", "utf-8")
    tests = (release / "checks.py", hidden / "test_a.py")
    source = hidden.with_name("lab.md")
    return Assignment("lab", release, notebook(), tests, imports=("numpy",), source=source)


def key(of: Assignment, seed: int = 0, level: str = "strong") -> Key:
    return environment_of(of, seed, of.limits, level)


def rewritten(name: str) -> Change:
    def change(assignment: Assignment) -> Assignment:
        (assignment.release_dir.parents[1] / name).write_text("changed", "utf-8")
        return assignment

    return change


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (rewritten("release/lab/lab.ipynb"), "release"),
        (rewritten("release/lab/new.py"), "release"),
        (rewritten("source/lab/hidden/test_a.py"), "tests"),
        (rewritten("source/lab/hidden/helper.py"), "tests"),
        (rewritten("source/lab/variants/wrong/a.txt"), "known mistakes"),
        (rewritten("source/lab/variants/wrong/b.txt"), "known mistakes"),
        (lambda lab: replace(lab, solution=notebook(answer("a", "x = 1"))), "solution"),
        (lambda lab: replace(lab, limits=Limits(threads=9)), "limits"),
        (lambda lab: replace(lab, imports=()), "libraries"),
    ],
)
def test_a_change_has_a_name(assignment: Assignment, change: Change, part: str) -> None:
    before = key(assignment)
    assert key(assignment) == before
    assert changed_parts(before, key(change(assignment))) == [part]


def test_seed_and_confinement_have_names(assignment: Assignment) -> None:
    before = key(assignment)
    assert changed_parts(before, key(assignment, seed=1)) == ["seed"]
    assert changed_parts(before, key(assignment, level="none")) == ["confinement"]


def test_traces_of_running_change_nothing(assignment: Assignment) -> None:
    before = key(assignment)
    cache = assignment.test_files[1].parent / "__pycache__"
    cache.mkdir()
    (cache / "test_a.pyc").write_bytes(b"")
    assert key(assignment) == before
