"""Sheets without names: written, filled in, read back, merged; nothing is lost or overwritten."""

import csv
import io
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from autograder.assignment import load_assignment
from autograder.cli import cli
from autograder.course.class_run import ClassRun, remember
from autograder.course.course import load_course
from autograder.course.recorded import read_gradebook
from autograder.course.scores import final_scores
from autograder.errors import UserError
from autograder.hand_grading.record import folder_of
from autograder.verbs.sheet import Sheet, SheetsRead, read_sheets, write_sheet

from ..hand_grading.conftest import LAB, QUESTION, Class, small, students

__all__ = ["small", "students"]  # fixtures
ANSWERS = {"ana": "It is twice $n$.", "ben": "Because.", "cia": None, "dan": "Two divides it."}
Filled = Callable[..., Path]


@pytest.fixture
def course(students: Class) -> Class:
    """Three answers, and one question left as it was."""
    students.grade(ANSWERS)
    return students


def write(course: Class, **options: Any) -> Sheet:
    return write_sheet(course.root, LAB, QUESTION, **options)


def read(course: Class, *files: Path, **options: Any) -> SheetsRead:
    return read_sheets(course.root, LAB, QUESTION, files, **options)


def rows_of(table: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.read_text("utf-8-sig"), newline="")))


def fill(sheet: Sheet, name: str, of_text: dict[str, dict[str, str]], grader: str = "Kim") -> Path:
    """A copy of the table in which a grader filled in cells of some answers, by their text."""
    rows = rows_of(sheet.table)
    for row in rows:
        given = of_text.get(row["answer"])
        if given:
            row |= {"grader": grader, **given}
    path = sheet.table.with_name(name)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)
    return path


def by_hand(course: Class, student: str) -> tuple[float | None, str]:
    """What a student has for the question, from a person."""
    row = read_gradebook(course.course.gradebook, LAB, student)[student]
    return row.grades[QUESTION].manual_score, row.comments.get(QUESTION, "")


def in_formgrader(course: Class, student: str, points: float) -> None:
    """Give points as formgrader does."""
    with closing(sqlite3.connect(course.course.gradebook)) as book, book:
        book.execute(
            "update grade set manual_score = ?, needs_manual_grade = 0 where cell_id in "
            "(select id from base_cell where name = ?) and notebook_id in (select p.id from "
            "submitted_notebook p join submitted_assignment s on p.assignment_id = s.id "
            "where s.student_id = ?)",
            (points, QUESTION, student),
        )


A, B, D = "It is twice $n$.", "Because.", "Two divides it."


def test_a_sheet_names_nobody_and_has_every_answer(course: Class) -> None:
    sheet = write(course)
    page, table = sheet.page.read_text("utf-8"), sheet.table.read_text("utf-8-sig")
    for student in ANSWERS:
        assert student not in page and student not in table
    assert {row["answer"] for row in rows_of(sheet.table)} == {A, B, D}
    assert (sheet.num_answers, sheet.num_waiting, sheet.num_untouched) == (3, 3, 1)
    codes = [row["code"] for row in rows_of(sheet.table)]
    assert codes == sorted(codes) and [page.index(code) for code in codes] == sorted(
        page.index(code) for code in codes
    )
    first = sheet.table.read_bytes(), sheet.page.read_bytes()
    write(course)  # the same again
    assert (sheet.table.read_bytes(), sheet.page.read_bytes()) == first


