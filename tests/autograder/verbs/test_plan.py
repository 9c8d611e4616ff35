"""The dry run of grading says who would be graded, and why, and leaves everything as it is."""

from pathlib import Path

import pytest

from autograder.course.course import Course
from autograder.errors import UserError
from autograder.verbs.grade import grade_class
from autograder.verbs.plan import plan_class

from .conftest import CLASS, LAB, blank, hand_in, solved, typed
from .test_diff import correct, course  # noqa: F401 -- a fixture
from .test_grade import written


@pytest.mark.usefixtures("project")
def test_before_anything_was_graded(project: Path, tmp_path: Path) -> None:
    root = tmp_path / "course"
    with pytest.raises(UserError, match="no submissions found") as caught:
        plan_class(root, LAB, project / "release")
    assert caught.value.exit_code == 2
    hand_in(root, "ana", blank(project))
    plan = plan_class(root, LAB, project / "release")
    assert plan.reasons == {"ana": ["no result yet"]}
    assert plan.as_json()["students"] == [
        {"student": "ana", "graded": True, "because": ["no result yet"]}
    ]
    assert [path.name for path in root.iterdir()] == ["submitted"]
    grade_class(root, LAB)
    assert plan_class(root, LAB, project / "release").reasons == {"ana": []}
    forced = plan_class(root, LAB, project / "release", force=True)
    assert forced.reasons == {"ana": ["by --force"]}


def test_it_says_who_and_why_and_changes_nothing(
    course: Course,  # noqa: F811
    project: Path,
) -> None:
    release = project / "release"
    assert plan_class(course.root, LAB, release).reasons == {student: [] for student in CLASS}
    correct(project)
    hand_in(course.root, "max", solved(project))
    hand_in(course.root, "new", blank(project))
    before = written(course.root)
    plan = plan_class(course.root, LAB, release)
    assert plan.reasons == {
        "ben": ["tests"], "eva": ["tests"], "max": ["tests", "submission"], "new": ["no result yet"]
    }  # fmt: skip
    said, _ = typed(project, "grade", LAB, "--course", course.root, "--dry-run")
    assert "would grade 2 because of this: tests (ben, eva)" in said
    assert "would keep 0 of 4 results; nothing was changed" in said
    assert written(course.root) == before
