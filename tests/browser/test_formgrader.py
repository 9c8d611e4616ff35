"""A grader's hour with formgrader, in a real browser: the button, a written answer, feedback."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from autograder.course.course import load_course

from .conftest import Show
from .course import LAB, Course
from .formgrader_page import FormgraderPage
from .server import Server

COMMENT = "Say that n is whole; <b>then</b> it is a proof."
# Full marks from plain nbgrader, which runs the check cell as the student left it.
DISHONEST = "def double(number):\n    return 0\n\ncheck = print"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    course = Course(tmp_path / "my course")
    course.hand_in("diligent", "solution")
    course.hand_in("idle", "release")
    course.grade()
    return course


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
