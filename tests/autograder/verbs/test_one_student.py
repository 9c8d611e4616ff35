"""One student is graded by the tests that the class was graded by."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from autograder.compiler.build import build_labs
from autograder.course.course import Course
from autograder.course.store import ResultStore
from autograder.errors import UserError
from autograder.verbs import one_student as module
from autograder.verbs.grade import LOCK_FILE, grade_class
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


@pytest.mark.parametrize("button", [grade_student, publish_student])
def test_nothing_is_read_while_the_class_is_graded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, button: Callable[[Course, str, str], object]
) -> None:
    """What was stored before the class's run is older than what the run stores."""
    read = threading.Event()
    monkeypatch.setattr(module, "recall", lambda *_: read.set())

    def pushed() -> None:
        with pytest.raises((UserError, AttributeError)):  # as nothing is there
            button(Course(tmp_path), "means", "someone")

    with FileLock(tmp_path / LOCK_FILE):
        thread = threading.Thread(target=pushed)
        thread.start()
        assert not read.wait(0.3)
    thread.join()
    assert read.is_set()
