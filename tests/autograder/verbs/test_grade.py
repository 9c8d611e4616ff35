"""A class is graded whatever lies in it; what is unchanged costs nothing, what changed is told."""

import hashlib
import io
import json
import os
import shutil
import signal
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autograder.course.course import Course
from autograder.course.recorded import RecordedSubmission, read_gradebook
from autograder.course.store import ResultStore
from autograder.errors import HiddenTestsBroken, UserError
from autograder.judge.results import FAILED
from autograder.lab import find_lab
from autograder.verbs.answers import grade_answers
from autograder.verbs.demo import make_class
from autograder.verbs.grade import LOCK_FILE, GradedClass, grade_class
from autograder.verbs.mutate import mutate_solution

from ..course.test_publish import by_hand
from .conftest import (
    CLASS,
    FULL,
    HALF,
    HALF_RIGHT,
    LAB,
    SCORES,
    SOMEBODY,
    TESTED,
    blank,
    build,
    hand_in,
    solved,
    start,
    typed,
)

# -- whatever lies in a class ----------------------------------------------------------------------

Make = Callable[[Path, bytes], None]  # of the path, and the right notebook


def right(path: Path, notebook: bytes) -> None:
    path.write_bytes(notebook)


def half_right(path: Path, notebook: bytes) -> None:
    changed = json.loads(notebook)
    for cell in changed["cells"]:
        if "def mean" in "".join(cell["source"]):
            cell["source"] = HALF_RIGHT
    path.write_text(json.dumps(changed), "utf-8")


def zip_with_clutter(path: Path, notebook: bytes) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("work/means.ipynb", notebook)
        for name in ("work/.ipynb_checkpoints/means.ipynb", "__MACOSX/work/._means.ipynb"):
            archive.writestr(name, b"{}")
        archive.writestr("work/.DS_Store", b"x")
    path.write_bytes(file.getvalue())


def broken(path: Path, notebook: bytes) -> None:
    path.write_bytes(notebook[:100])


def empty_file(path: Path, notebook: bytes) -> None:
    path.touch()


def empty_folder(path: Path, notebook: bytes) -> None:
    path.mkdir()


def closed(path: Path, notebook: bytes) -> None:
    path.write_bytes(notebook)
    path.chmod(0)


def closed_folder(path: Path, notebook: bytes) -> None:
    path.mkdir()
    path.chmod(0)


def link(path: Path, notebook: bytes) -> None:
    path.symlink_to("../../as expected/means/means.ipynb")


def pipe(path: Path, notebook: bytes) -> None:
    os.mkfifo(path)


def enormous(path: Path, notebook: bytes) -> None:
    path.touch()
    os.truncate(path, 2**40)


EXPECTED: dict[str, Make] = {"means/means.ipynb": right}
TAKEN: dict[str, dict[str, Make]] = {
    "as expected": EXPECTED,
    "another name": {"means/homework.ipynb": right},
    "a second download": {"means/means (1).ipynb": right},
    "a subfolder": {"means/work/deep/means.ipynb": right},
    "no folder": {"means.ipynb": right},
    "text": {"means/means.ipynb.txt": right},
    "capitals": {"means/MEANS.IPYNB": right},
    "a zip": {"means/means.zip": zip_with_clutter},
    "clutter": {"means/means.ipynb": right, "means/._means.ipynb": broken, "means/.DS_Store": pipe},
    "twice the same": {"means/a.ipynb": right, "means/b.ipynb": right},
    "nearest": {"means/means (1).ipynb": right, "means/other.ipynb": half_right},
    "something closed beside": {"means/means.ipynb": right, "means/old": closed_folder},
}
NOTHING: dict[str, dict[str, Make]] = {
    "two that differ": {"means/a.ipynb": right, "means/b.ipynb": half_right},
    "an empty folder": {"means": empty_folder},
    "nothing at all": {},
    "an empty file": {"means/means.ipynb": empty_file},
    "a link": {"means/means.ipynb": link},
    "closed": {"means/means.ipynb": closed},
    "a closed folder": {"means": closed_folder},
    "a pipe": {"means/means.ipynb": pipe},
    "enormous": {"means/means.ipynb": enormous},
    "a file in place of the folder": {"means": right},
    "other files": {"means/report.pdf": right},
}
UNREADABLE: dict[str, dict[str, Make]] = {"half a file": {"means/means.ipynb": broken}}
ODD_IDS = [
    "[ab]", "[red]c", "a  b", "100%", "%s", "o'brien", "*", "?", "a;b", "$HOME",
    "-rf", "ünï çødé", "名前", "{student_id}", "a+b", "a&b", "0", "null", "x" * 100,
]  # fmt: skip
LINKED = "a linked student"
STRAY = ["roster.csv", "means.ipynb", ".DS_Store", "a\nb", "MEANS", "<b>x", '"+x+"', "a\\b"]
OTHER_LAB = "another lab's"
STUDENTS = {*TAKEN, *NOTHING, *UNREADABLE, *ODD_IDS, LINKED}


