"""nbgrader's commands and formgrader's buttons go the way of `make grade`, for one student."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory

from autograder.compiler.build import build_labs
from autograder.course.class_run import ClassRun, remember
from autograder.course.course import Course
from autograder.course.recorded import read_gradebook
from autograder.course.release import take_release
from autograder.solution import find_solution

from .conftest import CHECKS, RIGHT, SOURCE, WHY, HandIn

HALF = "def double(x):\n    return x * 0"
pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader's and SQLAlchemy's own


@dataclass(frozen=True)
class Formgrader:
    """The two buttons, pressed in a course."""

    course: Course
    lab: str = "small"

    def press(self, button: str, student: str | None) -> dict[str, Any]:
        root = CourseDirectory(root=str(self.course.root))
        given = {name: getattr(root, name) for name in root.trait_names(config=True)}
        api = NbGraderAPI(root, config=self.course.config)
        outcome: dict[str, Any] = getattr(api, button)(self.lab, student)
        assert {name: getattr(root, name) for name in given} == given  # as formgrader keeps it
        return outcome

    def autograde(self, student: str) -> None:
        outcome = self.press("autograde", student)
        assert outcome["success"], outcome

    def score(self, student: str) -> float | None:
        row = read_gradebook(self.course.gradebook, self.lab)[student]
        return row.grades["ex1-double"].score


@pytest.fixture
def formgrader(course: Course) -> Formgrader:
    remember(course.root, "small", ClassRun(7, title="A lab", exercises={"ex1": "Doubling"}))
    return Formgrader(course)


def test_one_student_is_graded_and_published(formgrader: Formgrader, hand_in: HandIn) -> None:
    hand_in("half", HALF)
    hand_in("other", RIGHT)
    formgrader.autograde("half")
    course = formgrader.course
    assert formgrader.score("half") == 1
    assert set(read_gradebook(course.gradebook, "small")) == {"half"}
    assert "Doubling" in course.feedback_page("half", "small").read_text("utf-8")
    made = nbformat.read(course.autograded_notebook("half", "small"), as_version=4)
    assert HALF in [cell.source for cell in made.cells]
    stored = (course.root / "results" / "small" / "half.json").read_text("utf-8")
    assert '"seed": 7' in stored
    formgrader.autograde("half")  # its folder was taken away first, and is back
    assert course.autograded_notebook("half", "small").is_file()
    formgrader.autograde("other")
    assert formgrader.score("other") == 3


def test_points_by_hand_survive_the_button(formgrader: Formgrader, hand_in: HandIn) -> None:
    path = hand_in("half", HALF)
    formgrader.autograde("half")
    course = formgrader.course
    with Gradebook(f"sqlite:///{course.gradebook}") as book:
        grade = book.find_grade("ex1-why", "small", "small", "half")
        grade.manual_score, grade.needs_manual_grade = 2, False
        book.db.commit()
    formgrader.autograde("half")
    grade = read_gradebook(course.gradebook, "small")["half"].grades["ex1-why"]
    assert (grade.manual_score, grade.needs_manual_grade) == (2, False)
    path.write_text(path.read_text("utf-8").replace(WHY, "No idea."), "utf-8")
    formgrader.autograde("half")
    grade = read_gradebook(course.gradebook, "small")["half"].grades["ex1-why"]
    assert (grade.manual_score, grade.needs_manual_grade) == (2, True)


@pytest.mark.parametrize("student", [None, "half"])
def test_feedback_is_our_page_with_what_was_given_by_hand(
    formgrader: Formgrader, hand_in: HandIn, student: str | None
) -> None:
    hand_in("half", HALF)
    formgrader.autograde("half")
    course = formgrader.course
    with Gradebook(f"sqlite:///{course.gradebook}") as book:
        book.find_grade("ex1-why", "small", "small", "half").manual_score = 2
        book.find_comment("ex1-why", "small", "small", "half").manual_comment = "<b>Nice."
        book.db.commit()
    outcome = formgrader.press("generate_feedback", student)
    assert outcome["success"], outcome
    page = course.feedback_page("half", "small").read_text("utf-8")
    assert "3 of 6 points" in page and "&lt;b&gt;Nice." in page and "Content-Security" in page
    assert [path.name for path in course.feedback_page("half", "small").parent.iterdir()] == [
        "small.html"
    ]


def test_what_else_lies_in_a_students_folder_stays_there(
    formgrader: Formgrader, hand_in: HandIn, tmp_path: Path
) -> None:
    folder = hand_in("half", HALF).parent
    formgrader.autograde("half")  # the gradebook is there to be taken
    (folder / "book").symlink_to(formgrader.course.gradebook)
    (folder / "all").symlink_to(tmp_path)
    (folder / ".hidden").write_text("x", "utf-8")
    (folder / "deep" / "er[1]").mkdir(parents=True)
    os.mkfifo(folder / "pipe")
    os.mkfifo(folder / "deep" / "er[1]" / "pipe")
    with (folder / "large").open("wb") as file:
        file.truncate(2**33)
    (folder / "timestamp.txt").write_text("yesterday evening", "utf-8")
    formgrader.autograde("half")
    assert formgrader.press("generate_feedback", "half")["success"]
    for step in ("autograded", "feedback"):
        made = {path.name for path in formgrader.course.folder(step, "half", "small").rglob("*")}
        assert made <= {"small.ipynb", "small.html", "timestamp.txt"}


def test_a_newer_hand_in_is_seen_without_force(formgrader: Formgrader, hand_in: HandIn) -> None:
    path = hand_in("half", HALF)
    timestamp = path.with_name("timestamp.txt")
    timestamp.write_text("2030-01-01 12:00:00 UTC", "utf-8")
    course = formgrader.course

    def command() -> None:  # nbgrader autograde small --student half
        root = CourseDirectory(root=str(course.root), assignment_id="small", student_id="half")
        Autograde(coursedir=root, config=course.config).start()

    command()
    assert formgrader.score("half") == 1
    path.write_text(path.read_text("utf-8").replace("x * 0", "x * 2"), "utf-8")
    command()
    assert formgrader.score("half") == 1
    timestamp.write_text("2030-01-01 13:00:00 UTC", "utf-8")
    command()
    assert formgrader.score("half") == 3


def test_a_class_that_was_not_graded_yet_is_told_so(course: Course, hand_in: HandIn) -> None:
    hand_in("half", HALF)
    outcome = Formgrader(course).press("autograde", "half")
    assert not outcome["success"]
    assert "small was not graded yet; run `make grade LAB=small" in outcome["error"]
    assert not course.gradebook.exists()


def test_feedback_without_a_result_is_refused(formgrader: Formgrader, hand_in: HandIn) -> None:
    hand_in("half", HALF)
    formgrader.autograde("half")
    shutil.rmtree(formgrader.course.root / "results")
    outcome = formgrader.press("generate_feedback", "half")
    assert not outcome["success"]
    assert "half: no result of small is stored; grade it first" in outcome["log"]


QUADRUPLE = """
```python
def quadruple(x):
    #!TAG HWBEGIN
    return double(double(x))
    #!TAG HWEND
```

