"""A lab without torch, written from `docs/` alone, goes from its source to a graded class.

It has tables, a plot, a change in place, exceptions, cases, a module that is handed in besides the
notebook and a written answer. The commands are those that an instructor types.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
HOME = HERE.parents[1]
TRAPPED = ("torch", "torchvision", "sklearn")
TRAP = """\
from pathlib import Path

with Path({record!r}).open("a") as record:
    record.write(f"{{__name__}}\\n")
raise ImportError("this lab never loads it")
"""
TESTED, WRITTEN = 26.0, 3.0  # points
COURSE = ("--course", "course/mine")


class Project:
    """A project with this lab; whatever loads a trapped library there, in any process, is found."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "a project"
        self._record = folder / "loaded"
        traps = folder / "traps"
        traps.mkdir()
        for name in TRAPPED:
            (traps / f"{name}.py").write_text(TRAP.format(record=str(self._record)), "utf-8")
        shutil.copytree(HERE / "weather", self.folder / "source" / "weather")
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": f"{traps}{os.pathsep}{HOME}",
        }

    def run(self, *command: str) -> str:
        """What a command prints; it has to succeed without the trapped libraries."""
        ran = subprocess.run(
            [sys.executable, "-m", "autograder", *command],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 0, (command, ran.stdout, ran.stderr)
        assert not self._record.exists(), (command, self._record.read_text("utf-8"))
        return ran.stdout

    def report(self, *command: str) -> Any:
        """What a command writes with `--json`."""
        path = self.folder / "report.json"
        self.run(*command, "--json", str(path))
        return json.loads(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project, with its release."""
    project = Project(tmp_path_factory.mktemp("weather"))
    project.run("build", "weather")
    return project


@pytest.fixture(scope="module")
def graded(project: Project) -> dict[str, Any]:
    """The demo class, graded: what the grader says of each student."""
    project.run("demo", "weather", *COURSE)
    report = project.report("grade", "weather", *COURSE)
    return {one["student"]: one for one in report["submissions"]}


@pytest.fixture(scope="module")
def answers(project: Project) -> dict[str, Any]:
    """How the bank of answers was graded, by folder and name."""
    report = project.report("answers", "weather")
    return {f"{Path(one['file']).parent.name}/{one['name']}": one for one in report}


def bank(folder: str) -> list[str]:
    """The names of a folder's answers."""
    return sorted(path.stem for path in (HERE / "weather" / "variants" / folder).glob("*.txt"))


def fair_loss(name: str) -> float:
    """The points that a wrong answer says it deserves to lose."""
    text = (HERE / "weather" / "variants" / "wrong" / f"{name}.txt").read_text("utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith("#!LOSS ")]
    return float(line.removeprefix("#!LOSS "))


def test_students_get_its_data_and_its_module_with_blanks(project: Project) -> None:
    release = project.folder / "release" / "weather"
    data = HERE / "weather" / "student" / "weather.csv"
    assert (release / "weather.csv").read_bytes() == data.read_bytes()
    module = (release / "model.py").read_text("utf-8")
    assert "def fit_line" in module and "NotImplementedError" in module
    assert "mean_day" not in module and not (release / "hidden").exists()


def test_it_passes_the_gate(project: Project) -> None:
    report = project.report("verify", "weather")
    assert [check for check in report["checks"] if check["findings"] or not check["ok"]] == []


def test_the_solution_has_full_marks(graded: dict[str, Any]) -> None:
    result = graded["right"]
    assert (result["score"], result["max_score"], result["by_hand"]) == (TESTED, TESTED, WRITTEN)
    assert result["cell_failures"] == [] and result["remarks"] == []


def test_the_blank_has_none(graded: dict[str, Any]) -> None:
    assert graded["blank"]["score"] == 0


def test_the_class_is_as_the_lab_says(graded: dict[str, Any]) -> None:
    assert sorted(graded) == bank("class")
    assert {name: one["score"] for name, one in graded.items()} == {
        "right": TESTED,
        "blank": 0,
        "broken-module": TESTED - 5,  # `forecast` and `fit_line`
        "endless-loop": TESTED - 2,  # the gaps at the beginning, and how many gaps were filled
        "no-legend": TESTED - 1,
    }


def test_each_student_has_a_page(project: Project, graded: dict[str, Any]) -> None:
    feedback = project.folder / "course" / "mine" / "feedback"
    for name in graded:
        page = (feedback / name / "weather" / "weather.html").read_text("utf-8")
        assert "Weather of four stations" in page and "Clean a table" in page
    page = (feedback / "no-legend" / "weather" / "weather.html").read_text("utf-8")
    assert "legend should be a list" in page


@pytest.mark.parametrize("name", bank("right"))
def test_right_answers_have_full_marks(answers: dict[str, Any], name: str) -> None:
    one = answers[f"right/{name}"]
    lost = [test for q in one["questions"] for test in q["tests"] if test["outcome"] != "passed"]
    assert (one["score"], one["max_score"], lost) == (TESTED, TESTED, [])


@pytest.mark.parametrize("name", bank("wrong"))
def test_wrong_answers_lose_what_is_fair(answers: dict[str, Any], name: str) -> None:
    lost, fair = TESTED - answers[f"wrong/{name}"]["score"], fair_loss(name)
    assert fair / 2 <= lost <= 2 * fair


def test_a_mistake_in_the_module_is_known_and_costs_what_is_fair(answers: dict[str, Any]) -> None:
    one = answers["wrong/line-through-ends"]
    assert TESTED - one["score"] == fair_loss("line-through-ends")
    (line,) = [question for question in one["questions"] if question["id"] == "ex4-line"]
    said = [test["message"] for test in line["tests"] if test["outcome"] != "passed"]
    assert any("draws the line through the first and the last reading" in text for text in said)


@pytest.mark.parametrize(("folder", "least"), [("right", 6), ("wrong", 8), ("class", 4)])
def test_there_are_enough_answers_of_each_kind(folder: str, least: int) -> None:
    assert len(bank(folder)) >= least


def test_files_that_are_handed_in_are_compared(project: Project) -> None:
    course = ("--course", "course/alike")
    project.run("demo", "weather", *course)
    folders = sorted((project.folder / "course" / "alike" / "submitted").iterdir())[:2]
    own = "def fit_line(days, temps):\n" + "".join(
        f"    step{at} = [day ** {at} - {at} for day in days if day > {at}]\n" for at in range(2, 9)
    )
    for folder, code in zip(folders, [own, own.replace("step", "list_")], strict=True):
        (folder / "weather" / "model.py").write_text(code, "utf-8")
    report = project.report("similar", "weather", *course)
    (of_file,) = [one for one in report["questions"] if one["question"] == "model.py"]
    (likeness,) = of_file["likenesses"]
    assert likeness["students"] == [folder.name for folder in folders]
    assert likeness["equal_share"] == 1.0