def fill(submitted: Path, notebook: bytes) -> None:
    """A class with every kind of entry."""
    students = {**TAKEN, **NOTHING, **UNREADABLE, **dict.fromkeys(ODD_IDS, EXPECTED)}
    students[OTHER_LAB] = {"other/other.ipynb": right}
    for student, files in students.items():
        (submitted / student).mkdir(parents=True)
        for name, make in files.items():
            path = submitted / student / name
            path.parent.mkdir(parents=True, exist_ok=True)
            make(path, notebook)
    (submitted / LINKED).symlink_to("as expected")
    for name in STRAY:
        if "." in name:
            right(submitted / name, notebook)
        else:
            (submitted / name).mkdir()


@dataclass(frozen=True)
class Ran:
    """The class after two runs of the command by a user without rights."""

    course: Course
    report: Any
    said: str
    files: list[dict[str, int]]  # after each run: file -> the moment of its writing


@pytest.fixture(scope="module")
def ran(released: Path) -> Iterator[Ran]:
    home = Path(tempfile.mkdtemp())  # where another user gets to
    project, course, report = home / "project", home / "a course", home / "report.json"
    try:
        shutil.copytree(released, project)
        fill(home / "handed in", solved(project))
        course.mkdir()
        (course / "submitted").symlink_to(home / "handed in")
        if os.geteuid() == 0:
            for path in [home, *home.rglob("*")]:
                os.chown(path, SOMEBODY, SOMEBODY, follow_symlinks=False)
        files = []
        for _ in range(2):
            command = ("grade", LAB, "--course", course, "--jobs", 2, "--json", report)
            said, complaint = typed(project, *command, user=SOMEBODY)
            assert complaint == ""
            files.append(written(course))
        yield Ran(Course(course), json.loads(report.read_text("utf-8")), said, files)
    finally:
        for folder in [home, *home.rglob("*")]:
            if folder.is_dir() and not folder.is_symlink():
                folder.chmod(0o700)
        shutil.rmtree(home)


def written(course: Path) -> dict[str, int]:
    """Every file that a run may write, but the lock, and when it was written."""
    return {
        str(file.relative_to(course)): file.stat().st_mtime_ns
        for file in course.rglob("*")
        if file.is_file() and file.name != LOCK_FILE and "submitted" not in file.parts
    }


def names(folder: Path, pattern: str, level: int) -> list[str]:
    return sorted(path.parents[level].name for path in folder.glob(pattern))


def test_every_student_is_everywhere_and_nobody_else_anywhere(ran: Ran) -> None:
    root, everybody = ran.course.root, sorted(STUDENTS)
    assert [one["student"] for one in ran.report["submissions"]] == everybody
    assert sorted(read_gradebook(ran.course.gradebook, LAB)) == everybody
    assert names(root / "feedback", f"*/{LAB}/{LAB}.html", 1) == everybody
    assert names(root / "autograded", f"*/{LAB}/{LAB}.ipynb", 1) == everybody
    assert sorted(path.stem for path in (root / "results" / LAB).glob("*.json")) == everybody


def test_points_are_for_what_could_be_taken(ran: Ran) -> None:
    recorded = read_gradebook(ran.course.gradebook, LAB)
    for one in ran.report["submissions"]:
        is_taken = one["student"] in {*TAKEN, *ODD_IDS}
        assert one["status"] == ("graded" if is_taken else "unreadable"), one["student"]
        assert one["score"] == (FULL if is_taken else 0), (one["student"], one["remarks"])
        assert recorded[one["student"]].grades[TESTED].score == one["score"]
        assert (one["max_score"], one["by_hand"]) == (FULL, 2)


