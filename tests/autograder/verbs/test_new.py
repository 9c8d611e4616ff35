"""A new lab passes the gate as it is written, and needs no torch."""

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.compiler.build import build_labs
from autograder.errors import UserError
from autograder.gate.bench import Subject
from autograder.gate.gate import inspect
from autograder.lab import find_lab, find_labs
from autograder.verbs.new import new_lab


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one new lab, released."""
    project = tmp_path_factory.mktemp("a project")
    (project / "source").mkdir()
    source = new_lab("sums-1", project / "source")
    build_labs([source], project / "release", project / "solution")
    return project


def test_it_passes_the_gate(project: Path) -> None:
    outcomes = inspect(Subject("sums-1", project), lambda outcome: None)
    assert [(outcome.name, outcome.seen.findings) for outcome in outcomes if not outcome.ok] == []


def test_it_is_found_and_named(project: Path) -> None:
    assert [source.stem for source in find_labs(project / "source")] == ["sums-1"]
    lab = find_lab("sums-1", project / "source")
    assert (lab.title, lab.exercises) == ("sums-1", {"ex1": "Means"})
    written = [path for path in lab.folder.rglob("*") if path.is_file()]
    assert not [path for path in written if "LABNAME" in path.name + path.read_text("utf-8")]


def test_its_checks_need_no_library(project: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, '.'); import checks; import lib.kit.checks as kit;"
        "print(sorted({'torch', 'numpy', 'pandas', 'matplotlib'} & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-I", "-c", code],
        cwd=project / "release" / "sums-1",
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["", "1st", "a b", "../x", "a/b", "ü", "x" * 41, ".hidden"])
def test_names_that_will_not_do(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="no name for a lab") as caught:
        new_lab(name, tmp_path)
    assert caught.value.exit_code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["mine", "Mine", "MINE"])
def test_nothing_is_overwritten_or_nearly_the_same(tmp_path: Path, name: str) -> None:
    (tmp_path / "mine").mkdir()
    with pytest.raises(UserError, match="mine: is already there"):
        new_lab(name, tmp_path)
    assert list(tmp_path.iterdir()) == [tmp_path / "mine"]
    assert list((tmp_path / "mine").iterdir()) == []
