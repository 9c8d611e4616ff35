"""From the gradebook to each platform's own file: our column, and no other byte."""

import codecs
import contextlib
import csv
import io
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.errors import UserError
from autograder.verbs.collect import collect_download
from autograder.verbs.export import Exported, export_scores
from autograder.verbs.grade import grade_class
from autograder.verbs.report import report_class

from ..platforms.downloads import (
    Person,
    blackboard_rows,
    brightspace_rows,
    canvas_name,
    canvas_rows,
    ilias_rows,
    moodle_name,
    moodle_rows,
    people,
    roster_text,
    table_text,
    write_zip,
)
from .conftest import LAB, blank, hand_in, solved, typed

CLASS = people(4)
ANA, BEN, CIA, DAN = CLASS  # Dan hands in nothing
FILE = f"{LAB}.ipynb"


@pytest.fixture(scope="module")
def graded(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a graded course in it; two of three have points by hand and extra credit."""
    project = tmp_path_factory.mktemp("graded") / "project"
    shutil.copytree(released, project)
    course = project / "course"
    for one, content in ((ANA, solved(project)), (BEN, blank(project)), (CIA, solved(project))):
        hand_in(course, one.id, content)
    (course / "roster.csv").write_text(roster_text(CLASS), "utf-8")
    with contextlib.chdir(project):
        grade_class(course, LAB, release_root=project / "release")
    return project


@pytest.fixture
def course(graded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the course, the project being the current folder; nothing waits for a person."""
    shutil.copytree(graded, tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")
    by_hand(tmp_path / "project" / "course", {ANA: 1.5, BEN: 0, CIA: 2})
    return tmp_path / "project" / "course"


def by_hand(course: Path, points: dict[Person, float | None], penalty: float = 0.0) -> None:
    """Give points for the written answer, as formgrader does; None: still to be given."""
    with contextlib.closing(sqlite3.connect(course / "gradebook.db")) as book, book:
        for one, given in points.items():
            (paper,) = book.execute(
                "select p.id from submitted_notebook p join submitted_assignment s "
                "on p.assignment_id = s.id where s.student_id = ?",
                (one.id,),
            ).fetchone()
            book.execute(
                "update grade set manual_score = ?, needs_manual_grade = ? where notebook_id = ? "
                "and cell_id in (select id from base_cell where name = 'ex1-why')",
                (given, given is None, paper),
            )
            book.execute(
                "update submitted_notebook set late_submission_penalty = ? where id = ?",
                (penalty, paper),
            )


def export(course: Path, into: Path | None = None, **options: Any) -> Exported:
    release = course.parent / "release"
    return export_scores(course, LAB, into=into, release_root=release, **options)


# Ana has 6.5 of 7 points, Ben 0, Cia 7; Dan has none.
SCORES = {1: "6.5", 2: "0", 3: "7"}
Rows = list[list[str]]
FORMS: dict[str, tuple[Callable[..., Rows], dict[str, Any], bytes, str]] = {
    "moodle": (moodle_rows, {}, b"", "utf-8"),
    "moodle, decimal comma": (moodle_rows, {"delimiter": ";"}, codecs.BOM_UTF8, "utf-8"),
    "canvas": (canvas_rows, {}, b"", "utf-8"),
    "canvas, mark": (canvas_rows, {"end": "\r\n"}, codecs.BOM_UTF8, "utf-8"),
    "canvas, semicolons": (canvas_rows, {"delimiter": ";"}, b"", "utf-8"),
    "blackboard": (blackboard_rows, {"quoted": True}, b"", "utf-8"),
    "blackboard, wide": (
        blackboard_rows,
        {"delimiter": "\t", "quoted": True, "end": "\r\n"},
        codecs.BOM_UTF16_LE,
        "utf-16-le",
    ),
    "brightspace": (brightspace_rows, {"end": "\r\n"}, b"", "utf-8"),
    "ilias": (ilias_rows, {"delimiter": ";"}, b"", "utf-8"),
}
HAS_COMMA = ("moodle, decimal comma", "canvas, semicolons")


def file_of(case: str, grades: dict[int, str], maximum: str | None = None) -> bytes:
    """A platform's file of the class; where it has decimals, it has two."""
    make, form, mark, encoding = FORMS[case]
    options: dict[str, Any] = {} if make is ilias_rows else {"maximum": maximum or "7"}
    if make in (moodle_rows, canvas_rows):
        options["maximum"] = maximum or "7.00"
        grades = {number: f"{float(grade):.2f}" for number, grade in grades.items()}
    if case in HAS_COMMA:
        options["maximum"] = options["maximum"].replace(".", ",")
        grades = {number: grade.replace(".", ",") for number, grade in grades.items()}
    text = table_text(make(CLASS, grades=grades, **options), **form)
    if case in HAS_COMMA and make is canvas_rows:
        text = text.replace("10.00", "10,00").replace("7.50", "7,50")
    return mark + text.encode(encoding)


@pytest.mark.parametrize("case", FORMS)
def test_our_column_is_filled_and_no_other_byte_changes(course: Path, case: str) -> None:
    (course.parent / "grades.csv").write_bytes(file_of(case, {}))
    out = course.parent / "out.csv"
    column = {"column": "Lab"} if "moodle" not in case and case != "ilias" else {}
    exported = export(course, Path("grades.csv"), out=out, **column)
    assert exported.platform == case.partition(",")[0]
    expected = file_of(case, SCORES)
    if case == "moodle":  # the file's cells without need of quotes stay so
        assert b"6.50,7.00" in expected
    assert out.read_bytes() == expected
    assert exported.filling is not None and not exported.differ
    assert exported.filling.counts["filled"] == 3 and exported.filling.counts["no score"] == 1
    assert (course.parent / "grades.csv").read_bytes() == file_of(case, {})

    again = export(course, out, out=out, **column)
    assert again.filling is not None and again.filling.counts["same"] == 3
    assert out.read_bytes() == expected


def test_in_place_and_a_dry_run(course: Path) -> None:
    path = course.parent / "grades.csv"
    path.write_bytes(file_of("moodle", {}))
    assert export(course, path, dry_run=True).filling is not None
    assert path.read_bytes() == file_of("moodle", {})
    export(course, path)
    assert path.read_bytes() == file_of("moodle", SCORES)


def test_what_people_and_platforms_set_stays(course: Path) -> None:
    rows = canvas_rows(CLASS, "7.00", {1: "EX", 2: "3.25", 3: "7\u3000", 4: "1.00"})
    path = course.parent / "grades.csv"
    path.write_text(table_text(rows), "utf-8")
    exported = export(course, path, column="778899")
    text = path.read_text("utf-8")
    kept = {1: "EX", 2: "0.00", 3: "7.00", 4: "1.00"}  # that space would empty the grade
    assert text == table_text(canvas_rows(CLASS, "7.00", kept))
    assert exported.filling is not None
    assert {row.who: row.change.value for row in exported.filling.rows} == {
        f"{ANA.last}, {ANA.first}": "kept",
        f"{BEN.last}, {BEN.first}": "replaced",
        f"{CIA.last}, {CIA.first}": "replaced",
        f"{DAN.last}, {DAN.first}": "no score",
        "Student, Test": "kept",
    }


def test_a_locked_row_of_moodle_stays(course: Path) -> None:
    rows = moodle_rows(CLASS, "7.00", {1: "2.00"})
    rows[1][7] = "No"
    path = course.parent / "grades.csv"
    path.write_text(table_text(rows), "utf-8")
    exported = export(course, path)
    assert "2.00,7.00,No" in path.read_text("utf-8")
    assert any("can't be changed in Moodle" in line for line in exported.lines())


def test_penalties_points_by_hand_and_rounding_count(course: Path) -> None:
    by_hand(course, {ANA: 1.5}, penalty=1 / 3)
    by_hand(course, {CIA: 2}, penalty=100)
    path = course.parent / "grades.csv"
    path.write_bytes(file_of("brightspace", {}))
    export(course, path, column="Lab")
    assert path.read_bytes() == file_of("brightspace", {1: "6.17", 2: "0", 3: "0"})


def test_another_maximum_is_refused_and_scaled_if_asked(course: Path) -> None:
    path = course.parent / "grades.csv"
    path.write_bytes(file_of("moodle, decimal comma", {}, maximum="100.00"))
    with pytest.raises(UserError, match="the maximum is 100 there and 7 in the lab") as error:
        export(course, path)
    assert error.value.exit_code == 2 and "--scale" in error.value.message
    assert path.read_bytes() == file_of("moodle, decimal comma", {}, maximum="100.00")
    export(course, path, scale=True)
    scaled = {1: "92.86", 2: "0", 3: "100"}
    assert path.read_bytes() == file_of("moodle, decimal comma", scaled, maximum="100.00")


def test_who_is_in_one_list_only_is_told(course: Path) -> None:
    guest = Person(55)
    path = course.parent / "grades.csv"
    path.write_text(table_text(canvas_rows([ANA, CIA, guest], "7.00")), "utf-8")
    options = ("--course", course, "--into", path, "--column", "778899")
    said, error = typed(course.parent, "export", LAB, *options, exit_code=1)
    assert f"with a score, and not in the file: {BEN.id}" in said
    assert f"nobody of ours: {guest.last}, {guest.first}" in said
    assert error.count("\n") == 1
    filled = canvas_rows([ANA, CIA, guest], "7.00", {1: "6.50", 3: "7.00"})
    assert path.read_text("utf-8") == table_text(filled)  # the others' grades are there


def test_what_is_not_final_is_told_and_not_exported(course: Path) -> None:
    by_hand(course, {ANA: None})
    hand_in(course, DAN.id, blank(course.parent))
    hand_in(course, CIA.id, solved(course.parent, "def mean(numbers): return 0"))
    path = course.parent / "grades.csv"
    path.write_bytes(file_of("moodle", {}))
    with pytest.raises(UserError, match="3 scores of means are not final") as error:
        export(course, path)
    assert "ex1-why waits for a person" in error.value.message and error.value.exit_code == 1
    assert path.read_bytes() == file_of("moodle", {})
    exported = export(course, path, partial=True)
    assert path.read_bytes() == file_of("moodle", SCORES | {1: "5"})
    assert [line.partition(":")[0] for line in exported.unfinished] == [ANA.id, CIA.id, DAN.id]


def test_a_due_date_that_changed_since_is_told_before_scores_leave(course: Path) -> None:
    (course / "dates.toml").write_text(
        f'timezone = "UTC"\npercent_per_day = 10\n[labs.{LAB}]\ndue = "2026-11-20"\n', "utf-8"
    )
    hand_in(course, ANA.id, solved(course.parent)).with_name("timestamp.txt").write_text(
        "2026-11-21 08:00:00 UTC", "utf-8"
    )
    into = course.parent / "g.csv"
    into.write_bytes(file_of("moodle", {}))
    with pytest.raises(UserError, match=f"{ANA.id}: 0 points are taken off .* 0.65 by now"):
        export(course, into)
    assert into.read_bytes() == file_of("moodle", {})
    exported = export(course, into, partial=True)
    assert [line.partition(":")[0] for line in exported.unfinished] == [ANA.id]


@pytest.mark.parametrize("points", [float("inf"), 1e308])
def test_points_that_nobody_can_have_are_a_line(course: Path, points: float) -> None:
    by_hand(course, {ANA: points, CIA: 2})
    line = f"{ANA.id}: ex1-why has points in the gradebook that no question can have"
    with pytest.raises(UserError, match=line) as error:
        export(course, out=course / "g.csv")
    assert "\n" not in error.value.message and CIA.id not in error.value.message
    exported = export(course, out=course / "g.csv", partial=True)
    assert [one.partition(";")[0] for one in exported.unfinished] == [line]
    report, _ = report_class(course, LAB)
    assert [one.partition(";")[0] for one in report.left_out] == [line]


def test_moodle_participants_are_known_from_collecting(course: Path) -> None:
    lines = "".join(f"{one.id},{one.name}\n" for one in (ANA, BEN, CIA))
    (course / "roster.csv").write_text(f"student_id,name\n{lines}", "utf-8")
    rows = [[*row[:2], *row[4:]] for row in moodle_rows(CLASS[:3], "7.00")]
    path = course.parent / "grades.csv"
    path.write_text(table_text(rows), "utf-8")
    exported = export(course, path, dry_run=True)
    assert exported.filling is not None and exported.filling.counts["unknown"] == 3
    for one in (ANA, BEN, CIA):
        entry = moodle_name(one, f"{one.id}.ipynb")
        content = (course / "submitted" / one.id / LAB / FILE).read_bytes()
        zip_file = write_zip(course.parent / f"{one.id}.zip", {entry: content})
        collect_download(course, LAB, zip_file, release_root=course.parent / "release")
    table = course / f"collect-{LAB}.csv"
    own = next(line for line in table.read_text("utf-8").splitlines() if f",{ANA.id}," in line)
    given = own.replace(f",{ANA.id},file-name", f",{CIA.id},by-hand").replace(FILE, "l.ipynb")
    table.write_text(f"{table.read_text('utf-8')}{given}\n", "utf-8")  # of hers, and not her own
    export(course, path)
    assert [row[3] for row in csv.reader(io.StringIO(path.read_text("utf-8")))] == [
        *("Grade", "6.50", "0.00", "7.00")
    ]


@pytest.mark.parametrize(
    ("rows", "options", "words"),
    [
        (canvas_rows(CLASS, "7.00"), {}, "no column is called as the lab"),
        (canvas_rows(CLASS, "7.00"), {"column": "123"}, "no such column: 123"),
        (canvas_rows(CLASS, "7.00"), {"column": "Notes"}, "would make a new assignment"),
        ([row[:4] + row[5:] for row in canvas_rows(CLASS)], {"column": "778899"}, "no column Sect"),
        (blackboard_rows(CLASS, "7"), {"column": "99"}, "calculates column"),
        (blackboard_rows(CLASS, "7"), {"column": "Availability"}, "would make a new one"),
        (brightspace_rows(CLASS, "7"), {"column": "Username"}, "no column of points"),
        (ilias_rows(CLASS), {"grade_column": "grade"}, "no column grade"),
        (moodle_rows(CLASS, "7.00"), {"grade_column": "Note"}, "no column Note"),
        ([["a", "b"], ["1", "2"]], {}, "the titles are those of no platform"),
        ([*moodle_rows(CLASS, "7.00"), moodle_rows(CLASS, "7.00")[1]], {}, "in more than one row"),
    ],
)
def test_what_would_make_new_columns_or_is_unclear_is_refused(
    course: Path, rows: Rows, options: dict[str, str], words: str
) -> None:
    path = course.parent / "grades.csv"
    path.write_text(table_text(rows), "utf-8")
    with pytest.raises(UserError, match=words) as error:
        export(course, path, **options)
    assert error.value.exit_code == 2 and "\n" not in error.value.message
    assert path.read_text("utf-8") == table_text(rows)


def test_a_scale_of_words_takes_no_points(course: Path) -> None:
    rows = moodle_rows(CLASS)
    rows[0][6] = "Scale"
    path = course.parent / "grades.csv"
    path.write_text(table_text(rows), "utf-8")
    with pytest.raises(UserError, match="words of a scale"):
        export(course, path)


def test_a_worksheet_in_an_unknown_language_needs_the_column(course: Path) -> None:
    rows = moodle_rows(CLASS, "7.00")
    rows[0] = ["Tunniste", "Koko nimi", "ID number", "Sposti", "Tila", "Arvosana", "Maksimi"]
    rows[0] += ["Voi muuttaa", "Muokattu (palautus)", "Muokattu (arvosana)", "Palaute"]
    path = course.parent / "grades.csv"
    path.write_text(table_text(rows), "utf-8")
    with pytest.raises(UserError, match="--grade-column"):
        export(course, path)
    export(course, path, grade_column="Arvosana")
    assert "Submitted for grading,6.50,7.00" in path.read_text("utf-8")


def test_a_teams_row_has_the_score_of_all_of_them(course: Path) -> None:
    head = ["update", "team_id", "logins", "status", "mark", "notice", "comment", "plagiarism"]
    rows = [head, ["0", "7", f"{ANA.login}, {CIA.login}", "notgraded", "", "", "", ""]]
    path = course.parent / "status.csv"
    path.write_text(table_text(rows), "utf-8")
    exported = export(course, path)
    assert exported.filling is not None and exported.filling.rows[0].change == "kept"
    by_hand(course, {CIA: 1.5})
    export(course, path)
    rows[1][0], rows[1][4] = "1", "6.5"
    assert path.read_text("utf-8") == table_text(rows)


# -- a plain table ---------------------------------------------------------------------------------


def test_a_plain_table_has_a_row_a_student_and_no_formulas(course: Path) -> None:
    roster = roster_text(CLASS).replace(ANA.name, '"=HYPERLINK(""x"")"')
    roster = roster.replace(BEN.name, "ev\u202eil")
    (course / "roster.csv").write_text(roster, "utf-8")
    out = course.parent / "plain.csv"
    by_hand(course, {CIA: 2}, penalty=0.5)
    export(course, out=out)
    text = out.read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["student_id"] for row in rows] == [ANA.id, BEN.id, CIA.id]
    assert rows[0]["name"] == '\'=HYPERLINK("x")'
    assert "\u202e" not in rows[1]["name"] and rows[1]["name"].startswith("ev")
    assert rows[2] | {"handed_in": ""} == {
        **{"student_id": CIA.id, "name": CIA.name, "email": CIA.email},
        **{"ex1-mean": "5", "ex1-why": "2", "raw_score": "7", "late_penalty": "0.5"},
        **{"score": "6.5", "max_score": "7", "handed_in": "", "unfinished": ""},
    }
    assert all(line.startswith('"') and line.endswith('"') for line in text.splitlines())


def test_the_command(course: Path) -> None:
    report, out = course.parent / "report.json", course.parent / "plain.csv"
    said, _ = typed(
        course.parent, "export", LAB, "--course", course, "--out", out, "--json", report
    )
    assert "3 scores went to plain.csv" in said
    scores = json.loads(report.read_text("utf-8"))["scores"]
    assert [(one["student"], one["score"]) for one in scores] == [
        *((ANA.id, 6.5), (BEN.id, 0.0), (CIA.id, 7.0))
    ]


@pytest.mark.parametrize(
    ("options", "words"),
    [({}, "name the platform's own file"), ({"into": Path("none.csv")}, "none.csv")],
)
def test_what_is_missing_is_one_line(course: Path, options: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError, match=words):
        export(course, **options)


def test_nobody_graded(course: Path) -> None:
    (course / "gradebook.db").unlink()
    shutil.rmtree(course / "results")
    with pytest.raises(UserError, match="nobody has a score in means; grade first"):
        export(course, out=course / "x.csv")


def test_a_class_known_by_canvas_alone(course: Path) -> None:
    """Without a roster, ids are those of the folders."""
    (course / "roster.csv").unlink()
    path = course.parent / "grades.csv"
    path.write_text(table_text(canvas_rows(CLASS, "7.00")), "utf-8")
    export(course, path, column="778899")
    filled = canvas_rows(CLASS, "7.00", {1: "6.50", 2: "0.00", 3: "7.00"})
    assert path.read_text("utf-8") == table_text(filled)
    assert canvas_name(ANA)
