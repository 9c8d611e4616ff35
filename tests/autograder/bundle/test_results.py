"""Results as Gradescope reads them: points, texts and when they are seen."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.bundle.results import NOT_GRADED, as_results, instructors_lines, not_graded
from autograder.bundle.settings import Visibility
from autograder.course.outline import Outline
from autograder.judge.results import FAILED, QuestionResult, SubmissionResult, Verdict

from .gradescope_format import read_results


def outline(*questions: str) -> Outline:
    cells: list[dict[str, Any]] = [_text("# A lab")]
    for name in questions:
        tag = {"grade": True, "solution": name.endswith("why"), "grade_id": name}
        check = {"id": name, "cell_type": "code", "source": "", "metadata": {"nbgrader": tag}}
        cells += [_text(f"## On {name.partition('-')[2]}"), check]
    return Outline({"cells": cells}, {})


def _text(source: str) -> dict[str, Any]:
    return {"id": source, "cell_type": "markdown", "source": source, "metadata": {}}


def result_of(*questions: QuestionResult, **more: Any) -> SubmissionResult:
    return SubmissionResult("ann", "graded", "acceptable: x", 1, 2.5, 1.0, questions, **more)


PUBLIC = Verdict("test_p", "A public one.", 1, "passed", public=True)
HIDDEN = Verdict("test_h", "A hidden one.", 2, "failed", "not as asked: <b>x</b>")
QUESTION = QuestionResult("ex1-a", 3, (PUBLIC, HIDDEN, replace(HIDDEN, outcome="passed")))
WHY = QuestionResult("ex1-why", 4, written=True)


def shown(result: SubmissionResult, *arguments: Any, **more: Any) -> dict[str, Any]:
    names = [question.id for question in result.questions]
    plain = as_results(result, outline(*names), *arguments, **more)
    return read_results(json.dumps(plain, allow_nan=False).encode())


@pytest.mark.parametrize("visibility", Visibility)
def test_points_are_seen_when_the_instructor_says(visibility: Visibility) -> None:
    result = result_of(QUESTION, WHY)
    at_once = result_of(replace(QUESTION, tests=(PUBLIC,)), replace(WHY, written=False))
    is_open = visibility is Visibility.VISIBLE
    results = shown(result, visibility, None if is_open else at_once)
    assert (results["score"], results["visibility"]) == (3, "visible")
    rows = {row["name"]: row for row in results["tests"]}
    scored = rows["On a"]
    assert (scored["score"], scored["max_score"], scored["status"]) == (3, 3, "passed")
    assert scored["visibility"] == visibility.value
    assert scored["output"].split("\n") == [
        "✗ 1 check: Not as asked: <b>x</b>",
        "    A hidden one.",
        "✓ A public one.",
        "✓ A hidden one.",
    ]
    assert ("On a: public checks" in rows) is not is_open
    by_hand = rows["On why (graded by hand)"]
    assert "score" not in by_hand and by_hand["visibility"] == "visible"
    if not is_open:
        public = rows["On a: public checks"]
        assert (public["output"], public["status"]) == ("✓ A public one.", "passed")
        assert "score" not in public and public["visibility"] == "visible"
        seen = json.dumps([results["output"], public, by_hand])
        assert "hidden one" not in seen and "not as asked" not in seen


def test_remarks_are_those_of_the_run_without_hidden_tests() -> None:
    result = result_of(QUESTION, remarks=("of the whole run",))
    at_once = result_of(replace(QUESTION, tests=(PUBLIC,)), remarks=("a \x1b[31mremark",))
    output = shown(result, Visibility.HIDDEN, at_once, ["a note"])["output"]
    assert output.split("\n") == [
        "a \ufffd[31mremark",
        "Points and hidden tests are not shown here.",
    ]
    assert shown(result, Visibility.HIDDEN, None, ["a note"])["output"].startswith("a note\n")
    assert shown(result, Visibility.VISIBLE)["output"] == "of the whole run"


def test_extra_credit_comes_on_top() -> None:
    results = shown(result_of(replace(QUESTION, extra=True)), Visibility.VISIBLE)
    (row,) = results["tests"]
    assert (row["name"], row["score"], row["max_score"]) == ("On a (extra credit)", 3, 0)
    assert results["score"] == 3


def test_carried_credit_counts_and_is_explained() -> None:
    question = replace(QUESTION, tests=(HIDDEN,), carried_score=2.0, builds_on=("ex1-a",))
    (row,) = shown(result_of(question), Visibility.HIDDEN)["tests"]
    assert (row["score"], row["status"]) == (2, "failed")
    assert "which would earn 0 points" in row["output"]


def test_what_failed_in_the_grader_has_no_score() -> None:
    results = shown(result_of(QUESTION, remarks=("NOT GRADED, at /a/path",)), Visibility.HIDDEN)
    assert results["score"] == 3
    failed = replace(result_of(QUESTION, remarks=("NOT GRADED, at /a/path",)), status=FAILED)
    results = shown(failed, Visibility.HIDDEN)
    assert results == read_results(json.dumps(not_graded()).encode())
    assert results["output"] == NOT_GRADED and "score" not in results
    assert "remark: NOT GRADED, at /a/path" in list(instructors_lines(failed))


def test_instructors_read_every_test_and_how_it_was_confined() -> None:
    told = replace(HIDDEN, detail="KeyError: 'x'\n\x1b[2J")
    lines = list(instructors_lines(result_of(replace(QUESTION, tests=(PUBLIC, told)))))
    assert lines == [
        "confinement: acceptable: x",
        "ex1-a: passed (public, 1) test_p  ",
        "ex1-a: failed (hidden, 2) test_h  KeyError: 'x' \ufffd[2J",
    ]


MESSAGES = st.text(max_size=200) | st.text("\u202e\x00\ud800é\n<", max_size=50)
VERDICTS = st.builds(
    Verdict,
    st.just("test_x"),
    st.text(max_size=30),
    st.floats(0, 9).map(lambda points: round(points, 3)),
    st.sampled_from(["passed", "failed"]),
    MESSAGES,
    public=st.booleans(),
)


@given(
    st.lists(st.lists(VERDICTS, min_size=1, max_size=4), min_size=1, max_size=5),
    st.lists(MESSAGES, max_size=3),
)
def test_whatever_messages_hold_it_is_a_file_that_gradescope_reads(
    tests: list[list[Verdict]], remarks: list[str]
) -> None:
    questions = [
        QuestionResult(f"ex1-q{number}", sum(one.points for one in some), tuple(some))
        for number, some in enumerate(tests)
    ]
    results = shown(result_of(*questions, remarks=tuple(remarks)), Visibility.VISIBLE)
    assert len(results["tests"]) == len(questions)
