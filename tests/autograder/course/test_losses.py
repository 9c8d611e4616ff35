"""What was lost, and what to do about it, in words."""

from dataclasses import replace

from autograder.assignment import Assignment
from autograder.course.losses import Loss, losses
from autograder.course.outline import Outline
from autograder.course.recorded import RecordedGrade, RecordedSubmission
from autograder.course.standing import standings
from autograder.engine import Cause
from autograder.judge.results import QuestionResult, SubmissionResult, Verdict

from .conftest import HALF, result_of


def lost(
    small: Assignment, result: SubmissionResult, row: RecordedSubmission | None = None
) -> list[Loss]:
    found = losses(standings(result, Outline(small.notebook, {}), row or RecordedSubmission()))
    return [loss for loss in found if loss.points]


def test_blanks_are_to_be_filled_and_answers_written(small: Assignment) -> None:
    double, why = lost(small, result_of(small, "ann", None, None))
    assert (double.points, double.text) == (3, "Fill the blank: Double it.")
    assert (why.points, why.text) == (3, "Write your answer.")


def test_points_fall_to_reasons(small: Assignment) -> None:
    (loss,) = lost(small, result_of(small, "ann", HALF))
    assert (loss.points, loss.losing, loss.question, loss.text) == (
        2,
        "ex1-double",
        "ex1-double",
        "no",
    )


def test_a_blank_in_an_earlier_question_is_where_the_reason_lies(small: Assignment) -> None:
    message = "this blank is still open: Double it. (line 3 of its cell, in double)"
    test = Verdict("t", "T.", 1, "failed", message, Cause.OPEN_BLANK)
    result = result_of(small, "ann", None)
    questions = (*result.questions, QuestionResult("ex2-more", 1, (test,)))
    first, later = lost(small, replace(result, questions=questions))
    assert (later.key, later.losing, later.question) == (first.key, "ex2-more", "ex1-double")


def test_what_a_person_took_is_read_in_the_comment(small: Assignment) -> None:
    row = RecordedSubmission(grades={"ex1-why": RecordedGrade(None, 1)})
    (loss,) = lost(small, result_of(small, "ann"), row)
    assert (loss.points, loss.text) == (2, "A person gave these points.")
    (loss,) = lost(small, result_of(small, "ann"), replace(row, comments={"ex1-why": "Hm."}))
    assert loss.text == "Read the comment."


def test_a_known_mistake_is_named(small: Assignment) -> None:
    result = result_of(small, "ann", HALF)
    known = replace(result.questions[0], mistake="Adds two", mistake_score=2)
    (loss,) = lost(small, replace(result, questions=(known,)))
    assert (loss.points, loss.text) == (1, "Your answer adds two.")
