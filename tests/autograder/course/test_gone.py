"""Who handed in before and lies there no more is told, and keeps the grade."""

import shutil

from autograder.assignment import Assignment
from autograder.course.course import Course
from autograder.course.gone import gone_students
from autograder.course.publish import publish
from autograder.course.recorded import read_gradebook

from .conftest import result_of


def test_a_student_who_is_gone_is_told(course: Course, small: Assignment) -> None:
    publish(course, small, [result_of(small, name) for name in ("ann", "b.c", ".d")])
    assert gone_students(course, "small", ["ann", "b.c", ".d", "new"]) == []
    (note,) = gone_students(course, "small", ["ann", ".d"])
    assert note.startswith("b.c: handed in before, but small in ")
    assert str(course.root / "submitted" / "b.c") in note and "the earlier grade stays" in note
    assert read_gradebook(course.gradebook, "small")["b.c"].grades["ex1-double"].score == 3
    shutil.rmtree(course.root / "results")
    assert len(gone_students(course, "small", ["ann"])) == 2


def test_a_result_alone_counts_too(course: Course) -> None:
    folder = course.root / "results" / "small"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ann.json").touch()
    assert [note[:4] for note in gone_students(course, "small", [])] == ["ann:"]


def test_nobody_was_there_before(course: Course) -> None:
    assert gone_students(course, "small", []) == []


def test_other_labs_do_not_count(course: Course, small: Assignment) -> None:
    publish(course, small, [result_of(small, "ann")])
    assert gone_students(course, "other", []) == []
