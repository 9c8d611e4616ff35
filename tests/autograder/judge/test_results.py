"""Results add up and survive the way to JSON and back."""

import hashlib
import json
from dataclasses import replace

import pytest

from autograder.engine import Cause
from autograder.judge.content import ExtraFile
from autograder.judge.results import (
    KEPT_CHARACTERS,
    CellFailure,
    HandedFile,
    QuestionResult,
    SubmissionResult,
    Verdict,
    as_handed_in,
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
        QuestionResult("ex1-why", 4, written=True),
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
    files=(HandedFile("a.py", 5, "x = 1"), HandedFile("b.py", why="was not handed in")),
)


def test_scores_are_sums_and_written_answers_stay_open() -> None:
    assert [question.score for question in RESULT.questions] == [2, None]
    assert (RESULT.score, RESULT.max_score, RESULT.by_hand) == (2, 3, 4)


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
    assert (shown["score"], shown["max_score"], shown["by_hand"]) == (2, 3, 4)
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
        "extra": False,
        "written": True,
        "kept_score": None,
        "read_on": False,
        "tests": [],
    }


def test_extra_credit_counts_and_is_no_part_of_the_maximum() -> None:
    bonus = QuestionResult("ex9-more", 2, (Verdict("c", "C.", 2, "passed"),), extra=True)
    result = replace(RESULT, questions=(*RESULT.questions, bonus))
    assert (result.score, result.max_score, result.by_hand) == (4, 3, 4)
    plain = json.loads(json.dumps(result.as_json()))
    assert (plain["score"], plain["max_score"], plain["questions"][2]["extra"]) == (4, 3, True)
    assert SubmissionResult.from_json(plain) == result


def test_of_an_older_result_a_question_without_tests_is_a_written_one() -> None:
    plain = json.loads(json.dumps(RESULT.as_json()))
    for question in plain["questions"]:
        del question["written"]
    assert SubmissionResult.from_json(plain) == RESULT


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"x = 1\n", "x = 1\n"),
        (b"\xef\xbb\xbfx = 1", "x = 1"),
        ("ü" * 30_000, "ü" * KEPT_CHARACTERS),
        (b"# gr\xfcn, and so on\n", "# gr\ufffdn, and so on\n"),
        (b"\x89PNG\r\n\0", ""),
        (b"\xff\xfe\xfd", ""),
        (None, ""),
    ],
)
def test_of_a_file_its_beginning_is_kept_if_it_is_text(
    content: bytes | str | None, text: str
) -> None:
    content = content.encode() if isinstance(content, str) else content
    kept = as_handed_in(ExtraFile("a.py", content))
    digest = "" if content is None else hashlib.sha256(content).hexdigest()
    assert kept == HandedFile("a.py", len(content or b""), text, sha256=digest)
