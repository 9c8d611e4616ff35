"""One student is graded by the tests that the class was graded by."""

import shutil
from pathlib import Path

import pytest

from autograder.compiler.build import build_labs
from autograder.course.course import Course
from autograder.course.store import ResultStore
from autograder.errors import UserError
from autograder.verbs.grade import grade_class
from autograder.verbs.new import new_lab
from autograder.verbs.one_student import grade_student, publish_student


def test_the_hidden_tests_are_those_of_the_class_wherever_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, course = tmp_path / "project", Course(tmp_path / "course")
    (project / "source").mkdir(parents=True)
    source = new_lab("means", project / "source")
    build_labs([source], project / "release", project / ".build" / "solution")
    submitted = course.root / "submitted" / "someone" / "means" / "means.ipynb"
    submitted.parent.mkdir(parents=True)
    shutil.copy(project / ".build" / "solution" / "means" / "means.ipynb", submitted)

    monkeypatch.chdir(project)
    (of_class,) = grade_class(course.root, "means").results
    monkeypatch.chdir(tmp_path)
    grade_student(course, "means", "someone")
    alone = ResultStore(course.root / "results" / "means").latest("someone")
    assert alone is not None
    assert (alone.score, alone.max_score) == (of_class.score, of_class.max_score)

    page = course.feedback_page("someone", "means")
    page.unlink()
    page.mkdir()
    with pytest.raises(UserError, match="someone: not everything could be published"):
        publish_student(course, "means", "someone")
    page.rmdir()
    publish_student(course, "means", "someone")
    assert page.is_file()

    project.rename(tmp_path / "moved")
    with pytest.raises(UserError, match="source is gone; grade the class once more"):
        grade_student(course, "means", "someone")