def test_what_is_filled_in_reaches_gradebook_page_and_export(course: Class) -> None:
    sheet = write(course)
    filled = fill(
        sheet,
        "kim.csv",
        {A: {"factor": "x", "vague": "X", "comment": "=well"}, B: {"points": "0"}},
    )
    dry = read(course, filled, dry_run=True)
    assert len(dry.outcome.changes) == 2 and by_hand(course, "ana") == (None, "")
    done = read(course, filled)
    assert done.is_complete and len(done.outcome.changes) == 2 and done.num_open == 1
    said = "✓ names the factor two (+2)\n✓ is vague (-0.5)\n\n=well"
    assert by_hand(course, "ana") == (1.5, said) and by_hand(course, "ben") == (0.0, "")
    assert by_hand(course, "dan") == (None, "")
    course.grade({})
    page = course.course.feedback_page("ana", LAB).read_text("utf-8")
    assert "1.5 / 3" in page and "names the factor two" in page and "=well" in page
    scores = {one.student: one for one in final_scores(course.course, LAB)}
    assert scores["ana"].questions[QUESTION] == 1.5
    assert QUESTION in scores["dan"].waiting and QUESTION not in scores["ben"].waiting


def test_reading_again_changes_nothing_and_says_so(course: Class) -> None:
    filled = fill(write(course), "kim.csv", {A: {"points": "1", "comment": "ok"}})
    read(course, filled)
    before = [path.read_bytes() for path in state(course)]
    again = read(course, filled)
    assert again.outcome.changes == [] and len(again.outcome.unchanged) == 1 and again.is_complete
    assert [path.read_bytes() for path in state(course)] == before
    assert "1 had them already" in again.lines()[0]


def state(course: Class) -> list[Path]:
    return [course.course.gradebook, *sorted(folder_of(course.root, LAB).iterdir())]


def test_where_graders_differ_nothing_is_written_until_one_decides(course: Class) -> None:
    sheet = write(course)
    kim = fill(sheet, "kim.csv", {A: {"points": "1"}, B: {"points": "2"}}, "Kim")
    lee = fill(sheet, "lee.csv", {A: {"points": "3"}, B: {"points": "2", "comment": "hm"}}, "Lee")
    done = read(course, kim, lee)
    (dispute,) = done.outcome.disputed
    assert "Kim 1" in str(dispute) and "Lee 3" in str(dispute) and not done.is_complete
    assert by_hand(course, "ana") == (None, "") and by_hand(course, "ben") == (2.0, "hm")
    means = {one.grader: (one.mean, one.shared_mean, one.others_mean) for one in done.graders}
    assert means == {"Kim": (1.5, 1.5, 2.5), "Lee": (2.5, 2.5, 1.5)}
    with pytest.raises(UserError, match="no sheet is by that grader; did you mean `Lee`"):
        read(course, kim, lee, take="Leo")
    assert read(course, kim, lee, take="lee").is_complete
    assert by_hand(course, "ana") == (3.0, "")
    again = read(course, kim)  # it stays decided, as long as nobody gives something else
    assert again.is_complete and again.outcome.changes == []
    other = fill(sheet, "kim.csv", {A: {"points": "0"}}, "Kim")
    assert len(read(course, other).outcome.disputed) == 1 and by_hand(course, "ana")[0] == 3


def test_sheets_read_one_after_the_other_are_merged_as_if_read_together(course: Class) -> None:
    sheet = write(course)
    kim = fill(sheet, "kim.csv", {A: {"points": "1"}}, "Kim")
    lee = fill(sheet, "lee.csv", {A: {"points": "3"}}, "Lee")
    assert read(course, kim).is_complete
    assert [one.code for one in read(course, lee).outcome.disputed] and by_hand(course, "ana")[
        0
    ] == 1
    corrected = fill(sheet, "lee2.csv", {A: {"points": "1"}}, "Lee")
    done = read(course, corrected)
    assert done.is_complete and "gives 1 now, and gave 3 before" in done.outcome.notes[0]


def test_what_formgrader_gave_since_is_listed_and_stays(course: Class) -> None:
    sheet = write(course)
    filled = fill(sheet, "kim.csv", {A: {"points": "1"}, B: {"points": "1"}})
    in_formgrader(course, "ana", 3)
    done = read(course, filled)
    (line,) = done.outcome.graded_elsewhere
    assert "ana has 3 points" in line and by_hand(course, "ana")[0] == 3
    assert by_hand(course, "ben")[0] == 1
    in_formgrader(course, "ben", 2)  # after the sheet was read
    assert len(read(course, filled).outcome.graded_elsewhere) == 2
    assert by_hand(course, "ben")[0] == 2
    newer = fill(write(course), "newer.csv", {A: {"points": "0.5"}})  # who knows of the 3
    assert read(course, newer).is_complete and by_hand(course, "ana")[0] == 0.5
    assert read(course, filled, overwrite=True).is_complete and by_hand(course, "ben")[0] == 1


