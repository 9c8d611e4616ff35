"""Uploads to a folder that plays `/autograder`: results as Gradescope reads them, equal to ours."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.assignment import load_assignment
from autograder.bundle.results import as_results, not_graded
from autograder.bundle.run import Bundle
from autograder.bundle.settings import Settings, Visibility
from autograder.compiler.build import build_labs
from autograder.course.outline import Outline
from autograder.judge.content import Content
from autograder.judge.results import SubmissionResult
from autograder.verbs.grade import grade_class
from tests.attacks.recipe import PRELUDE

from .conftest import HOME, LAB, Container, changed
from .gradescope_format import read_results

MACHINES = HOME / "tests" / "autograder" / "engine" / "machines"
IN_A_CONTAINER = (sys.executable, str(MACHINES / "refusing.py"), "unshare,mount,setns")
OLD_KERNEL = (*IN_A_CONTAINER[:2], "unshare,mount,setns,landlock_create_ruleset")
BLANK = (HOME / "release" / LAB / f"{LAB}.ipynb").read_bytes()

# Looks for secrets wherever the bundle lies, and writes points of its own.
HOSTILE = """
def split_words(text):
    from pathlib import Path
    found = []
    for path in [*Path({root!r}).rglob("*")]:
        try:
            found.append(path.read_text())
        except OSError as error:
            found.append(type(error).__name__)
    for name in ("results/results.json", "source/bundle.json"):
        try:
            (Path({root!r}) / name).write_text("forged")
            raise Loot(name)
        except OSError:
            pass
    raise Loot("secrets") if any("seed" in one for one in found) else Nothing(len(found))
"""
# Remembers what hidden tests give it, and tells it to whatever is called next.
TELLS = """
told = []
def split_words(text):
    told.append(text)
    raise RuntimeError("TOLD " + "I" * len(told) + " " + "|".join(told)[-400:])
"""


def with_answers(container: Container, **answers: str) -> bytes:
    """The solution with other answers, by the names of the functions that they define."""
    path = container.source / "project" / "solution" / LAB / f"{LAB}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for name, source in answers.items():
        (cell,) = [one for one in notebook.cells if f"def {name}(" in one.source]
        cell.source = source
    return nbformat.writes(notebook).encode()


def graded(course: Path, files: dict[str, dict[str, bytes]]) -> dict[str, SubmissionResult]:
    """What grading a class says of the same."""
    for student, there in files.items():
        for name, content in there.items():
            path = course / "submitted" / student / LAB / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    found = grade_class(course, LAB, release_root=HOME / "release", jobs=2)
    return {result.student: result for result in found.results}


def rows(results: dict[str, Any], visibility: str) -> list[dict[str, Any]]:
    return [row for row in results["tests"] if row["visibility"] == visibility]


def test_uploads_get_what_grading_a_class_gives(
    prepared: Container, course: Path, tmp_path: Path
) -> None:
    half = with_answers(
        prepared,
        count_words="def count_words(words):\n    return {word: 1 for word in words}",
        mean_length="def mean_length(words):\n    return 0",
    )
    uploads: dict[str, dict[str, bytes]] = {
        "half": {f"{LAB}/{LAB}.ipynb": half, "notes.txt": b"-"},
        "hostile": {"x.ipynb": with_answers(prepared, split_words=TELLS)},
        "two": {"a.ipynb": half, "b.ipynb": BLANK},
    }
    expected = graded(course, uploads)
    assignment = load_assignment(LAB, HOME / "release")
    outline = Outline(assignment.notebook, assignment.exercises)
    scores = {}
    for student, files in uploads.items():
        root = tmp_path / student
        (root / "submission").mkdir(parents=True)
        (root / "source").symlink_to(prepared.source)
        results, said = Container(root).grade(files)
        wanted = as_results(expected[student], outline, Visibility.AFTER_PUBLISHED)
        wanted = read_results(json.dumps(wanted).encode())
        assert rows(results, "after_published") == rows(wanted, "after_published"), student
        assert (results["score"], results["extra_data"]) == (wanted["score"], wanted["extra_data"])
        assert "stdout_visibility" in results and "confinement: " in said
        scores[student] = results["score"]
        tells_nothing_hidden(results, tmp_path)
        if student == "hostile":
            tells_no_inputs(results)
    assert 18 > scores["half"] > scores["two"] == 0


def tells_nothing_hidden(results: dict[str, Any], folder: Path) -> None:
    """No path, no name of a test, and in what is seen at once nothing of a hidden test."""
    text = json.dumps(results, ensure_ascii=False)
    hidden = [path.read_text("utf-8") for path in (HOME / "source" / LAB / "hidden").glob("*.py")]
    names = [name for source in hidden for name in re.findall(r"def (\w+)", source)]
    for secret in [str(folder), "/tmp", "hidden/", "Traceback", *names]:
        assert secret not in text
    at_once = json.dumps([results["output"], *rows(results, "visible")], ensure_ascii=False)
    for source in hidden:
        for line in re.findall(r'"""(.*?)"""', source)[1:]:
            assert line not in at_once


def tells_no_inputs(results: dict[str, Any]) -> None:
    """Code that remembers what it is given can't tell at once what hidden tests gave it."""
    counts = [
        {len(n) for row in rows(results, when) for n in re.findall(r"TOLD (I+)", row["output"])}
        for when in ("visible", "after_published")
    ]
    assert counts[0] and max(counts[0]) < max(counts[1])  # it was given more, and could not tell
    assert not any("score" in row for row in rows(results, "visible"))


