"""A grader's hour with formgrader, in a real browser: the button, a written answer, feedback."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from playwright.sync_api import Page, expect

from autograder.course.course import load_course
from autograder.verbs.build import build_each

from .conftest import Show
from .formgrader_page import FormgraderPage
from .server import Server, jupyter

PROJECT = Path(__file__).resolve().parents[2]
LAB = "graded"
COMMENT = "Say that n is whole; <b>then</b> it is a proof."
# Full marks from plain nbgrader, which runs the check cell as the student left it.
DISHONEST = "def double(number):\n    return 0\n\ncheck = print"


class Course:
    """A course folder with submissions of a small lab."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.built = folder.parent / "built"
        source = PROJECT / "tests" / "golden" / LAB / f"{LAB}.md"
        build_each([source], self.built / "release", self.built / "solution")

    def hand_in(self, student: str, version: str, code: str | None = None) -> None:
        """Put the built solution or release into the course, perhaps with other code in it."""
        notebook: Any = nbformat.read(self.built / version / LAB / f"{LAB}.ipynb", as_version=4)
        for cell in notebook.cells:
            if code is not None and cell.source.startswith("def double"):
                cell.source = code
        path = self.folder / "submitted" / student / LAB / f"{LAB}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)

    def grade(self) -> None:
        """Grade the class by the command that graders type."""
        options = ["--course", self.folder, "--release", self.built / "release", "--jobs", "1"]
        subprocess.run(
            [sys.executable, "-m", "autograder", "grade", LAB, *map(str, options)],
            cwd=PROJECT,
            check=True,
            timeout=300,
            capture_output=True,
        )

    def scores(self, student: str) -> dict[str, tuple[float | None, float | None]]:
        """question -> points by tests and by hand, as the gradebook has them."""
        with Gradebook(f"sqlite:///{self.folder}/gradebook.db") as gradebook:
            (notebook,) = gradebook.find_submission(LAB, student).notebooks
            return {grade.name: (grade.auto_score, grade.manual_score) for grade in notebook.grades}

    def comments(self, student: str) -> list[str]:
        """What graders wrote to the student."""
        with Gradebook(f"sqlite:///{self.folder}/gradebook.db") as gradebook:
            (notebook,) = gradebook.find_submission(LAB, student).notebooks
            return [c.manual_comment for c in notebook.comments if c.manual_comment]


@pytest.fixture
def known_hosts() -> set[str]:
    """nbgrader's templates ask for MathJax and RequireJS there; nothing of ours needs them."""
    return {"cdnjs.cloudflare.com"}


@pytest.fixture
def course(tmp_path: Path) -> Course:
    course = Course(tmp_path / "my course")
    course.hand_in("diligent", "solution")
    course.hand_in("idle", "release")
    course.grade()
    return course


@pytest.fixture
def server(course: Course, tmp_path: Path) -> Iterator[Server]:
    command = [sys.executable, "-m", "jupyterlab", "--allow-root"]
    with jupyter(command, course.folder, tmp_path) as server:
        yield server


@pytest.mark.filterwarnings("ignore")  # nbgrader's and SQLAlchemy's own
def test_a_grader_works_through_it(course: Course, server: Server, page: Page, show: Show) -> None:
    formgrader = FormgraderPage(page, server)
    show("opened")

    course.hand_in("late", "solution", DISHONEST)
    assert "Successfully autograded" in formgrader.autograde(LAB, "late")
    assert course.scores("late") == {"double": (0, None), "why-even": (None, None)}
    show("autograded")

    formgrader.open_submission(LAB, "diligent")
    expect(formgrader.points("double")).to_have_attribute("placeholder", "2.5")
    formgrader.give_points("why-even", "2.5")
    formgrader.comment("why-even", COMMENT)
    show("graded-by-hand", formgrader.points("why-even"))
    graded = {"double": (2.5, None), "why-even": (None, 2.5)}
    assert (course.scores("diligent"), course.comments("diligent")) == (graded, [COMMENT])

    assert "Successfully generated feedback" in formgrader.generate_feedback(LAB)
    feedback_says_so(course, page, show, "feedback-by-formgrader")
    shutil.rmtree(course.folder / "feedback")
    course.grade()
    assert (course.scores("diligent"), course.comments("diligent")) == (graded, [COMMENT])
    assert course.scores("late") == {"double": (0, None), "why-even": (None, None)}
    feedback_says_so(course, page, show, "feedback-after-grading-again")


def feedback_says_so(course: Course, page: Page, show: Show, step: str) -> None:
    """The student's page holds points and comment, the latter as it was typed."""
    page.goto(load_course(course.folder).feedback_page("diligent", LAB).as_uri())
    show(f"{step}-top")
    written = page.locator("details", has_text=COMMENT)
    expect(written).to_contain_text("2.5")
    show(step, written)