def test_a_comment_of_formgrader_stays_where_the_sheet_has_none(course: Class) -> None:
    with closing(sqlite3.connect(course.course.gradebook)) as book, book:
        book.execute(
            "update comment set manual_comment = 'Nice.' where cell_id in "
            "(select id from base_cell where name = ?)",
            (QUESTION,),
        )
    sheet = write(course)
    assert "Nice." in sheet.page.read_text("utf-8")  # is offered
    filled = fill(sheet, "kim.csv", {A: {"points": "1"}, B: {"points": "1", "comment": "Good."}})
    done = read(course, filled)
    assert by_hand(course, "ana") == (1, "Nice.") and by_hand(course, "ben") == (1, "Good.")
    assert "“Nice.”, which is replaced" in done.outcome.notes[0]
    assert read(course, filled).outcome.changes == []
    less = fill(sheet, "kim.csv", {A: {"points": "1"}, B: {"points": "1"}})  # takes it back
    read(course, less)
    assert by_hand(course, "ana") == (1, "Nice.") and by_hand(course, "ben") == (1, "")


def test_an_answer_that_changed_since_is_listed(course: Class) -> None:
    filled = fill(write(course), "kim.csv", {A: {"points": "1"}, B: {"points": "2"}})
    course.grade({"ana": "Something else."})
    done = read(course, filled)
    (line,) = done.outcome.changed_answers
    assert "kim.csv:" in line and "changed since" in line and not done.is_complete
    assert by_hand(course, "ana")[0] is None and by_hand(course, "ben")[0] == 2
    waiting = write(course, only_waiting=True)
    assert {row["answer"] for row in rows_of(waiting.table)} == {"Something else.", D}


def test_a_regrade_without_another_answer_keeps_codes(course: Class) -> None:
    filled = fill(write(course), "kim.csv", {A: {"points": "1"}})
    course.grade({"ana": A, "ben": B})
    assert read(course, filled).is_complete and by_hand(course, "ana")[0] == 1


def test_a_late_hand_in_that_was_graded_by_hand_waits_again(course: Class) -> None:
    read(course, fill(write(course), "kim.csv", {A: {"points": "1"}}))
    course.grade({"ana": "Something else."})
    sheet = write(course, only_waiting=True)
    again = fill(sheet, "again.csv", {"Something else.": {"points": "2"}})
    assert read(course, again).is_complete and by_hand(course, "ana")[0] == 2
    assert read_gradebook(course.course.gradebook, LAB)["ana"].grades[QUESTION].score == 2


def test_members_of_a_group_get_the_same(course: Class) -> None:
    course.groups(ana="red", ben="red", dan="blue", eve="blue")
    course.grade({"ben": A, "eve": "Else."})
    sheet = write(course)
    assert len(rows_of(sheet.table)) == 3  # of red one, of blue two
    done = read(course, fill(sheet, "kim.csv", {A: {"points": "2,5"}, D: {"points": "1"}}))
    assert [by_hand(course, one)[0] for one in ("ana", "ben", "dan", "eve")] == [2.5, 2.5, 1, None]
    assert sorted(len(change.answer.students) for change in done.outcome.changes) == [1, 2]


