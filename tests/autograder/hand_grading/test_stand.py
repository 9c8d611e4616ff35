"""How an answer stands in the gradebook."""

from autograder.course.recorded import RecordedGrade, RecordedSubmission
from autograder.hand_grading.answers import Answer
from autograder.hand_grading.codes import Codes
from autograder.hand_grading.stand import stand_of
from autograder.judge.submission import StudentCell

CODES = Codes(b"secret", "lab", "q")
ANSWER = Answer("code", ("ana", "ben"), StudentCell("a", "markdown", "x"))
WAITS = RecordedGrade(needs_manual_grade=True)
GIVEN = RecordedGrade(manual_score=1.0)


def row(grade: RecordedGrade, comment: str = "") -> RecordedSubmission:
    return RecordedSubmission(grades={"q": grade}, comments={"q": comment} if comment else {})


def test_an_answer_is_graded_when_all_whose_it_is_are() -> None:
    assert stand_of(ANSWER, "q", {"ana": row(GIVEN), "ben": row(GIVEN)}).is_graded
    half = stand_of(ANSWER, "q", {"ana": row(GIVEN), "ben": row(WAITS)})
    assert not half.is_graded and not half.is_bare and half.missing == []
    gone = stand_of(ANSWER, "q", {"ana": row(GIVEN)})
    assert gone.missing == ["ben"] and not gone.is_graded


def test_whatever_a_person_changes_changes_the_token() -> None:
    bare = {"ana": row(WAITS), "ben": row(WAITS)}
    changes = (
        row(GIVEN),
        row(RecordedGrade(manual_score=1.0, needs_manual_grade=True)),
        row(RecordedGrade(extra_credit=1.0, needs_manual_grade=True)),
        row(WAITS, "said"),
    )
    stands = [stand_of(ANSWER, "q", bare | {"ben": one}) for one in (row(WAITS), *changes)]
    assert len({stand.token(CODES) for stand in stands}) == len(stands)
    assert [stand.is_bare for stand in stands] == [True, False, False, False, False]
    tested = row(RecordedGrade(auto_score=0.0, needs_manual_grade=True))
    assert stand_of(ANSWER, "q", bare | {"ben": tested}).token(CODES) == stands[0].token(CODES)