```python
#!TAG QUESTION ex2-quadruple
```
"""
MORE_CHECKS = '''

@question("ex2-quadruple", points=2)
def test_twice(submission):
    """Doubles twice."""
    assert_equal(submission.quadruple(3), 12)
'''


def test_the_button_carries_credit_forward_with_the_courses_solution(tmp_path: Path) -> None:
    source, folder = tmp_path / "source" / "pair" / "pair.md", tmp_path / "course"
    (source.parent / "student").mkdir(parents=True)
    source.write_text(SOURCE + QUADRUPLE, "utf-8")
    (source.parent / "student" / "checks.py").write_text(CHECKS + MORE_CHECKS, "utf-8")
    build_labs([source], tmp_path / "release", tmp_path / "solution")
    solution = find_solution(tmp_path, "pair", tmp_path / "release")
    submitted = folder / "submitted" / "hasty" / "pair" / "pair.ipynb"
    submitted.parent.mkdir(parents=True)
    mistaken = nbformat.writes(solution).replace("return 2 * x", "return 3 * x")
    submitted.write_text(mistaken, "utf-8")

    course, _, _ = take_release(folder, "pair", tmp_path / "release", solution)
    assert (folder / "solution" / "pair" / "pair.ipynb").is_file()
    assert take_release(folder, "pair", tmp_path / "release")[1].solution is not None
    remember(folder, "pair", ClassRun())
    Formgrader(course, "pair").autograde("hasty")
    grades = read_gradebook(course.gradebook, "pair")["hasty"].grades
    scores = {name: grade.auto_score for name, grade in grades.items() if "why" not in name}
    assert scores == {"ex1-double": 1, "ex2-quadruple": 2}


def test_the_button_takes_off_what_dates_say(formgrader: Formgrader, hand_in: HandIn) -> None:
    path = hand_in("late", RIGHT)
    path.with_name("timestamp.txt").write_text("2026-11-28 00:30", "utf-8")  # on the clock there
    root, gradebook = formgrader.course.root, formgrader.course.gradebook
    (root / "dates.toml").write_text(
        'timezone = "Europe/Berlin"\npercent_per_day = 10\n[labs.small]\ndue = "2026-11-27"\n',
        "utf-8",
    )
    formgrader.autograde("late")
    row = read_gradebook(gradebook, "small")["late"]
    assert row.penalty == pytest.approx(0.3)
    assert row.timestamp == "2026-11-27 23:30:00.000000"
    (root / "dates.toml").write_text(
        (root / "dates.toml").read_text("utf-8").replace("2026-11-27", "2026-11-28"), "utf-8"
    )
    formgrader.press("generate_feedback", "late")
    assert read_gradebook(gradebook, "small")["late"].penalty is None
