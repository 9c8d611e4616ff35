"""`pip install .` in a fresh environment, and the command it brings: `make install-check`.

The environment takes minutes to make, so these tests run only when asked for.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]
LAB = "graded"
ANSWER = "    return 2 * number"
pytestmark = pytest.mark.install

# The answer is right only if the line before it succeeds.
TRIES = {
    "right": "pass",
    "reads-site-packages": "open(__import__('numpy').__file__).read()",
    "reads-reference": "open({share!r} + '/lib/reference/text.py').read()",
    "reads-autograder": "open({share!r} + '/autograder/cli.py').read()",
    "lists-reference": "__import__('os').listdir({share!r} + '/lib/reference')",
    "imports-reference": "import lib.reference.text",
    "imports-reference-by-path": (
        "import sys; sys.path.insert(0, {share!r}); sys.modules.pop('lib', None); "
        "import lib.reference.text"
    ),
    "imports-autograder": "import autograder.cli",
}
RIGHT = {"right", "reads-site-packages"}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh virtual environment with the project and the pinned packages it needs."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pins = ["--constraint", str(PROJECT / "requirements.lock")]
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-qq"]
    subprocess.run([*pip, "--disable-pip-version-check", *pins, str(PROJECT)], check=True)
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of its own, away from this checkout, with one lab."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(PROJECT / "tests" / "golden" / LAB, folder / "source" / LAB)
    return folder


def typed(
    environment: Path, folder: Path, *arguments: object
) -> "subprocess.CompletedProcess[str]":
    """Run `course-lab` in a folder."""
    command = [str(environment / "bin" / "course-lab"), *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def files_in(environment: Path) -> list[str]:
    """What the installed project consists of, as pip lists it, from the environment's folder."""
    pip = [str(environment / "bin" / "python"), "-m", "pip", "show", "--files", "course-lab"]
    shown = subprocess.run(pip, check=True, capture_output=True, text=True).stdout
    names = re.findall(r"^  (\S+)$", shown.partition("Files:\n")[2], re.MULTILINE)
    return [name.removeprefix("../../../") for name in names]


def test_no_package_of_ours_lies_in_site_packages(environment: Path) -> None:
    files = files_in(environment)
    assert "bin/course-lab" in files
    rest = [name for name in files if not name.startswith(("share/course-lab/", "bin/"))]
    assert {name.split("/")[0] for name in rest} == {
        next(name for name in rest if name.endswith("METADATA")).split("/")[0]
    }


def test_every_file_of_the_packages_is_installed(environment: Path) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "lib", "autograder"], cwd=PROJECT, text=True, check=True,
        stdout=subprocess.PIPE,
    ).stdout.split()  # fmt: skip
    there = [name for name in tracked if (PROJECT / name).exists()]
    assert {f"share/course-lab/{name}" for name in there} <= set(files_in(environment))


def test_outside_a_project_the_command_says_so(environment: Path, tmp_path: Path) -> None:
    said = typed(environment, tmp_path, "build")
    assert said.returncode == 2
    assert said.stderr.startswith("error: ") and "no project here or above" in said.stderr
    assert len(said.stderr.splitlines()) == 1


def test_help_names_the_command(environment: Path, tmp_path: Path) -> None:
    assert typed(environment, tmp_path, "--help").stdout.startswith("Usage: course-lab ")


def test_attacks_need_a_checkout(environment: Path, project: Path) -> None:
    said = typed(environment, project, "attack")
    assert (said.returncode, len(said.stderr.splitlines())) == (2, 1)
    assert "no tests/attacks here" in said.stderr


def test_a_class_is_graded_and_can_not_read_what_is_ours(environment: Path, project: Path) -> None:
    built = typed(environment, project, "build")
    assert built.returncode == 0, built.stderr
    solved = json.loads((project / ".build/solution" / LAB / f"{LAB}.ipynb").read_text("utf-8"))
    share = str(environment / "share" / "course-lab")
    for student, line in TRIES.items():
        path = project / "course" / "submitted" / student / LAB / f"{LAB}.ipynb"
        path.parent.mkdir(parents=True)
        answer = f"    {line.format(share=share)}\n{ANSWER}"
        path.write_text(json.dumps(with_answer(solved, answer)), "utf-8")

    graded = typed(environment, project, "grade", LAB, "--course", "course", "--json", "out.json")
    assert graded.returncode == 0, graded.stderr
    report = json.loads((project / "out.json").read_text("utf-8"))
    tested = {one["student"]: one["questions"][0] for one in report["submissions"]}
    scores = {name: (one["score"], one["max_score"]) for name, one in tested.items()}
    assert scores.keys() == TRIES.keys()
    assert {student for student, (score, most) in scores.items() if score == most} == RIGHT
    assert {score for student, (score, _) in scores.items() if student not in RIGHT} == {0}


def with_answer(notebook: dict[str, Any], answer: str) -> dict[str, Any]:
    """The solved notebook with another answer."""
    text = json.dumps(notebook)
    assert text.count(json.dumps(ANSWER)[1:-1]) == 1
    changed: dict[str, Any] = json.loads(text.replace(json.dumps(ANSWER)[1:-1], _lines(answer)))
    return changed


def _lines(answer: str) -> str:
    """Several lines, as the literal of one in a notebook's list of lines."""
    return json.dumps(answer)[1:-1]
