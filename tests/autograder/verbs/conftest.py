"""A project with one small lab that needs no library, and hand-ins of it."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course.course import Course
from autograder.verbs.build import build_project
from autograder.verbs.grade import grade_class
from autograder.verbs.new import new_lab

HOME = Path(__file__).resolve().parents[3]
LAB = "means"
FULL, TESTED = 5.0, "ex1-mean"
HALF_RIGHT = (  # for one number, two and none
    "def mean(numbers):\n"
    "    if len(numbers) == 1: return numbers[0]\n"
    "    return sum(numbers) / 2 if numbers else None"
)
HALF = 3.0
CLASS = {"ben": HALF_RIGHT, "eva": None, "max": "def mean(numbers):\n    raise ValueError"}
SCORES = {"ben": HALF, "eva": FULL, "max": 0.0}
SOMEBODY = 54321  # a user without rights
# The commands as one types them in a project, which need not be the checkout.
TYPED = """
import os, sys
sys.path[0] = os.getcwd()
os.chdir(sys.argv.pop(1))
from autograder.cli import main
main()
"""


def build(project: Path) -> None:
    """Release the labs of a project."""
    assert build_project(project).errors == []


@pytest.fixture(scope="package")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project; who changes it takes a copy."""
    project = tmp_path_factory.mktemp("a project")
    (project / "source").mkdir()
    new_lab(LAB, project / "source")
    build(project)
    return project


@pytest.fixture
def project(released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project, and the current folder."""
    shutil.copytree(released, tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path / "project"


def solved(project: Path, code: str | None = None) -> bytes:
    """The solution's notebook, or one with other code as the answer."""
    content = (project / ".build" / "solution" / LAB / f"{LAB}.ipynb").read_bytes()
    if code is None:
        return content
    notebook = json.loads(content)
    (answer,) = [cell for cell in notebook["cells"] if "def mean" in "".join(cell["source"])]
    answer["source"] = code
    return json.dumps(notebook).encode()


def blank(project: Path) -> bytes:
    """The released notebook."""
    return (project / "release" / LAB / f"{LAB}.ipynb").read_bytes()


def hand_in(course: Path, student: str, content: bytes) -> Path:
    """Put a notebook where it is expected."""
    path = course / "submitted" / student / LAB / f"{LAB}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.fixture(scope="package")
def graded_once(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with the class, graded."""
    course = tmp_path_factory.mktemp("graded") / "course"
    for student, code in CLASS.items():
        hand_in(course, student, solved(released, code))
    with contextlib.chdir(released):
        grade_class(course, LAB)
    return course


@pytest.fixture
def graded(graded_once: Path, project: Path, tmp_path: Path) -> Course:
    """A copy of it, graded last from the project in the current folder: nothing is judged again."""
    course = Course(shutil.copytree(graded_once, tmp_path / "course"))
    grade_class(course.root, LAB)
    return course


def start(project: Path, *arguments: object, user: int = 0) -> "subprocess.Popen[str]":
    """A command, typed in a project, by another user if one is named and we are root."""
    as_user = HOME / "tests" / "autograder" / "engine" / "machines" / "as_user.py"
    machine = [sys.executable, str(as_user), str(user)] if user and os.geteuid() == 0 else []
    return subprocess.Popen(
        [*machine, sys.executable, "-c", TYPED, str(project), *map(str, arguments)],
        cwd=HOME,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={"PATH": os.environ["PATH"], "HOME": str(project), "LANG": "C.UTF-8"},
    )


def typed(project: Path, *arguments: object, user: int = 0, exit_code: int = 0) -> tuple[str, str]:
    """What a command says, and what it complains about."""
    command = start(project, *arguments, user=user)
    said, complaint = command.communicate(timeout=300)
    assert command.returncode == exit_code, complaint
    return said, complaint