def test_what_is_wrong_is_one_line_each_and_the_rest_is_taken(course: Class) -> None:
    sheet = write(course)
    rows = rows_of(sheet.table)
    (ana,) = [row for row in rows if row["answer"] == A]
    (ben,) = [row for row in rows if row["answer"] == B]
    (dan,) = [row for row in rows if row["answer"] == D]
    typo = {**ana, "code": ("c" if ana["code"][0] == "b" else "b") + ana["code"][1:], "points": "1"}
    table = [
        typo,
        {**ben, "points": "4"},
        {**dan, "points": "1"},
        {**dan, "points": "2"},
        {**ana, "points": "1. Mai"},
        {**ana, "code": "Ana", "points": "1"},
        {**ana, "factor": "x", "points": "1"},
        {**ana, "comment": "well"},
        {**ana, "integer": "x"},
    ]
    path = sheet.table.with_name("odd.csv")
    lines = [";".join(rows[0]), *(";".join(row.values()) for row in table)]
    path.write_bytes("\r\n".join(lines).encode("utf-16"))
    done = read(course, path)
    said = "\n".join(done.outcome.refused)
    for number, words in (
        (2, "no answer has the code"),
        (3, "4 points are not within 0 and 3"),
        (5, "stands here and at"),
        (6, "`1. Mai` in `points` is no number"),
        (7, "`Ana` is no code"),
        (8, "the items come to 2 points, and `points` says 1"),
        (9, "a comment without points"),
    ):
        assert any(f"odd.csv:{number}: " in line and words in line
                   for line in done.outcome.refused), (number, said)  # fmt: skip
    assert len(done.outcome.refused) == 7
    assert by_hand(course, "ana")[0] == 1 and by_hand(course, "dan")[0] is None


def test_a_sheet_of_another_question_or_course_is_told(
    course: Class, small: Path, tmp_path: Path
) -> None:
    other = write_sheet(course.root, LAB, "ex2-then")
    filled = fill(other, "then.csv", {A: {"points": "1"}, B: {"points": "1"}})
    done = read(course, filled)
    (line,) = done.outcome.refused
    assert "then.csv: 2 rows are of ex2-then, not of ex1-why" in line
    elsewhere = Class(small, tmp_path / "elsewhere")
    elsewhere.grade(ANSWERS)
    foreign = fill(write(elsewhere), "foreign.csv", {A: {"points": "1"}})
    (line,) = read(course, foreign).outcome.refused
    assert "no answer has the code" in line


def test_graders_with_one_name_who_differ_are_told(course: Class) -> None:
    sheet = write(course)
    one = fill(sheet, "one.csv", {A: {"points": "1"}, B: {"points": "1"}}, "Kim")
    two = fill(sheet, "two.csv", {A: {"points": "2"}, B: {"points": "1"}}, " kim ")
    done = read(course, one, two)
    (line,) = done.outcome.refused
    assert "give two graders two names" in line and by_hand(course, "ana")[0] is None
    assert by_hand(course, "ben")[0] == 1 and [one.answers for one in done.graders] == [1]


def test_a_sheet_that_was_filled_in_is_not_written_over(course: Class) -> None:
    sheet = write(course)
    fill(sheet, sheet.table.name, {A: {"points": "1"}})
    with pytest.raises(UserError, match="something is filled in there") as caught:
        write(course)
    assert caught.value.exit_code == 2
    write(course, out=course.root / "other.html")
    assert (course.root / "other.csv").is_file()


@pytest.mark.parametrize(
    ("question", "words"),
    [("ex1-double", "is graded by tests; "), ("ex1-wy", "is no question of small; did you mean")],
)
def test_only_written_questions_have_sheets(course: Class, question: str, words: str) -> None:
    with pytest.raises(UserError, match=words) as caught:
        write_sheet(course.root, LAB, question)
    assert caught.value.exit_code == 2


def test_a_dry_run_writes_nothing(course: Class) -> None:
    before = {*course.root.rglob("*")}
    assert write(course, dry_run=True).num_answers == 3
    assert {*course.root.rglob("*")} - before <= {course.root / ".grading.lock"}