def test_each_entry_is_a_row_with_a_decision_and_what_is_odd_has_a_remedy(ran: Ran) -> None:
    rows = {row["student"]: row for row in ran.report["hand_ins"]}
    assert len(rows) == len(ran.report["hand_ins"])
    assert set(rows) == STUDENTS | {"a\\nb" if name == "a\nb" else name for name in STRAY}
    decisions: dict[str, set[str]] = {}
    for name, row in rows.items():
        assert set(row) == {"student", "path", "decision", "notes"}
        decisions.setdefault(row["decision"], set()).add(name)
        assert (row["path"] is not None) == (row["decision"] == "taken")
    assert decisions["taken"] == {*TAKEN, *ODD_IDS, *UNREADABLE}
    assert decisions["nothing to grade"] == {*NOTHING, LINKED}
    for name in {*TAKEN, *ODD_IDS, *UNREADABLE}:
        is_expected = rows[name]["path"].endswith(f"/{LAB}/{LAB}.ipynb")
        assert is_expected == (rows[name]["notes"] == []), rows[name]
    for name in {*NOTHING, LINKED}:
        notes = " ".join(rows[name]["notes"])
        assert "nothing to grade: " in notes and "put the " in notes, rows[name]
    for name in ("roster.csv", "means.ipynb", "a\\nb"):
        assert any(word in rows[name]["notes"][0] for word in ("move it to", "rename the folder"))


def test_what_was_decided_is_told_to_the_grader(ran: Ran) -> None:
    for student in STUDENTS:
        assert student[:20] in ran.said  # a table has its width
    for one in ran.report["submissions"]:
        for remark in one["remarks"]:
            assert f"{one['student']}: {remark}" in ran.said
    assert "roster.csv: " in ran.said
    assert OTHER_LAB not in ran.said


def test_the_students_page_says_what_was_not_graded(ran: Ran) -> None:
    page = ran.course.feedback_page("two that differ", LAB).read_text("utf-8")
    assert "several notebooks could be meant" in page
    assert "0 of 7 points" in page


def test_an_unchanged_class_changes_no_file(ran: Ran) -> None:
    assert len(ran.files[0]) > 3 * len(STUDENTS)
    assert ran.files[1] == ran.files[0]


# -- run after run ---------------------------------------------------------------------------------


@pytest.fixture
def course(project: Path, tmp_path: Path) -> Course:
    """Three hand-ins, not graded yet, of the project in the current folder."""
    for student, code in CLASS.items():
        hand_in(tmp_path / "course", student, solved(project, code))
    return Course(tmp_path / "course")


def scores(graded: GradedClass) -> dict[str, float]:
    return {result.student: result.score for result in graded.results}


def row(course: Course, student: str) -> RecordedSubmission:
    return read_gradebook(course.gradebook, LAB)[student]


def students_of(files: set[str]) -> set[str]:
    parts = {part.removesuffix(".json") for file in files for part in Path(file).parts}
    return parts & set(CLASS)


def changed_since(before: dict[str, int], course: Course) -> set[str]:
    after = written(course.root)
    assert set(before) <= set(after)
    return {file for file, moment in after.items() if before.get(file) != moment}


def test_one_changed_hand_in_is_all_that_is_judged(course: Course, project: Path) -> None:
    told: list[str] = []
    expected: list[int] = []
    first = grade_class(
        course.root, LAB, on_start=expected.append, on_result=lambda r: told.append(r.student)
    )
    assert scores(first) == SCORES
    assert (expected, sorted(told)) == ([3], sorted(CLASS))
    before = written(course.root)
    hand_in(course.root, "max", solved(project))
    second = grade_class(course.root, LAB)
    assert scores(second) == {**SCORES, "max": FULL}
    changed = changed_since(before, course) - {"gradebook.db", f"results/{LAB}/published.jsonl"}
    assert students_of(changed) == {"max"}
    assert all("max" in file for file in changed), changed
    assert second.notes == ["max: 0 points before, 5 now, because this changed: submission"]
    (earlier,) = ResultStore(course.root / "results" / LAB).history("max")
    assert (earlier["because"], earlier["result"]["score"]) == (["submission"], 0)
    assert row(course, "max").grades[TESTED].score == FULL


def test_by_force_all_are_judged_and_nothing_else_changes(graded: Course) -> None:
    before = written(graded.root)
    second = grade_class(graded.root, LAB, force=True)
    assert (scores(second), second.notes) == (SCORES, [])
    assert changed_since(before, graded) == {f"results/{LAB}/{student}.json" for student in CLASS}
    assert ResultStore(graded.root / "results" / LAB).history("eva") == []


