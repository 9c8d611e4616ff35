"""A new lab passes the gate as it is written, and needs no torch."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.assignment import load_assignment
from autograder.compiler.build import build_labs
from autograder.errors import UserError
from autograder.judge.content import read_content
from autograder.judge.grade import grade_submission
from autograder.judge.pool import Pool
from autograder.judge.warm import Grader, Ready
from autograder.lab import find_lab, find_labs
from autograder.lab_file import read_lab_file
from autograder.variants.solution import read_solution
from autograder.variants.variant import read_variants
from autograder.verbs.new import new_lab


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one new lab, released."""
    project = tmp_path_factory.mktemp("a project")
    (project / "source").mkdir()
    source = new_lab("sums-1", project / "source")
    build_labs([source], project / "release", project / "solution")
    return project


def test_it_is_found_and_named(project: Path) -> None:
    assert [source.stem for source in find_labs(project / "source")] == ["sums-1"]
    lab = find_lab("sums-1", project / "source")
    assert (lab.title, lab.exercises) == ("sums-1", {"ex1": "Means"})
    written = [path for path in lab.folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
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


# -- no library that it does not ask for -----------------------------------------------------------

HEAVY = ("torch", "torchvision", "sklearn", "pandas", "matplotlib")
TRAP = """\
from pathlib import Path

with Path({record!r}).open("a") as record:
    record.write(f"{{__name__}}\\n")
raise ImportError("a lab that does not ask for it never loads it")
"""


@dataclass(frozen=True)
class Loaded:
    """The heavy libraries that a judge and its worker have, also after a notebook ran."""

    notebook: Path

    def run(self, ready: Ready) -> dict[str, list[str]]:
        grade_submission(ready, read_content("right", self.notebook))
        worker = ready.zygote.fork(seed=0)
        worker.execute(f"import sys\nloaded = [n for n in {(*HEAVY, 'numpy')} if n in sys.modules]")
        of_judge = [name for name in (*HEAVY, "numpy") if name in sys.modules]
        return {"judge": of_judge, "worker": worker.submission.loaded}


def test_no_process_that_grades_it_has_a_library(project: Path) -> None:
    assignment = load_assignment("sums-1", project / "release", project / "source")
    notebook = project / "solution" / "sums-1" / "sums-1.ipynb"
    with Pool(Grader(assignment), jobs=1) as pool:
        assert pool.judge(Loaded(notebook)) == {"judge": [], "worker": []}


def test_no_command_loads_a_library_from_the_new_lab_to_a_graded_class(tmp_path: Path) -> None:
    """Each command, and each process that it starts, finds traps where the libraries would be."""
    traps, record = tmp_path / "traps", tmp_path / "loaded"
    traps.mkdir()
    for name in HEAVY:
        (traps / f"{name}.py").write_text(TRAP.format(record=str(record)), "utf-8")
    home = Path(__file__).resolve().parents[3]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": f"{traps}{os.pathsep}{home}",
    }
    project = tmp_path / "project"
    (project / "source").mkdir(parents=True)
    course = ["--course", "course/mine"]
    for command in (
        ["new", "mine"],
        ["build"],
        ["verify", "mine"],  # it passes the gate
        ["demo", "mine", *course],
        ["grade", "mine", *course],
        ["answers", "mine"],
    ):
        ran = subprocess.run(
            [sys.executable, "-m", "autograder", *command],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 0, (command, ran.stdout, ran.stderr)
        loaded = record.read_text().split() if record.exists() else []
        assert loaded == [], command
    assert (project / "course" / "mine" / "feedback" / "right" / "mine" / "mine.html").is_file()


def test_its_students_need_no_library(project: Path) -> None:
    text = (project / "release" / "sums-1" / "requirements.txt").read_text("utf-8")
    assert not {re.split("[=<>~]", line)[0] for line in text.split()} & {*HEAVY, "numpy"}


def test_the_settings_that_it_shows_are_right(project: Path) -> None:
    path = find_lab("sums-1", project / "source").folder / "lab.toml"
    text = path.read_text("utf-8")
    shown = re.sub(r"^# (?=\S+ = |\[)", "", text, flags=re.MULTILINE)
    assert shown.count("\n#") < text.count("\n#")
    other = path.with_name("shown.toml")
    other.write_text(shown, "utf-8")
    settings = read_lab_file(other, "sums-1")
    other.unlink()
    assert settings.files == ("model.py",) and settings.extra == {"ex1-mean"}
    assert settings.limits.of("ex1-mean").test_timeout_s == 60
    assert settings.limits.memory_bytes == 1_000_000_000


@pytest.mark.parametrize("folder", ["right", "wrong", "mistakes", "class"])
def test_it_has_an_example_of_every_kind_of_answer(project: Path, folder: str) -> None:
    lab = find_lab("sums-1", project / "source")
    solution = read_solution(lab.source)
    variants = read_variants(lab.variants_dir / folder, solution, folder == "class")
    assert variants
    assert all(one.loss for one in variants) == (folder == "wrong")
