"""How a question stands: what is open, what waits, what was lost."""

from dataclasses import replace

from autograder.assignment import Assignment
from autograder.course.outline import Outline
from autograder.course.recorded import RecordedGrade, RecordedSubmission
from autograder.course.standing import Standing, standings
from autograder.judge.results import SubmissionResult

from .conftest import HALF, result_of


def stand(
    small: Assignment, result: SubmissionResult, **grades: RecordedGrade
) -> tuple[Standing, Standing]:
    recorded = RecordedSubmission(
        grades={name.replace("_", "-"): grade for name, grade in grades.items()}
    )
    double, why = standings(result, Outline(small.notebook, {}), recorded)
    return double, why


def test_what_nobody_began_is_open_whatever_tests_say(small: Assignment) -> None:
    double, why = stand(small, result_of(small, "ann", None, None))
    assert double.is_open and why.is_open and not why.waits
    assert (double.lost, why.lost) == (3, 3)
    assert [blank.text for blank in double.blanks] == ["Double it."] and double.work == []


def test_an_answer_that_is_wrong_is_not_open(small: Assignment) -> None:
    double, why = stand(small, result_of(small, "ann", HALF))
    assert not double.is_open and double.blanks == [] and len(double.work) == 1
    assert double.lost == 2 and [reason.message for reason in double.reasons] == ["no"]
    assert why.waits and why.lost == 0 and why.written


def test_what_a_person_gave_counts(small: Assignment) -> None:
    result = result_of(small, "ann", HALF)
    double, why = stand(
        small, result, ex1_double=RecordedGrade(1, 2.5), ex1_why=RecordedGrade(None, 1)
    )
    assert (double.score, double.lost, double.by_person) == (2.5, 0.5, True)
    assert (why.score, why.lost, why.waits) == (1, 2, False)


def test_extra_credit_is_never_lost(small: Assignment) -> None:
    result = result_of(small, "ann", HALF)
    bonus = replace(result.questions[0], extra=True)
    double, _ = stand(small, replace(result, questions=(bonus, result.questions[1])))
    assert double.lost == 0
