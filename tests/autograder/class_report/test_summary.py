"""The figures of a class are those of its results and of its gradebook."""

import json

from autograder.class_report.items import LEAST_STUDENTS
from autograder.class_report.summary import ClassReport, summarise
from autograder.course.recorded import RecordedGrade, RecordedSubmission
from autograder.engine import Cause
from autograder.judge.results import FAILED, QuestionResult, SubmissionResult
from tests.autograder.class_report.made_class import made_class, question, result


def summary(
    results: list[SubmissionResult], recorded: dict[str, RecordedSubmission] | None = None
) -> ClassReport:
    return summarise("lab", "The lab", {"ex1": "First"}, results, recorded or {})


def test_every_student_is_counted_once_in_each_question() -> None:
    for number in (1, 3, LEAST_STUDENTS, 100):
        report = summary(made_class(number))
        assert len(report.students) == len(report.scores) == len(report.outcomes) == number
        for row in report.questions:
            assert row.full + row.part + row.none + row.open + row.waiting == number
        assert list(report.scores) == sorted(report.scores, reverse=True)
        assert all(len(letters) == len(report.tests) for letters in report.outcomes)


def test_a_small_class_gets_no_verdicts() -> None:
    small, large = summary(made_class(LEAST_STUDENTS - 1)), summary(made_class(LEAST_STUDENTS))
    assert small.is_small and small.reliability is None
    assert all(test.discrimination is None for test in small.tests)
    assert not large.is_small and large.reliability is not None
    assert any(test.discrimination is not None for test in large.tests)


def test_a_test_that_the_weak_pass_is_found() -> None:
    report = summary(made_class(200))
    assert [one.test for one in report.suspicious] == ["test_ex2-odd_0"]


def test_open_answers_are_neither_hard_nor_wrong() -> None:
    report = summary(
        [
            result("a", question("ex1-a", "ff", cause=Cause.OPEN_BLANK)),
            result("b", question("ex1-a", "pf")),
        ]
    )
    (row,) = report.questions
    assert (row.open, row.part, row.lost, row.lost_open) == (1, 1, 3.0, 2.0)
    assert [test.tried for test in report.tests] == [1, 1]
    assert report.outcomes == ("pf", "oo")


def test_points_by_hand_count_and_others_wait() -> None:
    given = RecordedSubmission(grades={"ex1-why": RecordedGrade(manual_score=1.5)})
    late = RecordedSubmission(penalty=2.0)
    report = summary(
        [result("a", QuestionResult("ex1-why", 2.0)), result("b", QuestionResult("ex1-why", 2.0))],
        {"a": given, "b": late},
    )
    (row,) = report.questions
    assert (row.part, row.waiting, row.lost) == (1, 1, 0.5)
    assert report.scores == (1.5, 0.0)
    assert report.late == {"b": 2.0}


def test_a_text_that_nobody_wrote_is_open_and_waits_for_nobody() -> None:
    blank = RecordedSubmission(grades={"ex1-why": RecordedGrade(auto_score=0.0)})
    report = summary([result("a", QuestionResult("ex1-why", 2.0))], {"a": blank})
    (row,) = report.questions
    assert (row.open, row.waiting, row.none, row.lost, row.lost_open) == (1, 0, 0, 2.0, 2.0)


def test_the_maximum_is_that_of_tests_and_people_together() -> None:
    given = RecordedSubmission(grades={"ex1-why": RecordedGrade(manual_score=2.0)})
    questions = (question("ex1-a", "pp"), QuestionResult("ex1-why", 2.0, written=True))
    report = summary([result("a", *questions)], {"a": given})
    assert (report.scores, report.max_score) == ((4.0,), 4.0)


def test_extra_credit_counts_beside_points_by_tests() -> None:
    more = RecordedGrade(auto_score=1.0, extra_credit=0.5)
    report = summary(
        [result("a", question("ex1-a", "pf"))], {"a": RecordedSubmission(grades={"ex1-a": more})}
    )
    assert report.scores == (1.5,)


def test_points_by_hand_replace_those_of_tests() -> None:
    given = RecordedSubmission(
        grades={"ex1-a": RecordedGrade(auto_score=0.0, manual_score=2.0, extra_credit=0.5)}
    )
    report = summary([result("a", question("ex1-a", "ff"))], {"a": given})
    assert report.scores == (2.5,)


def test_what_a_limit_ended_is_counted_by_student() -> None:
    slow = question("ex1-a", "ff", cause=Cause.TIME)
    (stopped,) = summary([result("a", slow), result("b", slow)]).stopped
    assert (stopped.cause, stopped.students) == ("time", ("a", "b"))


def test_who_was_not_graded_is_named_and_not_counted() -> None:
    report = summary([result("a", question("ex1-a", "p")), result("b", status=FAILED)])
    assert (report.students, report.not_graded) == (("a",), ("b",))


def test_the_json_form_is_plain_data() -> None:
    report = summary(made_class(40))
    data = json.loads(json.dumps(report.as_json()))
    assert data["students"] == list(report.students)
    assert data["taught_again"] == [row.item.name for row in report.taught_again]
