"""`roster.csv` is read however a spreadsheet wrote it, or refused with its line."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.course.lateness import ExtraTime
from autograder.course.roster import Member, read_roster
from autograder.errors import UserError
from autograder.platforms.roster import read_roster as platforms_roster


def test_without_a_file_nobody_is_known(tmp_path: Path) -> None:
    assert read_roster(tmp_path / "roster.csv") == {}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_columns_by_their_names(tmp_path: Path, encoding: str, delimiter: str, end: str) -> None:
    rows = [
        ["Student_ID ", "other", "name", "group", "extra_time", "email"],
        ["007", "x", '"Müller, ""Ana"""', "g1", "25 %", "a@b.c"],
        ["ben", "", "Ben"],
        ["", "", "nobody"],
        [],
    ]
    text = "".join(delimiter.join(row) + end for row in rows)
    (tmp_path / "roster.csv").write_bytes(text.encode(encoding))
    assert read_roster(tmp_path / "roster.csv") == {
        "007": Member("007", 'Müller, "Ana"', "a@b.c", "g1", ExtraTime(percent=25)),
        "ben": Member("ben", "Ben"),
    }


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"id,name\n1,Ana\n", 1, "no column `student_id`"),
        (b"student_id\nana\nben\nana\n", 4, "`ana` stands here twice"),
        (b"student_id,extra_time\nana,2\n", 2, "the extra time of `ana` is not clear; write"),
        (b'student_id\nana\n"ben\n', 3, "a quote is opened and never closed"),
        (b"sep=;\r\nid;name\r\n1;Ana\r\n", 2, "no column `student_id`"),
    ],
)
def test_a_mistake_is_one_line_with_its_place(
    tmp_path: Path, content: bytes, line: int, words: str
) -> None:
    (tmp_path / "roster.csv").write_bytes(content)
    with pytest.raises(UserError) as caught:
        read_roster(tmp_path / "roster.csv")
    assert f"roster.csv:{line}: " in caught.value.message and words in caught.value.message


@pytest.mark.parametrize("content", [b"", b"\n\n", b"PK\x03\x04"])
def test_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "roster.csv").write_bytes(content)
    with pytest.raises(UserError, match=r"roster\.csv: "):
        read_roster(tmp_path / "roster.csv")


def test_what_a_spreadsheet_wrote_for_itself(tmp_path: Path) -> None:
    """`collect` reads it, too: what one command takes, all take."""
    content = "sep=;\r\nstudent_id;name\r\n007;Müller, Ana\r\n"
    (tmp_path / "roster.csv").write_bytes(content.encode("cp1252"))
    assert read_roster(tmp_path / "roster.csv") == {"007": Member("007", "Müller, Ana")}
    assert platforms_roster(tmp_path / "roster.csv").students["007"].name == "Müller, Ana"


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_anything_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "roster.csv"
    path.write_bytes(b"student_id,group\n" + content)
    try:
        read_roster(path)
    except UserError as error:
        assert "roster.csv:" in error.message
