"""Results add up and survive the way to JSON and back."""

import json
from dataclasses import replace

import pytest

from autograder.engine import Cause
from autograder.judge.results import (
    CellFailure,
    QuestionResult,
    SubmissionResult,
    Verdict,
    points_passed,
)
from autograder.judge.submission import StudentCell

RESULT = SubmissionResult(
    student="half-right",
    status="graded",
    confinement="none",
    seed=3,
    seconds=0.5,
    cpu_s=0.4,
    questions=(
        QuestionResult(
            "ex1-double",
            3,
            (
                Verdict("a", "A.", 2, "passed"),
                Verdict("b", "B.", 1, "failed", "look at b", Cause.RAISED, "OSError", 2),
            ),
        ),
        QuestionResult("ex1-why", 4),
    ),
    remarks=("a remark",),
    cell_failures=(
        CellFailure("c1", "ValueError", "this cell raised ValueError", Cause.RAISED),
        CellFailure("c2", "", "this cell exceeded the time limit", Cause.TIME),
    ),
    cells=(
        StudentCell("ex1-double-answer-double", "code", "double = abs"),
        StudentCell("own-000", "markdown", "Hm.", "ex1-double", {"a.png": {"image/png": "AAAA"}}),
    ),
)


def test_scores_are_sums_and_written_answers_stay_open() -> None:
    assert [question.score for question in RESULT.questions] == [2, None]
    assert (RESULT.score, RESULT.max_score) == (2, 7)


KNOWN = Verdict("known", "Known.", 1, "passed", public=True)
HIDDEN = Verdict("hidden", "Hidden.", 2, "passed")


@pytest.mark.parametrize(
    ("tests", "points"),
    [
        ([KNOWN, HIDDEN], 3),
        ([KNOWN, replace(HIDDEN, outcome="failed")], 0),
        ([KNOWN, replace(HIDDEN, outcome="failed"), HIDDEN], 3),
        ([replace(KNOWN, outcome="failed"), HIDDEN], 2),
        ([KNOWN], 1),
        ([], 0),
    ],
)
def test_public_checks_count_beside_a_hidden_test_that_passes(
    tests: list[Verdict], points: float
) -> None:
    assert points_passed(iter(tests)) == points


CARRIED = QuestionResult("ex2-half", 2, (Verdict("c", "C.", 2, "failed"),), 2.0, ("ex1-double",))


def test_carried_credit_counts_in_place_of_the_own_score() -> None:
    assert (CARRIED.score, CARRIED.own_score, CARRIED.full) == (2, 0, False)
    result = replace(RESULT, questions=(*RESULT.questions, CARRIED))
    assert result.score == 4
    shown = result.as_json()["questions"][2]
    assert (shown["carried"], shown["score"], shown["own_score"]) == (True, 2, 0)
    assert SubmissionResult.from_json(json.loads(json.dumps(result.as_json()))) == result


def test_json_round_trip() -> None:
    again = SubmissionResult.from_json(json.loads(json.dumps(RESULT.as_json())))
    assert again == RESULT
    assert again.questions[0].tests[1].cause is Cause.RAISED
    assert [failure.stopped for failure in again.cell_failures] == [False, True]


@pytest.mark.parametrize("cause", [None, "of another version"])
@pytest.mark.parametrize("where", ["test", "cell"])
def test_results_without_a_cause_that_we_know_are_refused(where: str, cause: str | None) -> None:
    stored = json.loads(json.dumps(RESULT.as_json()))
    row = stored["questions"][0]["tests"][1] if where == "test" else stored["cell_failures"][0]
    del row["cause"]
    if cause is not None:
        row["cause"] = cause
    with pytest.raises((KeyError, ValueError)):
        SubmissionResult.from_json(stored)


def test_json_shows_the_derived_scores() -> None:
    shown = RESULT.as_json()
    assert (shown["score"], shown["max_score"]) == (2, 7)
    assert shown["questions"][0]["score"] == 2
    assert shown["questions"][1] == {
        "id": "ex1-why",
        "max_score": 4,
        "score": None,
        "own_score": None,
        "carried": False,
        "carried_score": None,
        "builds_on": (),
        "mistake": "",
        "mistake_score": None,
        "tests": [],
    }