def test_what_is_missing_or_cant_be_written_is_told(graded: Course) -> None:
    shutil.rmtree(graded.root / "submitted" / "max")
    page = graded.feedback_page("ben", LAB)
    page.unlink()
    page.mkdir()
    second = grade_class(graded.root, LAB)
    assert second.incomplete == second.as_json()["incomplete"] == ["ben"]
    ben, gone = second.notes
    assert ben.startswith("ben: not everything could be published")
    assert gone.startswith("max: handed in before")
    assert row(graded, "max").grades[TESTED].score == 0
    page.rmdir()
    third = grade_class(graded.root, LAB)
    assert (third.incomplete, third.notes) == ([], [gone])


def test_each_course_has_a_secret_seed_and_keeps_it(course: Course, tmp_path: Path) -> None:
    other = shutil.copytree(course.root, tmp_path / "other")
    (other / "grading.json").unlink(missing_ok=True)
    shutil.rmtree(other / "results", ignore_errors=True)
    seeds = [
        {result.seed for result in grade_class(root, LAB).results}
        for root in (course.root, other, course.root)
    ]
    assert [len(found) for found in seeds] == [1, 1, 1]
    assert seeds[0] == seeds[2] != seeds[1]
    pages = [page.read_text("utf-8") for page in course.root.glob("feedback/*/*/*.html")]
    assert pages and not any(str(*seeds[0]) in page for page in pages)


def test_another_seed_is_a_reason(graded: Course) -> None:
    assert scores(grade_class(graded.root, LAB, seed=3)) == SCORES
    store = ResultStore(graded.root / "results" / LAB)
    assert {student: [line["because"] for line in store.history(student)] for student in CLASS} == {
        student: [["seed"]] for student in CLASS
    }


NEW_QUESTION = """
# Exercise 2: The largest

```python
def largest(numbers):
    #!TAG HWBEGIN
    #!MSG TODO: Return the largest number.
    return max(numbers)
    #!TAG HWEND
```

```python
#!TAG QUESTION ex2-largest
```

```python
progress()
```
"""
NEW_TEST = '''

@question("ex2-largest", points=4)
def test_the_largest(submission):
    """The largest of three."""
    assert_close(submission.largest([1, 3, 2]), 3, "the largest")
'''


def release_anew(project: Path) -> None:
    """A cell more at the top, a question more, and other points for a test."""
    folder = project / "source" / LAB
    source, tests = folder / f"{LAB}.md", folder / "hidden" / f"test_{LAB}.py"
    text = source.read_text("utf-8")
    heading, last = f"# {LAB}\n", "```python\nprogress()\n```\n"
    assert text.count(heading) == text.count(last) == 1
    text = text.replace(heading, f"{heading}\n```python\nimport math\n```\n")
    source.write_text(text.replace(last, NEW_QUESTION.lstrip()), "utf-8")
    code = tests.read_text("utf-8")
    assert code.count("points=2") == 1
    tests.write_text(code.replace("points=2", "points=5") + NEW_TEST, "utf-8")
    build(project)


def test_a_release_that_changed_keeps_answers_and_grades_by_hand(
    graded: Course, project: Path
) -> None:
    assert row(graded, "eva").grades["ex1-why"].needs_manual_grade
    by_hand(graded, "eva", "ex1-why", 1.5)
    release_anew(project)
    second = grade_class(graded.root, LAB)

    # 3 points more for who passes the test; nobody has answered the new question
    assert scores(second) == {**SCORES, "eva": FULL + 3}
    assert {(one.max_score, one.by_hand) for one in second.results} == {(FULL + 3 + 4, 2)}
    for result in second.results:
        assert result.status == "graded"
        assert [
            question.score for question in result.questions if question.id == "ex2-largest"
        ] == [0]
        (answer,) = [cell for cell in result.cells if "def mean" in cell.source]
        assert CLASS[result.student] in (answer.source, None)
    eva, ben = row(graded, "eva"), row(graded, "ben")
    assert (eva.grades["ex1-why"].score, eva.grades["ex1-why"].needs_manual_grade) == (1.5, False)
    assert (eva.grades[TESTED].score, ben.grades[TESTED].score) == (FULL + 3, HALF)
    assert eva.grades["ex2-largest"].score == ben.grades["ex2-largest"].score == 0
    assert "9.5 of 14 points" in graded.feedback_page("eva", LAB).read_text("utf-8")

    assert second.notes == [
        "eva: 5 points before, 8 now, because this changed: release, tests, solution"
    ]
    store = ResultStore(graded.root / "results" / LAB)
    for student, score in SCORES.items():
        (earlier,) = store.history(student)
        assert earlier["because"] == ["release", "tests", "solution"]
        assert earlier["result"]["score"] == score

    before = written(graded.root)
    third = grade_class(graded.root, LAB)
    assert (third.notes, scores(third)) == ([], scores(second))
    assert changed_since(before, graded) == set()
    hand_in(graded.root, "ben", solved(project))  # of the new release
    assert scores(grade_class(graded.root, LAB))["ben"] == FULL + 3 + 4


