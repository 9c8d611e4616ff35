"""Points together: those by tests and those by people stay apart."""

from autograder.course.recorded import RecordedGrade
from autograder.course.standing import Standing
from autograder.course.tally import tally
from autograder.judge.results import QuestionResult, Verdict


def question(
    most: float, score: float | None, written: bool = False, extra: bool = False
) -> Standing:
    tests = () if written else (Verdict("t", "T.", most, "passed"),)
    return Standing(1, QuestionResult("q", most, tests, extra=extra), RecordedGrade(score), "Q")


def test_tests_and_people_are_counted_apart() -> None:
    together = tally([question(4, 3), question(3, 1, True), question(2, None, True)])
    assert (together["tested"], together["written"]) == ("3 / 4", "1 / 3")
    assert (together["earned"], together["decided"]) == ("4", "7")
    assert (together["waiting"], together["more"]) == ("2", "2 more points")
    assert together["percent"] == "57"


def test_what_there_is_none_of_is_empty() -> None:
    together = tally([question(4, 4)])
    assert (together["written"], together["waiting"], together["extra"]) == ("", "", "")
    waiting = tally([question(1, None, True)])
    assert (waiting["tested"], waiting["written"], waiting["more"]) == ("", "", "1 more point")
    assert waiting["percent"] == "0"


def test_extra_credit_is_on_top() -> None:
    together = tally([question(4, 4), question(2, 2, extra=True)])
    assert (together["tested"], together["extra"], together["percent"]) == ("6 / 4", "2", "100")
    assert tally([question(2, 2, extra=True)])["tested"] == "2 extra"


def test_a_penalty_is_taken_off() -> None:
    assert tally([question(4, 4)], 1.5)["earned"] == "2.5"
    assert tally([question(4, 1)], 3)["percent"] == "0"