def test_points_for_extra_credit_go_where_formgrader_has_them(
    course: Class, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml = small / "source" / LAB / "lab.toml"
    text = toml.read_text("utf-8")
    toml.write_text(text + "[questions.ex1-why]\nextra = true\n", "utf-8")
    try:
        course.assignment = load_assignment(
            LAB, small / "release", source=toml.with_name(f"{LAB}.md")
        )
        course.grade({})
        read(course, fill(write(course), "kim.csv", {A: {"points": "2"}}))
        course.grade({})
    finally:
        toml.write_text(text, "utf-8")
    grade = read_gradebook(course.course.gradebook, LAB)["ana"].grades[QUESTION]
    assert (grade.score, grade.extra_credit, grade.needs_manual_grade) == (2, 2, False)


def test_the_command(course: Class, tmp_path: Path) -> None:
    runner, json_file = CliRunner(), tmp_path / "said.json"
    arguments = ["sheet", LAB, QUESTION, "--course", str(course.root)]
    done = runner.invoke(cli, [*arguments, "--json", str(json_file)])
    assert done.exit_code == 0 and "3 answers went to the sheet" in done.output
    assert json.loads(json_file.read_text("utf-8"))["num_untouched"] == 1
    sheet = Sheet(LAB, QUESTION, course.root / f"sheet-{LAB}-{QUESTION}.html",
                  course.root / f"sheet-{LAB}-{QUESTION}.csv", 3, 3, 1, [])  # fmt: skip
    one = fill(sheet, "one.csv", {A: {"points": "1"}}, "Kim")
    two = fill(sheet, "two.csv", {B: {"points": "2"}}, "Lee")
    done = runner.invoke(cli, [*arguments, "--read", str(one), str(two), "--json", str(json_file)])
    assert done.exit_code == 0, done.output
    assert "2 answers (2 students) got points" in done.output
    assert "grader Kim: 1 answer, mean 1.00" in done.output
    said = json.loads(json_file.read_text("utf-8"))
    assert sorted(one["students"][0] for one in said["written"]) == ["ana", "ben"]
    done = runner.invoke(cli, [*arguments, str(one)])
    assert isinstance(done.exception, UserError) and "name them after --read" in str(done.exception)


def test_a_course_that_was_not_graded_is_told(small: Path, tmp_path: Path) -> None:
    empty = Class(small, tmp_path / "empty")
    (empty.root / "grading.json").unlink()
    with pytest.raises(UserError, match="was not graded yet") as told:
        write(empty)
    assert told.value.exit_code == 2
    assert load_course(empty.root).root == empty.root


def test_a_course_that_was_only_bundled_is_told(tmp_path: Path) -> None:
    """A bundle draws the secret, and nobody is graded by that."""
    remember(tmp_path, LAB, ClassRun(7))
    with pytest.raises(UserError, match="was not graded yet") as told:
        write_sheet(tmp_path, LAB, QUESTION)
    assert told.value.exit_code == 2 and not (tmp_path / "results").exists()


def test_hand_ins_that_were_not_graded_are_told(course: Class) -> None:
    assert not any("grade first" in note for note in write(course).notes)
    folder = course.root / "submitted" / "eva" / LAB
    folder.mkdir(parents=True)
    (folder / f"{LAB}.ipynb").write_text("{}", "utf-8")
    (note,) = write(course, dry_run=True).notes
    assert note == (
        "not graded yet: 1 hand-in; grade first, then write the sheet again "
        "(eva: handed in, and is not graded yet)"
    )


def test_what_was_written_is_to_be_published_though_the_rest_is_not_taken(course: Class) -> None:
    marks = {A: {"points": "1"}, B: {"points": "99"}}
    sheet = fill(write(course), "kim.csv", marks)
    arguments = ["sheet", LAB, QUESTION, "--course", str(course.root), "--read", str(sheet)]
    dry = CliRunner().invoke(cli, [*arguments, "--dry-run"])
    assert "now grade" not in dry.output and dry.exit_code == 1
    done = CliRunner().invoke(cli, arguments)
    assert f"now grade {LAB} again" in done.output and done.exit_code == 1
    again = CliRunner().invoke(cli, arguments)
    assert "now grade" not in again.output and again.exit_code == 1
