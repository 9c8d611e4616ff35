"""The command line: one clear line for a mistake, exit codes, and a whole graded class."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.cli import main

from .course.conftest import CHECKS, SOURCE

PROJECT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        (["grade"], 2, "Missing argument 'LAB'"),
        (["grade", "lab09"], 2, "Missing option '--course'"),
        (["grade", "lab09", "--course", "{tmp}", "--jobs", "0"], 2, "Invalid value"),
        (["grade", "lab09", "--course", "{tmp}"], 2, "no submissions found"),
        (["grade", "no-lab", "--course", "{tmp}/c"], 2, "no such released lab"),
        (["build", "{tmp}/missing.md"], 2, "missing.md"),
        (["build", "{tmp}/unclosed.md", "--out", "{tmp}/out"], 1, "unclosed.md:3: "),
        (["verify", "no-lab"], 2, "no such lab;"),
        (["answers", "no-lab"], 2, "no such lab;"),
        (["answers", "lab09", "{tmp}/missing.txt"], 2, "missing.txt: no such file"),
        (["mutate", "no-lab"], 2, "no such lab;"),
        (["mutate", "lab09", "--question", "ex9"], 2, "ex9: no such question"),
        (["no-command"], 2, "No such command"),
    ],
)
def test_a_mistake_is_one_line(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    exit_code: int,
    words: str,
) -> None:
    (tmp_path / "unclosed.md").write_text("\n```python\n#!TAG HWBEGIN\nx = 1\n```\n", "utf-8")
    course = tmp_path / "c" / "submitted" / "s" / "no-lab"
    course.mkdir(parents=True)
    (course / "no-lab.ipynb").write_text("{}", "utf-8")
    typed_words = [argument.format(tmp=tmp_path) for argument in arguments]
    monkeypatch.setattr(sys, "argv", ["autograder", *typed_words])
    with pytest.raises(SystemExit) as leaving:
        main()
    error = capsys.readouterr().err
    assert leaving.value.code == exit_code
    assert words in error
    assert "Traceback" not in error
    assert not (tmp_path / "out").exists()


def test_build_grade_and_grade_again(tmp_path: Path) -> None:
    """From a source file to a graded class, by the commands as one types them."""
    source = tmp_path / "a lab" / "small.md"
    (source.parent / "student").mkdir(parents=True)
    source.write_text(SOURCE, "utf-8")
    (source.parent / "student" / "checks.py").write_text(CHECKS, "utf-8")
    typed("build", source, "--out", tmp_path)
    for student, folder in (("right", "solution"), ("blank", "release")):
        target = tmp_path / "course" / "submitted" / student / "small" / "small.ipynb"
        target.parent.mkdir(parents=True)
        target.write_bytes((tmp_path / folder / "small" / "small.ipynb").read_bytes())

    report = tmp_path / "report.json"
    options = ("--course", tmp_path / "course", "--release", tmp_path / "release")
    printed = typed("grade", "small", *options, "--jobs", 2, "--json", report)
    assert "right" in printed
    first = json.loads(report.read_text("utf-8"))
    assert first["lab"] == "small"
    scores = {one["student"]: one["questions"][0]["score"] for one in first["submissions"]}
    assert scores == {"right": 3, "blank": 0}
    (answer,) = [q for q in first["submissions"][0]["questions"] if q["id"] == "ex1-why"]
    assert (answer["score"], answer["max_score"], answer["tests"]) == (None, 3, [])
    assert (tmp_path / "course" / "feedback" / "right" / "small" / "small.html").is_file()

    # Nothing changed: the stored results are taken, times and all.
    typed("grade", "small", *options, "--json", report)
    assert json.loads(report.read_text("utf-8")) == first


def typed(*arguments: object) -> str:
    command = [sys.executable, "-m", "autograder", *map(str, arguments)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("option", "exit_code", "words"),
    [
        ([], 2, "error: submissions can't be confined on this machine"),
        (["--allow-unconfined"], 2, "no such released lab"),
    ],
)
def test_grading_unconfined_has_to_be_asked_for(
    tmp_path: Path, option: list[str], exit_code: int, words: str
) -> None:
    submitted = tmp_path / "submitted" / "student" / "no-lab" / "no-lab.ipynb"
    submitted.parent.mkdir(parents=True)
    submitted.write_text("{}", "utf-8")
    machine = PROJECT / "tests/autograder/engine/machines/refusing.py"
    typed = ["-m", "autograder", "grade", "no-lab", "--course", str(tmp_path), *option]
    ran = subprocess.run(
        [sys.executable, str(machine), "landlock_create_ruleset", sys.executable, *typed],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == exit_code
    assert words in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
    assert ("UNCONFINED" in ran.stdout) == bool(option)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[object], Path]:
    """A class whose only student loops for ever, and the arguments that grade it."""
    folder = tmp_path_factory.mktemp("a class")
    source = folder / "source" / "small.md"
    (source.parent / "student").mkdir(parents=True)
    source.write_text(SOURCE, "utf-8")
    (source.parent / "student" / "checks.py").write_text(CHECKS, "utf-8")
    typed("build", source, "--out", folder)
    notebook = json.loads((folder / "solution" / "small" / "small.ipynb").read_text("utf-8"))
    for cell in notebook["cells"]:
        if "return 2 * x" in "".join(cell["source"]):
            cell["source"] = "def double(x):\n    while True: pass"
    target = folder / "course" / "submitted" / "sam" / "small" / "small.ipynb"
    target.parent.mkdir(parents=True)
    target.write_text(json.dumps(notebook), "utf-8")
    options = ["small", "--course", folder / "course", "--release", folder / "release"]
    return ["grade", *options], folder


def test_ctrl_c_is_one_line(course: tuple[list[object], Path]) -> None:
    # A shell without a terminal has its background jobs ignore Ctrl-C, and all that they start.
    hear = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    code = f"{hear}from autograder.cli import main; main()"
    command = [sys.executable, "-c", code, *map(str, course[0])]
    running = subprocess.Popen(
        command,
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not children_of(running.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(2)
    os.killpg(running.pid, signal.SIGINT)
    printed, error = running.communicate(timeout=60)
    assert running.returncode == 130
    assert error.strip() == "stopped; what was graded so far is kept"
    assert "Traceback" not in printed


def children_of(pid: int) -> str:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii") + "".join(
        file.read_text("ascii") for file in Path(f"/proc/{pid}/task").glob("*/children")
    )


@pytest.mark.parametrize("place", ["course", "course/submitted/sam/small/small.ipynb/report.json"])
def test_a_report_that_cannot_be_written_is_told_before_grading(
    course: tuple[list[object], Path], place: str
) -> None:
    arguments, folder = course
    options = [*map(str, arguments), "--json", str(folder / place)]
    command = [sys.executable, "-m", "autograder", *options]
    ran = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 2
    assert ran.stderr.count("\n") == 1
    assert "can't be written" in ran.stderr
    assert "name another file" in ran.stderr


def test_what_the_system_refuses_is_one_line(course: tuple[list[object], Path]) -> None:
    arguments, folder = course
    shutil.copy(folder / "solution/small/small.ipynb", folder / "course/submitted/sam/small")
    command = [sys.executable, "-m", "autograder", *map(str, arguments)]
    for place in ("results", "results/small/sam.json", "feedback/sam"):
        shutil.rmtree(folder / "course" / "results", ignore_errors=True)
        in_the_way = folder / "course" / place
        shutil.rmtree(folder / "course" / "feedback", ignore_errors=True)
        in_the_way.parent.mkdir(parents=True, exist_ok=True)
        in_the_way.mkdir() if place.endswith(".json") else in_the_way.write_text("a file", "utf-8")
        ran = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120)
        in_the_way.rmdir() if place.endswith(".json") else in_the_way.unlink()
        assert ran.returncode == 1, place
        assert ran.stderr.startswith("error: ")
        assert ran.stderr.count("\n") == 1
