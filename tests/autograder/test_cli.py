"""The command line: one clear line for a mistake, exit codes, and a whole graded class."""

import json
import subprocess
import sys
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
