"""Files of cells: what is not changed stays as it was, byte for byte."""

import codecs
import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.delimited import DELIMITERS, parse_delimited, read_delimited
from autograder.errors import UserError

PATH = Path("grades.csv")
TEXTS = st.text(
    st.one_of(
        st.sampled_from(list(",;\t\"' =+-@\u00a0\u3000\n\u200f\u05d0\u0627äß李😀0.1")),
        st.characters(exclude_categories=["Cs"], exclude_characters="\r\0\ufeff"),
    ),
    max_size=12,
)
ROWS = st.lists(st.lists(TEXTS, min_size=3, max_size=3), min_size=1, max_size=6)
ENCODINGS = st.sampled_from(
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ]
)


def written(rows: list[list[str]], delimiter: str, end: str, quoted: bool) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(
        text,
        delimiter=delimiter,
        lineterminator=end,
        quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL,
    )
    writer.writerow(["Student", "ID", "Grade"])
    writer.writerows(rows)
    return text.getvalue()


@given(
    rows=ROWS,
    delimiter=st.sampled_from(DELIMITERS),
    end=st.sampled_from(["\n", "\r\n"]),
    quoted=st.booleans(),
    form=ENCODINGS,
    new=TEXTS,
    data=st.data(),
)
def test_one_cell_changes_and_no_other_byte(
    rows: list[list[str]],
    delimiter: str,
    end: str,
    quoted: bool,
    form: tuple[bytes, str],
    new: str,
    data: st.DataObject,
) -> None:
    mark, encoding = form
    text = written(rows, delimiter, end, quoted)
    content = mark + text.encode(encoding)
    table = parse_delimited(PATH, content)
    assert table.delimiter == delimiter
    seen = [[cell.text for cell in row.cells] for row in table.rows]
    full = [row for row in [["Student", "ID", "Grade"], *rows] if "".join(row).strip()]
    assert seen == full
    assert table.with_texts({}) == content

    number = data.draw(st.integers(0, len(full) - 1))
    column = data.draw(st.integers(0, 2))
    changed = table.with_texts({(number, column): new})
    again = [list(row) for row in full]
    again[number][column] = new
    read = list(csv.reader(io.StringIO(changed[len(mark) :].decode(encoding), newline=""),
                           delimiter=delimiter))  # fmt: skip
    assert [row for row in read if "".join(row).strip()] == [
        row for row in again if "".join(row).strip()
    ]
    cell = table.rows[number].cells[column]
    before, after = text[: cell.start].encode(encoding), text[cell.end :].encode(encoding)
    assert changed.startswith(mark + before) and changed.endswith(after)


@given(st.binary(max_size=200))
def test_any_bytes_come_back_or_are_refused_in_one_line(content: bytes) -> None:
    try:
        table = parse_delimited(PATH, b"a,b\n" + content)
    except UserError as error:
        assert error.exit_code == 2 and "\n" not in error.message
    else:
        assert table.with_texts({}) == b"a,b\n" + content


def test_a_short_row_is_filled_up() -> None:
    table = parse_delimited(PATH, b"a;b;c;d\r\nx;y\r\n")
    assert table.with_texts({(1, 3): "9"}) == b"a;b;c;d\r\nx;y;;9\r\n"


def test_a_text_that_needs_quotes_gets_them_and_a_quoted_cell_keeps_them() -> None:
    table = parse_delimited(PATH, b'a,b\n1,"2"\n')
    assert table.with_texts({(1, 0): "87,5", (1, 1): "3"}) == b'a,b\n"87,5","3"\n'


@pytest.mark.parametrize(
    ("content", "delimiter"),
    [
        (b'"a, b, c";d;e\n', ";"),
        (b"a\tb,c\td\n", "\t"),
        (b"\r\na,b;c,d\n1;2;3;4;5\n", ","),
        (b"sep=;\na,b;c\n", ";"),
        (b"SEP=\t\r\na,b,c\td\n", "\t"),
    ],
)
def test_the_first_line_alone_tells_the_delimiter(content: bytes, delimiter: str) -> None:
    assert parse_delimited(PATH, content).delimiter == delimiter


def test_windows_text_is_read_with_a_note_and_comes_back() -> None:
    content = "Name,Grade\nMüller “x”,1\n".encode("cp1252") + b"\x81,2\n"
    table = parse_delimited(PATH, content)
    assert table.rows[1].text(0) == "Müller “x”"
    assert table.with_texts({}) == content and "Windows" in table.notes[0]


def test_wide_text_without_a_mark_is_seen() -> None:
    content = 'Name\tGrade\r\n"Ana"\t"1"\r\n'.encode("utf-16-le")
    table = parse_delimited(PATH, content)
    assert table.header == ["Name", "Grade"]
    assert table.with_texts({(1, 1): "2"}) == content.replace(b"1\0", b"2\0")


def test_lines_are_counted_as_editors_count_them() -> None:
    table = parse_delimited(PATH, b'a,b\n"x\ny",1\r\n\r\n , \nz,2\n')
    assert [row.line for row in table.rows] == [1, 2, 6]
    assert table.place(table.rows[2]).endswith("grades.csv:6")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "an empty file"),
        (b"\xef\xbb\xbf\r\n", "an empty file"),
        (b"PK\x03\x04xxxx", "a workbook, not text"),
        (b"\xd0\xcf\x11\xe0xxxx", "a workbook, not text"),
        (b'a,b\n1,"2\n3,4\n', "grades.csv:2: a quote is opened"),
        (codecs.BOM_UTF16_LE + b"a", "damaged UTF-16-LE text"),
    ],
)
def test_what_is_no_such_file_is_one_line(content: bytes, words: str) -> None:
    with pytest.raises(UserError, match=words) as error:
        parse_delimited(PATH, content)
    assert error.value.exit_code == 2


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="can't be read"):
        read_delimited(tmp_path / "none.csv")


def test_of_our_own_columns_there_is_one() -> None:
    table = parse_delimited(Path("a.csv"), b"A,b,b,c\n1,2,3,4\n")
    assert table.columns(["a", "C", "d"]) == {"a": 0, "C": 3}
    with pytest.raises(UserError, match=r"a\.csv:1: two columns are called `b`; keep one"):
        table.columns(["b"])