# -- runs that are stopped, and runs beside each other ---------------------------------------------


def test_a_killed_run_goes_on_where_it_was(course: Course, project: Path) -> None:
    slow = f"import time\ntime.sleep(4)\n{HALF_RIGHT}"
    hand_in(course.root, "eva", solved(project, slow))
    results = course.root / "results" / LAB
    command = start(project, "grade", LAB, "--course", course.root, "--jobs", 1)
    with command:
        deadline = time.monotonic() + 60
        while not (results / "ben.json").is_file() and time.monotonic() < deadline:
            time.sleep(0.02)
        os.killpg(command.pid, signal.SIGKILL)
    assert [path.name for path in results.glob("*.json")] == ["ben.json"]
    written_at = (results / "ben.json").stat().st_mtime_ns
    assert scores(grade_class(course.root, LAB)) == {**SCORES, "eva": HALF}
    assert (results / "ben.json").stat().st_mtime_ns == written_at
    assert sorted(read_gradebook(course.gradebook, LAB)) == sorted(CLASS)


def test_two_runs_at_once_take_turns(course: Course, project: Path, tmp_path: Path) -> None:
    reports = [tmp_path / "one.json", tmp_path / "two.json"]
    options = ("grade", LAB, "--course", course.root, "--jobs", 1, "--json")
    commands = [start(project, *options, report) for report in reports]
    complaints = [command.communicate(timeout=300)[1] for command in commands]
    assert (complaints, [command.returncode for command in commands]) == (["", ""], [0, 0])
    one, two = (json.loads(report.read_text("utf-8")) for report in reports)
    assert one == two  # times and all: one of them judged, the other took what was stored
    assert {row["student"]: row["score"] for row in one["submissions"]} == SCORES
    assert not (course.root / "results" / LAB / "history").exists()


# -- a judge that dies -----------------------------------------------------------------------------

DEADLY_TEST = '''"""Dies of what some students return."""

import os
import signal

from lib.kit.checks import CheckFailure, assert_equal, question, take_text


@question("ex1-mean", points=1)
def test_deadly(submission):
    """Comes to an end."""
    try:
        said = take_text(submission.mean([7]))
    except CheckFailure:  # a number, as it should be
        said = ""
    if said == "die":
        os.kill(os.getpid(), signal.SIGKILL)
'''
DEADLY = HALF_RIGHT.replace(":\n", ":\n    if numbers == [7]:\n        return 'die'\n", 1)


def test_a_judge_that_dies_costs_one_student_and_is_told(
    course: Course, project: Path, tmp_path: Path
) -> None:
    hand_in(course.root, "ada", solved(project, DEADLY))
    deadly = project / "source" / LAB / "hidden" / "test_deadly.py"
    deadly.write_text(DEADLY_TEST, "utf-8")
    build(project)
    report = tmp_path / "report.json"
    command = ("grade", LAB, "--course", course.root, "--jobs", 2, "--json", report)
    said, complaint = typed(project, *command, exit_code=1)
    assert complaint.count("\n") == 1 and complaint.startswith("error: not graded, see above")
    assert complaint.endswith(": ada\n")
    assert "NOT GRADED, the grader itself failed: the judge of this submission died of" in said
    told = json.loads(report.read_text("utf-8"))
    found = {one["student"]: (one["status"], one["score"]) for one in told["submissions"]}
    others = {"ben": HALF + 1, "eva": FULL + 1, "max": 0.0}
    assert found == {"ada": (FAILED, 0), **{name: ("graded", n) for name, n in others.items()}}
    assert told["confinement"] != ""
    recorded = read_gradebook(course.gradebook, LAB)
    assert {name: recorded[name].grades[TESTED].score for name in recorded} == {"ada": 0, **others}

    # It is not tried again at every run, but shown again; and tried again if asked for.
    assert not (course.root / "results" / LAB / "ada.json").exists()
    failure = course.root / "results" / LAB / "failed" / "ada.json"
    moment = failure.stat().st_mtime_ns
    again, complaint = typed(project, *command, exit_code=1)
    assert failure.stat().st_mtime_ns == moment
    assert "NOT GRADED, the grader itself failed" in again and complaint.endswith(": ada\n")
    typed(project, *command, "--retry", exit_code=1)
    assert failure.stat().st_mtime_ns != moment

    # What could fix it is tried by itself.
    deadly.write_text(DEADLY_TEST.replace("os.kill", "print"), "utf-8")
    typed(project, *command)
    assert not failure.exists()
    told = json.loads(report.read_text("utf-8"))
    assert told["submissions"][0]["status"] == "graded"
    assert row(course, "ada").grades[TESTED].score == HALF + 1


