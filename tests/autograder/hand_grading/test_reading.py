"""What becomes of each row; the rest is tested with a gradebook, in verbs/test_sheet.py."""

from pathlib import Path

from autograder.course.recorded import RecordedGrade
from autograder.hand_grading.answers import Answer
from autograder.hand_grading.codes import Codes
from autograder.hand_grading.marks import Mark
from autograder.hand_grading.reading import Outcome, Question, decide
from autograder.hand_grading.record import Record
from autograder.hand_grading.stand import Stand
from autograder.hand_grading.table import SheetRow
from autograder.judge.submission import StudentCell
from autograder.rubric import Rubric

CODES, OTHER = Codes(b"secret", "lab", "q"), Codes(b"secret", "lab", "p")
CODE = CODES.code("student ana", "x")
WAITS = RecordedGrade(needs_manual_grade=True)


def question(grade: RecordedGrade | None = WAITS, is_extra: bool = False) -> Question:
    answer = Answer(CODE, ("ana",), StudentCell("a", "markdown", "x"))
    grades = {"ana": grade} if grade else {}
    stand = Stand(answer, grades, {"ana": ""})
    return Question(CODES, (OTHER,), {CODE: stand}, Rubric(), is_extra)


def row(points: float, code: str = CODE, stand: str = "", grader: str = "Kim") -> SheetRow:
    return SheetRow(code, grader, Mark(points), stand, "a.csv:2")


def outcome(*rows: SheetRow, of: Question | None = None) -> Outcome:
    return decide(of or question(), rows, Record(Path("q.json")))


def test_a_row_without_a_stand_counts_where_nobody_gave_anything() -> None:
    assert [change.points for change in outcome(row(1)).changes] == [1]
    given = question(RecordedGrade(manual_score=2.0))
    (line,) = outcome(row(1), of=given).graded_elsewhere
    assert "ana has 2 points in the gradebook" in line and "the sheet gives 1" in line
    assert outcome(row(2.0), of=given).unchanged == [CODE]


def test_a_student_without_a_row_in_the_gradebook_is_told() -> None:
    (line,) = outcome(row(1), of=question(None)).refused
    assert "ana is not in the gradebook; grade first" in line


def test_codes_that_nobody_has() -> None:
    found = outcome(row(1, CODES.code("student ana", "y")), row(1, OTHER.code("student ana", "x")))
    assert "this answer changed since" in found.changed_answers[0]
    assert found.refused == ["a.csv: 1 rows are of p, not of q; read them there"]
    assert "no answer has the code" in outcome(row(1, "bbbb-bbbb-bbbb")).refused[0]


def test_extra_credit_has_a_place_of_its_own() -> None:
    (change,) = outcome(row(1), of=question(is_extra=True)).changes
    given = change.given["ana"]
    assert (given.manual_score, given.extra_credit) == (0.0, 1.0)
