"""Results reach nbgrader's gradebook and the feedback pages, also by formgrader's button."""

from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.course.config import CONFIG_FILE, configure
from autograder.course.gradebook import feedback_page, prepare_course, record_results
from autograder.course.report import find_submissions
from autograder.engine import Zygote
from autograder.judge.grade import grade_here

from .conftest import HandIn

RIGHT = "def double(x):\n    return 2 * x"
HALF = "def double(x):\n    return x * 0"


@pytest.fixture(scope="module")
def zygote() -> Zygote:  # type: ignore[misc]
    with Zygote() as zygote:
        yield zygote


def grade(course: Path, built: Path, zygote: Zygote) -> None:
    assignment = prepare_course(course, "small", built / "release")
    results = [
        grade_here(assignment, one[0], one[1], zygote, seed=0)
        for one in find_submissions(course, "small")
    ]
    record_results(course, "small", results)


def scores(course: Path) -> dict[str, dict[str, float | None]]:
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        return {
            submission.student.id: {
                grade.name: grade.score if grade.auto_score is not None else None
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in gradebook.assignment_submissions("small")
        }


@pytest.mark.filterwarnings("ignore")  # nbgrader's and SQLAlchemy's own
class TestGradebook:
    def test_scores_feedback_and_a_person_s_override(
        self, tmp_path: Path, built: Path, hand_in: HandIn, zygote: Zygote
    ) -> None:
        hand_in("right", RIGHT)
        hand_in("half", HALF)
        hand_in("blank", None)
        hand_in("broken", RIGHT).write_text("no notebook", "utf-8")
        grade(tmp_path, built, zygote)
        assert scores(tmp_path) == {
            "right": {"ex1-double": 3, "ex1-why": None},
            "half": {"ex1-double": 1, "ex1-why": None},
            "blank": {"ex1-double": 0, "ex1-why": 0},
            "broken": {"ex1-double": 0, "ex1-why": 0},
        }
        page = feedback_page(tmp_path, "half", "small").read_text("utf-8")
        assert "the result has the wrong value" in page
        assert "is it &lt;b&gt;a product&lt;/b&gt;?" in page
        assert "Keeps zero." in page
        assert "1 of 3 points, 3 more to be graded by a person" in page
        assert page.index("viewport") < page.index("Keeps zero.")

        with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as gradebook:
            written = gradebook.find_grade("ex1-why", "small", "small", "half")
            written.manual_score = 2
            gradebook.db.commit()
        grade(tmp_path, built, zygote)
        with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as gradebook:
            assert gradebook.find_submission("small", "half").score == 3
        page = feedback_page(tmp_path, "half", "small").read_text("utf-8")
        assert "3 of 6 points" in page

    def test_formgraders_button_grades_by_the_same_engine(
        self,
        tmp_path: Path,
        built: Path,
        hand_in: HandIn,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        hand_in("half", HALF)
        prepare_course(tmp_path, "small", built / "release")
        config = Config()
        configure(config)
        api = NbGraderAPI(CourseDirectory(root=str(tmp_path)), config=config)
        outcome = api.autograde("small", "half")
        assert outcome["success"], outcome
        assert scores(tmp_path)["half"]["ex1-double"] == 1

    def test_the_course_opens_in_nbgrader(
        self, tmp_path: Path, built: Path, hand_in: HandIn
    ) -> None:
        hand_in("right", RIGHT)
        prepare_course(tmp_path, "small", built / "release")
        listed = NbGraderAPI(CourseDirectory(root=str(tmp_path))).get_assignments()
        assert [(one["name"], one["max_score"]) for one in listed] == [("small", 6)]
        assert (tmp_path / CONFIG_FILE).is_file()
