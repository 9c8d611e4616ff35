"""Final scores: what tests and people gave, what was taken off, and who has to look at what."""

from dataclasses import replace

from autograder.assignment import Assignment
from autograder.course.course import Course
from autograder.course.publish import publish
from autograder.course.recorded import ODD
from autograder.course.scores import FinalScore, final_scores, scores_of
from autograder.course.store import ResultStore
from autograder.judge.results import FAILED

from .conftest import RIGHT, result_of
from .test_gradebook import gradebook_of

KEY = {"submission": "a"}


def test_without_anything_nobody_has_anything(course: Course) -> None:
    assert final_scores(course, "small") == []


def test_points_by_tests_by_hand_and_for_late_work(course: Course, small: Assignment) -> None:
    store = ResultStore(course.root / "results" / "small")
    results = [result_of(small, student) for student in ("ann", "bob", "cem")]
    for result in results:
        store.save(result, KEY)
    publish(course, small, results[:2])
    with gradebook_of(course) as book:
        grade = book.find_grade("ex1-why", "small", "small", "ann")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 2, 0.5, False
        paper = book.find_submission_notebook("small", "small", "ann")
        paper.late_submission_penalty = 1.25
        book.db.commit()
    store.save(replace(results[1], status=FAILED), KEY)
    ann, bob, cem = final_scores(course, "small")
    assert (ann.raw_score, ann.by_hand, ann.penalty, ann.score, ann.max_score) == (
        5.5,
        2.5,
        1.25,
        4.25,
        6,
    )
    assert (ann.is_final, ann.waiting, ann.questions) == (
        True, (), {"ex1-double": 3, "ex1-why": 2.5},
    )  # fmt: skip
    assert (bob.raw_score, bob.waiting, bob.failed, bob.is_final) == (3, ("ex1-why",), True, False)
    assert (cem.raw_score, cem.score, cem.waiting) == (3, 3, ("ex1-why",))  # not published yet
    assert bob.unfinished == (
        "ex1-why waits for a person",
        "the grader itself failed on the last hand-in",
    )
    assert ann.is_graded and not FinalScore("x", 0, 0, 0, 6, {"ex1-why": None}).is_graded
    assert scores_of(course, "small", results) == [ann, bob, cem]
    assert ann.as_json()["score"] == 4.25 and ann.as_json()["is_final"] is True


def test_a_number_that_no_points_can_be_is_left_out(course: Course, small: Assignment) -> None:
    publish(course, small, [result_of(small, student) for student in ("ann", "bob")])
    with gradebook_of(course) as book:
        for student, points in (("ann", float("inf")), ("bob", 2.0)):
            grade = book.find_grade("ex1-why", "small", "small", student)
            grade.manual_score, grade.needs_manual_grade = points, False
        book.db.commit()
    ann, bob = final_scores(course, "small")
    assert (ann.score, ann.unfinished) == (3, (f"ex1-why {ODD}",))
    assert (bob.score, bob.unfinished) == (5, ())


def test_a_penalty_never_takes_more_than_there_is(course: Course, small: Assignment) -> None:
    publish(course, small, [result_of(small, "ann", RIGHT)])
    with gradebook_of(course) as book:
        book.find_submission_notebook("small", "small", "ann").late_submission_penalty = 99
        book.db.commit()
    (ann,) = final_scores(course, "small")  # who has no result any more
    assert (ann.raw_score, ann.score, ann.max_score) == (3, 0, 0)
