"""Feedback names what to look at, and shows nothing unescaped."""

from dataclasses import replace

from autograder.course.feedback import as_html, as_text, summary

from autograder.grading.results import QuestionResult, Verdict

from ..grading.test_results import CARRIED, RESULT

HOSTILE = "<script>alert(1)</script>"


def test_a_test_is_a_row_with_its_points_and_hint() -> None:
    page = as_html(RESULT.questions[0])
    assert "<td>✓</td><td>2 / 2</td><td>A.</td>" in page
    assert "<td>✗</td><td>0 / 1</td><td>B.</td><td>look at b</td>" in page
    assert as_text(RESULT.questions[0]) == "passed  A.\nFAILED  B.  --  look at b"


def test_the_summary_shows_every_question_and_the_first_hint() -> None:
    page = summary(RESULT)
    assert "<td>ex1-double</td><td>2 / 3</td><td>look at b</td>" in page
    assert "<td>ex1-why</td><td>by hand / 4</td>" in page
    assert "<li>a remark</li>" in page


def test_carried_credit_is_said() -> None:
    page = summary(replace(RESULT, questions=(CARRIED,)))
    assert "<td>2 / 2</td>" in page
    for shown in (page, as_html(CARRIED), as_text(CARRIED)):
        assert "with right answers to ex1-double before it, this answer earns 2 points" in shown
    assert "An early mistake" not in as_html(RESULT.questions[0]) + summary(RESULT)


def test_nothing_from_a_submission_becomes_markup() -> None:
    verdict = Verdict("t", HOSTILE, 1, "failed", HOSTILE)
    question = QuestionResult("ex1-double", 1, (verdict,))
    result = replace(RESULT, questions=(question,), remarks=(HOSTILE,))
    assert "<script" not in summary(result) + as_html(question)