def test_what_stood_there_stays_when_a_judge_dies(course: Course, project: Path) -> None:
    hand_in(course.root, "ben", solved(project, DEADLY))
    grade_class(course.root, LAB)
    page = course.feedback_page("ben", LAB).read_bytes()
    deadly = project / "source" / LAB / "hidden" / "test_deadly.py"
    deadly.write_text(DEADLY_TEST, "utf-8")
    build(project)
    second = grade_class(course.root, LAB)
    assert second.results[0].status == FAILED
    assert row(course, "ben").grades[TESTED].score == HALF
    assert course.feedback_page("ben", LAB).read_bytes() == page
    stored = ResultStore(course.root / "results" / LAB).latest("ben")
    assert stored is not None and (stored.status, stored.score) == ("graded", HALF)


# -- nothing to do ---------------------------------------------------------------------------------


@pytest.mark.parametrize("there", ["nothing", "an empty folder", "stray files"])
def test_without_students_it_says_where_they_belong(
    project: Path, tmp_path: Path, there: str
) -> None:
    course = tmp_path / "course"
    if there != "nothing":
        (course / "submitted").mkdir(parents=True)
    if there == "stray files":
        (course / "submitted" / "ana.ipynb").write_bytes(blank(project))
    with pytest.raises(UserError) as caught:
        grade_class(course, LAB)
    assert caught.value.exit_code == 2
    assert "no submissions found" in caught.value.message
    assert f"STUDENT/{LAB}/{LAB}.ipynb" in caught.value.message
    assert ("move it to submitted/ana/means/" in caught.value.message) == (there == "stray files")
    assert not (course / "gradebook.db").exists()


@pytest.mark.parametrize(
    ("line", "fatal"),
    [("assert_equal(submission.mean([7]), 8.0)", False), ("assert no_such_name", True)],
)
def test_a_test_that_the_solution_fails_is_told(
    course: Course, project: Path, line: str, fatal: bool
) -> None:
    unfair = project / "source" / LAB / "hidden" / "test_deadly.py"
    start_of_file, _, _ = DEADLY_TEST.partition("    try:")
    unfair.write_text(f"{start_of_file}    {line}\n", "utf-8")
    build(project)
    if fatal:
        with pytest.raises(HiddenTestsBroken, match="test_deadly fails on the solution, too"):
            grade_class(course.root, LAB)
        assert not (course.root / "feedback").exists()
        return
    notes = [note for note in grade_class(course.root, LAB).notes if "test_deadly" in note]
    assert len(notes) == 1
    assert "fails on the solution" in notes[0]


# -- what a lab's own settings change --------------------------------------------------------------

MODULE = """\
def scale(x):
    #!TAG HWBEGIN
    #!MSG TODO: Ten times x.
    ten_times_it = 10 * x
    return ten_times_it
    #!TAG HWEND
"""
WITH_A_MODULE = """
# Exercise 2: Scales

```python
from model import scale
```

```python
def scaled_mean(numbers):
    #!TAG HWBEGIN
    return scale(mean(numbers))
    #!TAG HWEND
```

```python
#!TAG QUESTION ex2-scale
```

```python
progress()
```
"""
SCALE_TEST = '''

@question("ex2-scale", points=4)
def test_ten_times(submission, rng):
    """Ten times the mean."""
    x = rng.uniform(1, 9)
    assert_close(submission.scaled_mean([x]), 10 * x, "the scaled mean")
'''
SETTINGS = """
[questions.ex2-scale]
extra = true
"""
SOLVED_MODULE = b"def scale(x):\n    return 10 * x\n"


