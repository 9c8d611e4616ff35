"""Graded for real: a test that the solution fails by chance, and one that asks nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.gate.bench import Bench, Subject
from autograder.gate.scores import check_blank, check_solution, check_tests_can_fail
from autograder.gate.trials import trial_pool

from .conftest import build

FLAWED = '''

@question("ex1-double", points=1)
def test_asks_nothing(submission):
    """Nothing."""


@question("ex1-double", points=1)
def test_by_luck(submission, rng):
    """Doubles, if the coin says so."""
    submission.double(1)
    assert rng.random() < 0.5, "the coin fell the other way"
'''


@pytest.fixture
def bench(subject: Subject, tmp_path: Path) -> Iterator[Bench]:
    path = subject.hidden_dir / "test_double.py"
    path.write_text(path.read_text("utf-8") + FLAWED, "utf-8")
    subject = build(subject.project)
    solution = subject.project / "solution" / "small" / "small.ipynb"
    with trial_pool(subject.assignment) as pool:
        yield Bench(subject, tmp_path, pool, solution)


def test_each_flaw_is_found(bench: Bench) -> None:
    (luck,) = check_solution(bench).findings
    assert "the solution fails test_by_luck under seed" in luck.what
    assert luck.place.endswith("test_double.py:22")
    (blank,) = check_blank(bench).findings
    assert "a blank earns 1 points on ex1-double" in blank.what
    assert blank.place.endswith("small.md:17")
    (idle,) = check_tests_can_fail(bench).findings
    assert "test_asks_nothing passes on the blank" in idle.what
    assert idle.place.endswith("test_double.py:17")


def test_a_cell_of_the_solution_that_fails_has_its_place(subject: Subject, tmp_path: Path) -> None:
    source = subject.source.read_text("utf-8")
    subject.source.write_text(source.replace("import check\n", "import check\n1 / 0\n", 1), "utf-8")
    subject = build(subject.project)
    solution = subject.project / "solution" / "small" / "small.ipynb"
    with trial_pool(subject.assignment) as pool:
        (finding,) = check_solution(Bench(subject, tmp_path, pool, solution)).findings
    assert "of the solution fails (this cell raised ZeroDivisionError" in finding.what
    line = int(finding.place.rsplit("small.md:", 1)[1])
    assert source.split("\n")[line - 1] == "import numpy as np"


def test_without_a_solution(subject: Subject, tmp_path: Path) -> None:
    (finding,) = check_solution(Bench(subject, tmp_path, None)).findings  # type: ignore[arg-type]
    assert "the solution wasn't graded" in finding.what
