"""The solution of a release is found where it was built, or made from its source."""

import shutil
from pathlib import Path

import nbformat
import pytest

from autograder.assignment import load_assignment
from autograder.compiler.build import build_labs
from autograder.solution import find_solution, find_solution_files

from .course.conftest import SOURCE


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose one lab is built."""
    source = tmp_path / "source" / "small" / "small.md"
    source.parent.mkdir(parents=True)
    source.write_text(SOURCE, "utf-8")
    build_labs([source], tmp_path / "release", tmp_path / "solution")
    return tmp_path


def test_the_projects_own_labs_are_solved_from_their_source(project: Path) -> None:
    shutil.rmtree(project / "solution")
    solution = find_solution(project, "small", project / "release")
    assert solution is not None and "return 2 * x" in nbformat.writes(solution)


def test_other_releases_have_their_solution_beside_them(project: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    solution = find_solution(elsewhere, "small", project / "release")
    assert solution is not None and "return 2 * x" in nbformat.writes(solution)
    shutil.rmtree(project / "solution")
    assert find_solution(elsewhere, "small", project / "release") is None


@pytest.mark.parametrize("changed", [SOURCE.replace("# A small lab", "```"), SOURCE + "\nMore.\n"])
def test_a_source_that_is_being_worked_on_is_no_obstacle(project: Path, changed: str) -> None:
    (project / "source" / "small" / "small.md").write_text(changed, "utf-8")
    assert find_solution(project, "small", project / "release") is None


@pytest.mark.parametrize("damage", ["", "[]", "{}", "another text"])
def test_only_the_release_s_own_solution_is_taken(project: Path, damage: str) -> None:
    solution_root = project / "solution"
    path = solution_root / "small" / "small.ipynb"

    def solution() -> object:
        return load_assignment("small", project / "release", solution_root=solution_root).solution

    assert solution() is not None
    right = path.read_text("utf-8")
    path.write_text(right.replace("Say $x$", damage) if " " in damage else damage, "utf-8")
    assert solution() is None
    path.unlink()
    assert solution() is None


def test_other_files_of_the_solution(tmp_path: Path) -> None:
    project = tmp_path / "project"
    files = {
        "small.md": "# Small\n",
        "lab.toml": "files = ['model.py', 'never.txt']",
        "files/model.py": "#!TAG HWBEGIN\nx = 1\n#!TAG HWEND\n",
    }
    for name, content in files.items():
        path = project / "source" / "small" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    source = project / "source" / "small" / "small.md"
    names = ("model.py", "never.txt")
    expected = {"model.py": b"x = 1\n"}
    assert find_solution_files(project, "small", project / "release", names) == expected
    build_labs([source], tmp_path / "release", tmp_path / "solution")
    assert find_solution_files(project, "small", tmp_path / "release", names) == expected
    assert find_solution_files(project, "small", tmp_path / "elsewhere" / "release", names) == {}
    (source.parent / "files" / "model.py").write_text("#!TAG HWBEGIN\n", "utf-8")
    assert find_solution_files(project, "small", project / "release", names) == {}