def ask_for_a_module(project: Path) -> None:
    """A question more, for extra credit and without public checks, and a file to hand in."""
    folder = project / "source" / LAB
    source, tests = folder / f"{LAB}.md", folder / "hidden" / f"test_{LAB}.py"
    text, last = source.read_text("utf-8"), "```python\nprogress()\n```\n"
    source.write_text(text.replace(last, WITH_A_MODULE.lstrip()), "utf-8")
    tests.write_text(tests.read_text("utf-8") + SCALE_TEST, "utf-8")
    settings = folder / "lab.toml"
    said = settings.read_text("utf-8").replace("\ntitle", '\nfiles = ["model.py"]\ntitle')
    settings.write_text(said + SETTINGS, "utf-8")
    (folder / "files").mkdir()
    (folder / "files" / "model.py").write_text(MODULE, "utf-8")
    build(project)


@pytest.fixture
def modules(project: Path, tmp_path: Path) -> Course:
    """A class of a lab that asks for `model.py`."""
    ask_for_a_module(project)
    files: dict[str, dict[str, bytes]] = {
        "right": {"model.py": SOLVED_MODULE},
        "wrong": {"model.py": b"def scale(x):\n    return x\n"},
        "raises": {"model.py": b"def scale(x):\n    return x / 0\n"},
        "missing": {},
        "empty": {"model.py": b""},
        "broken": {"model.py": b"def scale(x:\n"},
        "shadows": {"model.py": SOLVED_MODULE, "random.py": b"1 / 0", "lib.py": b"1 / 0"},
    }
    for student, contents in files.items():
        folder = hand_in(tmp_path / "course", student, solved(project)).parent
        for name, content in contents.items():
            (folder / name).write_bytes(content)
    lonely = tmp_path / "course" / "submitted" / "lonely" / LAB
    lonely.mkdir(parents=True)
    (lonely / f"{LAB}.py").write_text("def mean(numbers): pass", "utf-8")
    return Course(tmp_path / "course")


def test_files_are_graded_with_the_notebook_and_told_where_they_are_missing(
    modules: Course,
) -> None:
    graded = grade_class(modules.root, LAB)
    full = {"right", "shadows"}
    assert scores(graded) == {
        result.student: FULL + 4 if result.student in full else FULL for result in graded.results
    } | {"lonely": 0.0}
    assert {(one.max_score, one.by_hand) for one in graded.results} == {(FULL, 2)}
    remarks = {result.student: result.remarks for result in graded.results}
    assert remarks["missing"] == ("model.py was not handed in",)
    assert remarks["empty"] == ("model.py is empty",)
    assert remarks["shadows"] == ("not asked for, so not looked at: lib.py, random.py",)
    assert remarks["right"] == remarks["wrong"] == ()
    assert remarks["lonely"] == (
        f"nothing to grade: {LAB}/{LAB}.py is not a notebook: hand in {LAB}.ipynb",
    )

    def said(student: str) -> str:
        (result,) = [result for result in graded.results if result.student == student]
        (question,) = [question for question in result.questions if question.id == "ex2-scale"]
        return question.tests[0].message

    where = "(line 3 of model.py, which was not handed in, in scale)"
    assert said("missing") == f"this blank is still open: Ten times x. {where}"
    assert "which is empty, in scale" in said("empty")
    assert "division by zero (line 2 of model.py, in scale)" in said("raises")
    assert "name 'scale' is not defined" in said("broken")
    assert "'(' was never closed (line 1 of model.py)" in said("broken")

    shown = graded.as_json()["submissions"]
    (right,) = [one for one in shown if one["student"] == "right"]
    assert (right["score"], right["max_score"]) == (FULL + 4, FULL)
    (file,) = right["files"]
    digest = hashlib.sha256(SOLVED_MODULE).hexdigest()
    assert (file["name"], file["size_bytes"], file["sha256"]) == (
        "model.py",
        len(SOLVED_MODULE),
        digest,
    )
    assert (file["text"], file["why"]) == ("", "")
    page = modules.feedback_page("right", LAB).read_text("utf-8")
    assert "9 of 5 points (4 of them extra credit), 2 more points wait" in page
    assert "return 10 * x" in page
    formgrader = modules.autograded_notebook("right", LAB).read_text("utf-8")
    assert "return 10 * x" in formgrader
    assert sum(grade.score or 0 for grade in row(modules, "right").grades.values()) == FULL + 4


def test_a_changed_file_is_a_changed_submission(modules: Course) -> None:
    grade_class(modules.root, LAB)
    path = modules.root / "submitted" / "wrong" / LAB / "model.py"
    path.write_bytes(SOLVED_MODULE)
    again = grade_class(modules.root, LAB)
    assert again.notes == ["wrong: 5 points before, 9 now, because this changed: submission"]


