"""The score that counts, with what is missing until it is final."""

import sqlite3
from contextlib import closing
from pathlib import Path

from autograder.assignment import Assignment
from autograder.course.course import Course
from autograder.course.final_scores import final_scores
from autograder.course.publish import publish

from .conftest import RIGHT, HandIn, result_of


def published(course: Course, small: Assignment, hand_in: HandIn) -> None:
    for student, code in (("ana", RIGHT), ("ben", None)):
        hand_in(student, code)
    results = [result_of(small, "ana"), result_of(small, "ben", None, None)]
    assert publish(course, small, results).incomplete == []


def change(course: Course, statement: str) -> None:
    with closing(sqlite3.connect(course.gradebook)) as book, book:
        book.execute(statement)


def test_scores_and_what_is_missing(course: Course, small: Assignment, hand_in: HandIn) -> None:
    published(course, small, hand_in)
    ana, ben = final_scores(course, small)
    assert (ana.student, ana.score, ana.max_score) == ("ana", 3, 6)
    assert ana.questions == {"ex1-double": 3, "ex1-why": None}
    assert ana.unfinished == ("ex1-why waits for a person",) and not ana.is_final
    assert ben.score == 0 and ben.is_final  # an answer that nobody touched has 0 points


def test_points_by_hand_and_lateness_count(
    course: Course, small: Assignment, hand_in: HandIn
) -> None:
    published(course, small, hand_in)
    change(course, "update grade set manual_score = 2.5, extra_credit = 1, needs_manual_grade = 0 "
                   "where auto_score is null")  # fmt: skip
    change(course, "update submitted_notebook set late_submission_penalty = 2")
    ana, ben = final_scores(course, small)
    assert (ana.raw_score, ana.penalty, ana.score, ana.is_final) == (6.5, 2, 4.5, True)
    assert ben.score == 0 and ana.questions["ex1-why"] == 3.5


def test_a_failure_of_the_grader_is_told(
    course: Course, small: Assignment, hand_in: HandIn
) -> None:
    published(course, small, hand_in)
    failure = course.root / "results" / "small" / "failed" / "ben.json"
    failure.parent.mkdir(parents=True, exist_ok=True)
    failure.write_text("{}", "utf-8")
    assert final_scores(course, small)[1].unfinished == (
        "the grader itself failed on the last hand-in",
    )


def test_no_gradebook_no_scores(small: Assignment, tmp_path: Path) -> None:
    assert final_scores(Course(tmp_path), small) == []
