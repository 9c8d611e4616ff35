"""What the standard library reads from a gradebook is what nbgrader holds there."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.assignment import Assignment
from autograder.course.course import Course
from autograder.course.publish import publish
from autograder.course.recorded import (
    ODD,
    RecordedGrade,
    odd_grades,
    read_gradebook,
    reading,
    refusal,
)
from autograder.errors import UserError

from .conftest import result_of
from .test_gradebook import gradebook_of


@pytest.mark.parametrize("content", [None, b""])
def test_no_gradebook_holds_nobody(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "gradebook.db"
    if content is not None:
        path.write_bytes(content)
    assert read_gradebook(path, "small") == {}


def test_it_reads_what_nbgrader_wrote(course: Course, small: Assignment) -> None:
    publish(course, small, [result_of(small, name) for name in ("ann", "bob")])
    with Gradebook(f"sqlite:///{course.gradebook}") as book:
        grade = book.find_grade("ex1-double", "small", "small", "ann")
        grade.manual_score, grade.extra_credit = 0.5, 1
        book.find_comment("ex1-why", "small", "small", "ann").manual_comment = "Well."
        paper = book.find_submission_notebook("small", "small", "ann")
        paper.late_submission_penalty = 0.75
        book.db.commit()
        nbgraders = {grade.name: grade.score for grade in paper.grades}
    rows = read_gradebook(course.gradebook, "small")
    assert set(rows) == {"ann", "bob"}
    ann = rows["ann"]
    assert {name: grade.score or 0.0 for name, grade in ann.grades.items()} == nbgraders
    assert (ann.penalty, ann.comments) == (0.75, {"ex1-why": "Well."})
    assert read_gradebook(course.gradebook, "small", "ann") == {"ann": ann}
    assert read_gradebook(course.gradebook, "small", "nobody") == {}
    assert read_gradebook(course.gradebook, "other") == {}


@pytest.mark.parametrize(
    ("grade", "score"),
    [
        (RecordedGrade(), None),
        (RecordedGrade(2), 2),
        (RecordedGrade(2, 1), 1),
        (RecordedGrade(None, 0), 0),
        (RecordedGrade(2, None, 0.5), 2.5),
        (RecordedGrade(None, None, 0.5), 0.5),
    ],
)
def test_what_counts_is_what_nbgrader_counts(grade: RecordedGrade, score: float | None) -> None:
    assert grade.score == score


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), 1e308, -1e7])
@pytest.mark.parametrize("column", ["manual_score", "extra_credit"])
def test_what_no_points_can_be_waits_for_a_person(
    course: Course, small: Assignment, number: float, column: str
) -> None:
    publish(course, small, [result_of(small, student) for student in ("ann", "bob")])
    with gradebook_of(course) as book:
        setattr(book.find_grade("ex1-why", "small", "small", "ann"), column, number)
        book.find_submission_notebook("small", "small", "ann").late_submission_penalty = number
        book.db.commit()
    rows = read_gradebook(course.gradebook, "small")
    assert rows["ann"].grades["ex1-why"] == RecordedGrade(needs_manual_grade=True, is_odd=True)
    assert rows["ann"].penalty is None
    assert rows["bob"].grades["ex1-why"] == RecordedGrade(needs_manual_grade=True)
    assert odd_grades(rows) == [f"ann: ex1-why {ODD}"]


def test_it_changes_nothing(course: Course, small: Assignment) -> None:
    publish(course, small, [result_of(small, "ann")])
    with pytest.raises(UserError, match="readonly"), reading(course.gradebook) as book:
        book.execute("delete from grade")


def test_a_writer_that_was_killed_is_cleaned_up_after(course: Course, small: Assignment) -> None:
    publish(course, small, [result_of(small, "ann")])
    journal = course.gradebook.with_name("gradebook.db-journal")
    before = course.gradebook.read_bytes()
    with closing(sqlite3.connect(course.gradebook)) as book:
        book.execute("pragma cache_size = 1")
        book.execute("update source_cell set source = hex(randomblob(200000))")
        half_way = journal.read_bytes(), course.gradebook.read_bytes()
        book.rollback()
    journal.write_bytes(half_way[0])
    course.gradebook.write_bytes(half_way[1])
    assert read_gradebook(course.gradebook, "small")["ann"].grades["ex1-double"].score == 3
    assert course.gradebook.read_bytes() == before


def test_a_full_disk_is_told_as_such(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.db")) as book:
        book.execute("pragma max_page_count = 2")
        book.execute("create table x (y)")
        with pytest.raises(sqlite3.Error) as caught:
            book.execute("insert into x values (hex(zeroblob(100000)))")
    message = refusal(tmp_path / "x.db", str(caught.value)).message
    assert "make room on the disk" in message and "anew" not in message


def test_a_folder_that_is_missing_is_to_be_made(tmp_path: Path) -> None:
    path = tmp_path / "grades" / "x.db"
    with pytest.raises(UserError, match=f"make the folder {path.parent}"), reading(path):
        pass
    path.parent.mkdir()
    path.mkdir()
    with pytest.raises(UserError, match="make the file and its folder writable"), reading(path):
        pass
