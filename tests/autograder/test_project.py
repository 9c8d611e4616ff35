"""Which folder a command works on: the nearest that holds labs, not a course of nbgrader's."""

from pathlib import Path

import pytest

from autograder import project
from autograder.errors import UserError
from autograder.project import HOME, find_project


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our code lies in no project."""
    (tmp_path / "share").mkdir()
    monkeypatch.setattr(project, "HOME", tmp_path / "share")


def make(file: Path) -> Path:
    """An empty file, and the folders on the way to it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    return file


def test_the_nearest_project_upwards(tmp_path: Path) -> None:
    make(tmp_path / "outer" / "source" / "lab1" / "lab1.md")
    inner = make(tmp_path / "outer" / "inner" / "source" / "lab2" / "lab2.md").parents[2]
    assert find_project(inner / "source" / "lab2") == inner
    assert find_project(inner) == inner
    assert find_project(tmp_path / "outer") == tmp_path / "outer"


def test_the_current_folder_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "source" / "lab1" / "lab1.md")
    monkeypatch.chdir(tmp_path / "source")
    assert find_project() == tmp_path


def test_a_project_without_labs_is_a_beginning(tmp_path: Path) -> None:
    make(tmp_path / "source" / ".gitkeep")
    assert find_project(tmp_path) == tmp_path


@pytest.mark.parametrize("file", ["lab1/lab1.ipynb", "lab1/README.md", "lab1.md"])
def test_a_course_of_nbgraders_is_no_project(tmp_path: Path, file: str) -> None:
    make(tmp_path / "source" / "lab1" / "lab1.md")
    make(tmp_path / "course" / "source" / file)
    assert find_project(tmp_path / "course") == tmp_path


def test_elsewhere_it_is_the_checkout(tmp_path: Path) -> None:
    assert find_project(tmp_path) == HOME
    assert (HOME / "source").is_dir()


@pytest.mark.usefixtures("installed")
def test_without_any_project_the_user_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no project here or above.* `source` to begin") as raised:
        find_project(tmp_path)
    assert raised.value.exit_code == 2
    assert "\n" not in raised.value.message


@pytest.mark.parametrize("name", ["lab1.Rmd", "lab1.qmd", "lab.toml"])
def test_a_project_whose_lab_is_to_be_converted(tmp_path: Path, name: str) -> None:
    make(tmp_path / "source" / "lab1" / name)
    assert find_project(tmp_path) == tmp_path
