"""The table of decisions."""

import csv
import io
from dataclasses import astuple
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import UserError
from autograder.platforms.decisions import (
    COLUMNS,
    Decision,
    How,
    Row,
    read_rows,
    rows_as_bytes,
)

TEXTS = st.text(
    st.one_of(
        st.sampled_from(list("=+-@'\",; \u05d0äß李")),
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\u2028\u2029"),
    ),
    max_size=15,
).map(str.strip)
ROWS = st.builds(
    Row,
    *[TEXTS.map(lambda text: text or "x")] * 2,
    *[TEXTS] * 3,
    st.sampled_from([one.value for one in How]),
    *[TEXTS] * 4,
    st.sampled_from([one.value for one in Decision]),
    TEXTS,
)


@given(st.lists(ROWS, max_size=5))
def test_what_is_written_is_read(rows: list[Row]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "collect-lab.csv"
        path.write_bytes(rows_as_bytes(rows))
        assert read_rows(path) == rows


@given(st.lists(ROWS, max_size=5))
def test_no_text_of_others_acts_as_a_formula(rows: list[Row]) -> None:
    table = csv.DictReader(io.StringIO(rows_as_bytes(rows).decode(), newline=""))
    for row in table:
        for name in ("source", "entry", "name", "notebook", "reason"):
            assert not row[name].startswith(("=", "+", "-", "@"))
        is_number = row["lms_id"].lstrip("+-").isdecimal()
        assert is_number or not row["lms_id"].startswith(("=", "+", "-", "@"))


def test_columns_are_fixed() -> None:
    assert ",".join(COLUMNS) == (
        "source,entry,lms_id,name,student_id,how,notebook,submitted_at,late_flag,sha256,"
        "decision,reason"
    )
    assert {one.value for one in Decision} == {
        *("taken", "older", "not-a-notebook", "unknown-student", "duplicate")
    }
    assert {one.value for one in How} - {""} == {
        *("roster-id", "worksheet", "username", "file-name", "by-hand")
    }


def test_numbers_stay_as_they_are() -> None:
    row = Row("canvas:a.zip", "e", lms_id="-7", student_id="+49", sha256="+1")
    (read,) = csv.reader(io.StringIO(rows_as_bytes([row]).decode().split("\n", 1)[1]))
    assert tuple(read) == astuple(row)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("source,entry\na,b\n", ":1: no column lms_id"),
        (",".join((*COLUMNS, "How")) + "\na,b\n", ":1: two columns are called `how`; keep one"),
        (",".join(COLUMNS) + "\na,b,,,,guess,,,,,taken,\n", ":2: how is `guess`; write one of"),
    ],
)
def test_a_damaged_table_is_one_line(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "t.csv").write_text(text, "utf-8")
    with pytest.raises(UserError) as error:
        read_rows(tmp_path / "t.csv")
    assert words in error.value.message and error.value.exit_code == 2


def test_no_table_no_rows(tmp_path: Path) -> None:
    assert read_rows(tmp_path / "none.csv") == []