def test_a_submission_reads_and_writes_nothing_of_the_bundle(container: Container) -> None:
    hostile = PRELUDE + HOSTILE.format(root=str(container.root))
    results, said = container.grade(
        {"x.ipynb": with_answers(container, split_words=hostile)}, *IN_A_CONTAINER
    )
    assert results["extra_data"]["confinement"].startswith("acceptable")
    assert "confinement: acceptable" in said and "hidden tests lie in this container" in said
    assert "Loot" not in json.dumps(results) + said and "Nothing" in said
    assert results["score"] == 14  # what the other answers earn


def test_where_nothing_confines_nobody_is_graded_unless_it_is_asked_for(
    container: Container,
) -> None:
    files = {"x.ipynb": with_answers(container)}
    results, said = container.grade(files, *OLD_KERNEL)
    assert results == read_results(json.dumps(not_graded()).encode())
    assert "can't be confined" in said
    results, said = changed(container, allow_unconfined=True).grade(files, *OLD_KERNEL)
    assert results["score"] == 18 and results["extra_data"]["confinement"].startswith("none")
    assert "UNCONFINED" in said


@pytest.mark.parametrize("failure", ["broken test", "no Python", "time", "settings"])
def test_when_the_grader_fails_there_is_no_score_and_a_word_to_the_student(
    container: Container, failure: str
) -> None:
    python = sys.executable
    if failure == "broken test":
        path = next((container.source / "project" / "source" / LAB / "hidden").glob("test_*.py"))
        path.write_text("1 / 0\n" + path.read_text("utf-8"), "utf-8")
    elif failure == "time":
        changed(container, limit_s=30)
    elif failure == "settings":
        (container.source / "bundle.json").write_text("{", "utf-8")
    else:
        python = str(container.root / "no-python")
    results, said = container.grade({f"{LAB}.ipynb": BLANK}, python=python)
    assert "score" not in results and "not your fault" in results["output"]
    assert str(container.root) not in json.dumps(results)
    assert "no result: exit code" in said


def test_a_solution_without_all_points_is_told_before_anybody_uploads(
    container: Container,
) -> None:
    path = container.source / "project" / "solution" / LAB / f"{LAB}.ipynb"
    path.write_bytes(with_answers(container, count_words="def count_words(words):\n    return {}"))
    ran = container.start("setup.sh")
    assert ran.returncode == 1
    assert "of 18 points by tests" in ran.stdout and "should get all points" in ran.stdout


def test_without_public_checks_only_the_grading_runs(tmp_path: Path) -> None:
    source = tmp_path / "source" / "bare" / "bare.md"
    source.parent.mkdir(parents=True)
    source.write_text("# Bare\n\n```python\n#!TAG QUESTION ex1-a\n```\n", "utf-8")
    (source.parent / "hidden").mkdir()
    (source.parent / "hidden" / "test_a.py").write_text(
        "from lib.kit.checks import question\n"
        "@question('ex1-a', points=1)\ndef test_a(submission):\n    '''A test.'''\n",
        "utf-8",
    )
    build_labs([source], tmp_path / "release", tmp_path / "solution")
    assignment = load_assignment("bare", tmp_path / "release", tmp_path / "source")
    bundle = Bundle(tmp_path, Settings("bare", 1), assignment)
    assert bundle.look_at_public(Content("ann", "bare.ipynb", b"{}")) is None