def test_a_changed_limit_or_setting_is_the_reason(modules: Course, project: Path) -> None:
    grade_class(modules.root, LAB)
    settings = project / "source" / LAB / "lab.toml"
    text = settings.read_text("utf-8")
    settings.write_text(text + "call_timeout_s = 9\n", "utf-8")
    assert grade_class(modules.root, LAB).notes == []
    settings.write_text(text.replace("extra = true", "extra = false"), "utf-8")
    assert grade_class(modules.root, LAB).results[0].max_score == FULL + 4
    history = ResultStore(modules.root / "results" / LAB).history("right")
    assert [line["because"] for line in history] == [["limits"], ["limits", "settings"]]


def test_a_question_that_the_lab_lacks_stops_grading_with_its_line(
    course: Course, project: Path
) -> None:
    settings = project / "source" / LAB / "lab.toml"
    text = settings.read_text("utf-8")
    settings.write_text(text + "[questions.ex1-men]\nextra = true\n", "utf-8")
    line = text.count("\n") + 1
    words = rf"lab\.toml:{line}: {LAB} has no question `ex1-men`; did you mean `ex1-mean`"
    with pytest.raises(UserError, match=words):
        grade_class(course.root, LAB)


def test_other_answers_and_the_demo_class_may_have_other_files(
    modules: Course, project: Path, tmp_path: Path
) -> None:
    variants = project / "source" / LAB / "variants"
    wrong = "# Scales by two\n#!LOSS 4\n#!FILE model.py\ndef scale(x):\n    return 2 * x\n"
    (variants / "wrong" / "two.txt").write_text(wrong, "utf-8")
    (variants / "class" / "two.txt").write_text(wrong, "utf-8")
    (variants / "mistakes" / "test_ten_times.txt").write_text(wrong, "utf-8")
    graded = grade_answers(LAB, project, [variants / "wrong" / "two.txt"])
    assert [answer.lost for answer in graded.answers] == [4]
    report = mutate_solution(LAB, project, "ex2-scale")
    assert (report.mistakes, report.surviving_mistakes) == (1, [])
    make_class(find_lab(LAB), project / ".build" / "solution", tmp_path / "demo")
    handed_in = {
        path.parts[-3]: path.read_bytes()
        for path in (tmp_path / "demo" / "submitted").glob("*/*/model.py")
    }
    assert handed_in["two"] == b"def scale(x):\n    return 2 * x\n"
    assert b"NotImplementedError" in handed_in["blank"]
    assert b"ten_times_it" in handed_in["right"]


# -- groups ----------------------------------------------------------------------------------------

CHANCE = "raise ValueError(__import__('os').urandom(9).hex())"  # told in the result: one run's own


def test_what_a_group_hands_in_alike_is_judged_once(project: Path, tmp_path: Path) -> None:
    course = tmp_path / "course"
    notebook = json.loads(solved(project))
    cell = {**notebook["cells"][1], "cell_type": "code", "id": "own", "metadata": {}}
    cell |= {"source": CHANCE, "outputs": [], "execution_count": None}
    notebook["cells"].insert(0, cell)
    alike = json.dumps(notebook).encode()
    for student in ("ana", "ben", "cem", "eva"):
        hand_in(course, student, alike)
    hand_in(course, "max", blank(project))
    roster = "student_id;group\nana;g1\nben;g1\nmax;g1\nlate;g1\ncem;\neva;g2\n"
    (course / "roster.csv").write_text(roster, "utf-8")
    first = grade_class(course, LAB)
    said = {result.student: str(result.cell_failures) for result in first.results}
    assert len(said) == 5 and said["ana"] == said["ben"] and len(set(said.values())) == 4
    assert scores(first) == {**dict.fromkeys(("ana", "ben", "cem", "eva"), FULL), "max": 0}
    (note,) = [note for note in first.notes if note.startswith("group")]
    assert note.startswith("group g1: ana, ben and max handed in different work")
    assert {"ana", "ben"} <= set(read_gradebook(first.course.gradebook, LAB))
    hand_in(course, "late", alike)  # who joins later shares what was judged before
    told = {
        result.student: str(result.cell_failures) for result in grade_class(course, LAB).results
    }
    assert told == {**said, "late": said["ana"]}
    for result in grade_class(course, LAB, force=True).results:
        if result.student in ("ana", "ben", "late"):
            assert str(result.cell_failures) != said["ana"]
