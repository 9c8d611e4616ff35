"""A sheet's CSV: whatever a spreadsheet makes of it, what graders wrote is read."""

import codecs
import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.errors import UserError
from autograder.hand_grading.codes import Codes
from autograder.hand_grading.marks import Mark
from autograder.hand_grading.table import (
    SheetFile,
    SheetRow,
    columns_of,
    is_filled_in,
    read_sheet,
    table_as_bytes,
    without_repeats,
)
from autograder.platforms.safe_text import safe_text
from autograder.rubric import Rubric, RubricItem

RUBRIC = Rubric((RubricItem("order", "A", 1.0), RubricItem("meaning", "B", 2.0)))
CODES = Codes(b"secret", "lab", "q")
CODE = CODES.code("ana", "a")
TEXT = st.text(
    st.one_of(
        st.sampled_from(list('=+-@\'"",;\t\n ,שß李 ')),
        st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\ufeff"),
    ),
    max_size=20,
).map(str.strip)
ROWS = st.lists(
    st.tuples(st.sampled_from(["", "0", "0.5", "1.25", "3"]), TEXT, TEXT, TEXT), max_size=5
)
FORMS = st.tuples(
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from([(codecs.BOM_UTF8, "utf-8"), (b"", "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"),
                     (codecs.BOM_UTF16_BE, "utf-16-be")]),
    st.sampled_from(["\r\n", "\n"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.sampled_from([str, str.upper]),  # of codes
)  # fmt: skip


def read(path: Path, content: bytes) -> SheetFile:
    path.write_bytes(content)
    return read_sheet(path, RUBRIC, 3.0)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS, FORMS)
def test_what_was_filled_in_comes_back(
    tmp_path: Path,
    rows: list[tuple[str, str, str, str]],
    form: tuple[str, tuple[bytes, str], str, int, type[str]],
) -> None:
    delimiter, (mark, encoding), end, quoting, spelt = form
    text = io.StringIO(newline="")
    table = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    table.writerow(columns_of(RUBRIC))
    for number, (points, comment, grader, answer) in enumerate(rows):
        written = points.replace(".", "," if delimiter == ";" else ".")
        texts = (safe_text(comment), safe_text(grader or "kim"))
        code = spelt(CODES.code(str(number), ""))
        table.writerow([code, safe_text(answer), "", "", written, *texts, "bcd"])
    file = read(tmp_path / "sheet.csv", mark + text.getvalue().encode(encoding))
    wanted = [
        (CODES.code(str(number), ""), float(points), comment)
        for number, (points, comment, _, _) in enumerate(rows)
        if points
    ]
    assert [(row.code, row.mark.points, row.mark.comment) for row in file.rows] == [
        (code, points, "\n".join(line.rstrip() for line in comment.split("\n")).strip())
        for code, points, comment in wanted
    ]
    assert len(file.refused) == sum(bool(comment) and not points for points, comment, _, _ in rows)
    assert all(row.stand == "bcd" for row in file.rows)


@given(TEXT, st.text(max_size=30))
def test_an_answer_does_nothing_in_the_table(stand: str, answer: str) -> None:
    content = table_as_bytes([(CODE, answer, "bcd")], RUBRIC)
    (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert row["code"] == CODE and row["stand"] == "bcd"
    assert not row["answer"].startswith(("=", "+", "-", "@", "\t", "\r"))


def test_columns_of_a_grader_s_own_are_no_points_but_ticks_that_are_lost_are_told(
    tmp_path: Path,
) -> None:
    head = "code,order,points,remark,gone\r\n"
    file = read(tmp_path / "a.csv", f"{head}{CODE},x,,look again,\r\n".encode())
    assert [row.mark.points for row in file.rows] == [1.0]
    file = read(tmp_path / "a.csv", f"{head}{CODE},x,,,x\r\n".encode())
    assert "`gone` is no item of the rubric now" in file.refused[0] and not file.rows
    file = read(tmp_path / "a.csv", f"{head}{CODE},,1,,x\r\n".encode())
    assert [row.mark.points for row in file.rows] == [1.0]


def test_who_graded(tmp_path: Path) -> None:
    two = CODES.code("ben", "a")
    file = read(tmp_path / "kim.csv", f"code,points,grader\n{CODE},1,Ana\n{two},1,\n".encode())
    assert [row.grader for row in file.rows] == ["Ana", "Ana"] and not file.notes
    file = read(tmp_path / "kim.csv", f"code,points\n{CODE},1\n".encode())
    assert [row.grader for row in file.rows] == ["kim"]
    assert "some rows name no `grader`, and count as of `kim`" in file.notes[0]
    file = read(tmp_path / "kim.csv", f"code,points\n{CODE},\n".encode())
    assert not file.notes and file.num_open == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("points,grader\n1,a\n", ":1: no column `code`, so this is no sheet"),
        ("code,points,Points\nbcd,1,2\n", ":1: two columns are called `points`"),
        ("code,comment\nbcd,1\n", ":1: no column `points` and none of the rubric's"),
        ("", "an empty file"),
        ('code,points\nbcd,"1\n', ":2: a quote is opened"),
        ("PK\x03\x04", "this is a workbook, not text"),
    ],
)
def test_what_is_no_sheet_is_one_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path / "a.csv", text.encode())
    assert words in caught.value.message and caught.value.exit_code == 2
    assert "\n" not in caught.value.message


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200) | st.text('codepints,;\n"x1', max_size=60).map(str.encode))
def test_anything_is_read_or_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    try:
        read(tmp_path / "a.csv", content)
    except UserError as error:
        assert "\n" not in error.message


def test_whether_a_table_was_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(table_as_bytes([(CODE, "=1", "bcd")], RUBRIC))
    assert not is_filled_in(path)
    path.write_bytes(table_as_bytes([(CODE, "=1", "bcd")], RUBRIC).replace(b'""', b'"x"', 1))
    assert is_filled_in(path)
    path.write_text("something else", "utf-8")
    assert is_filled_in(path)


def test_a_row_twice_counts_once_and_a_contradiction_not_at_all() -> None:
    def row(grader: str, points: float, place: str) -> SheetRow:
        return SheetRow(CODE, grader, Mark(points), "", place)

    found, told = without_repeats([row("Kim", 1, "a:2"), row(" kim", 1, "b:2")])
    assert [*found[CODE]] == ["kim"] and told == []
    found, told = without_repeats(
        [row("Kim", 1, "a:2"), row("kim", 2, "b:2"), row("kim", 3, "b:3"), row("Lee", 2, "c:2")]
    )
    assert [*found[CODE]] == ["lee"] and len(told) == 1 and "a:2" in told[0]
