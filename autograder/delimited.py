"""Text files with cells (CSV and its relatives) that are changed cell by cell.

Such a file belongs to the platform that made it. So it is never written anew: each cell knows where
it stands in the text, and a change replaces that piece alone. Encoding, byte-order mark, delimiter,
quotes, line ends and everything that we don't know stay as they were, byte for byte.
"""

import codecs
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .errors import UserError, shown

SIZE_LIMIT_BYTES = 64 * 2**20
DELIMITERS = (",", ";", "\t")
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
NO_TEXT = {b"PK\x03\x04": "a workbook", b"\xd0\xcf\x11\xe0": "a workbook", b"%PDF": "a PDF"}
_SEPARATOR_LINE = re.compile(r"sep=([,;\t])\r?\n", re.IGNORECASE)  # a spreadsheet's own first line
_BREAK = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True)
class Cell:
    """What a cell says, and where it stands in the text."""

    text: str
    start: int
    end: int
    is_quoted: bool = False


@dataclass(frozen=True)
class Row:
    """The cells of a row, and the line that it begins in."""

    cells: tuple[Cell, ...]
    line: int

    def text(self, column: int | None) -> str:
        """What stands in a column; nothing if the row is too short, or there is no such column."""
        return self.cells[column].text if column is not None and column < len(self.cells) else ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it but spaces."""
        return not any(cell.text.strip() for cell in self.cells)


@dataclass(frozen=True)
class Delimited:
    """A file of rows and cells, as it was read."""

    path: Path
    text: str
    encoding: str
    mark: bytes  # byte-order mark
    delimiter: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def header(self) -> list[str]:
        """The texts of the first row, without spaces around them."""
        return [cell.text.strip() for cell in self.rows[0].cells]

    def column(self, *names: str) -> int | None:
        """The column that has one of these headers, whatever their case."""
        wanted = {name.casefold() for name in names}
        found = [n for n, title in enumerate(self.header) if title.casefold() in wanted]
        return found[0] if found else None

    def columns(self, names: Iterable[str]) -> dict[str, int]:
        """The columns of a file of ours that have these headers, as far as they are there.

        Raises:
            UserError: if two have one, as nothing says which counts (exit code 2).
        """
        titles, found = [title.casefold() for title in self.header], {}
        for name in names:
            count = titles.count(name.casefold())
            if count > 1:
                wrong = f"two columns are called `{name}`; keep one"
                raise UserError(f"{self.place(self.rows[0])}: {wrong}", exit_code=2)
            if count:
                found[name] = titles.index(name.casefold())
        return found

    def place(self, row: Row) -> str:
        """A row as messages name it."""
        return f"{shown(self.path)}:{row.line}"

    def with_texts(self, changes: Mapping[tuple[int, int], str]) -> bytes:
        """The file's bytes with other texts in some cells, given by row and column."""
        pieces, done = [], 0
        for (number, column), text in sorted(changes.items()):
            cells = self.rows[number].cells
            if column < len(cells):
                cell = cells[column]
                start, end, new = cell.start, cell.end, self._written(text, cell.is_quoted)
            else:  # the row ends before this column
                start = end = cells[-1].end
                missing = self.delimiter * (column - len(cells) + 1)
                new = missing + self._written(text, cells[-1].is_quoted)
            pieces += [self.text[done:start], new]
            done = end
        pieces.append(self.text[done:])
        return self.mark + "".join(pieces).encode(self.encoding, _errors(self.encoding))

    def _written(self, text: str, is_quoted: bool) -> str:
        if is_quoted or any(one in text for one in (self.delimiter, '"', "\r", "\n")):
            doubled = text.replace('"', '""')
            return f'"{doubled}"'
        return text


def read_delimited(path: Path) -> Delimited:
    """Read a file whose first row has titles.

    Raises:
        UserError: if it is no such file, with the line where that shows (exit code 2).
    """
    try:
        if path.stat().st_size > SIZE_LIMIT_BYTES:
            raise _wrong(path, f"larger than {SIZE_LIMIT_BYTES >> 20} MiB; is it the right file?")
        content = path.read_bytes()
    except OSError as error:
        raise _wrong(path, f"can't be read ({error.strerror}); name a file that is there") from None
    return parse_delimited(path, content)


def parse_delimited(path: Path, content: bytes) -> Delimited:
    """The same, of bytes that were read; the path is for messages."""
    for beginning, kind in NO_TEXT.items():
        if content.startswith(beginning):
            raise _wrong(path, f"this is {kind}, not text; download or save it as CSV")
    mark, encoding = _encoding(content)
    try:
        text = content[len(mark) :].decode(encoding, _errors(encoding))
    except UnicodeDecodeError:
        raise _wrong(path, f"damaged {encoding.upper()} text; download it again") from None
    notes = [] if encoding != "cp1252" else [f"{shown(path)}: not UTF-8, so read as Windows text"]
    separator = _SEPARATOR_LINE.match(text)
    start = separator.end() if separator else 0
    delimiter = separator[1] if separator else _delimiter(text)
    rows = _rows(path, text, start, delimiter)
    if not rows:
        raise _wrong(path, "an empty file; download it again")
    return Delimited(path, text, encoding, mark, delimiter, rows, tuple(notes))


def _encoding(content: bytes) -> tuple[bytes, str]:
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return mark, encoding
    start = content[:400]
    if len(start) > 3 and start[1::2].count(0) > len(start) / 4:
        return b"", "utf-16-le"
    if len(start) > 3 and start[::2].count(0) > len(start) / 4:
        return b"", "utf-16-be"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return b"", "cp1252"
    return b"", "utf-8"


def _errors(encoding: str) -> str:
    """How odd bytes survive reading and writing; of UTF-8 there are none."""
    return {"cp1252": "surrogateescape", "utf-8": "strict"}.get(encoding, "surrogatepass")


def _delimiter(text: str) -> str:
    """The one that the first line has most often, outside quotes."""
    line = re.sub(r'"[^"]*"', "", text.lstrip("\r\n").partition("\n")[0])
    return max(DELIMITERS, key=lambda one: line.count(one))


def _rows(path: Path, text: str, start: int, delimiter: str) -> tuple[Row, ...]:
    """All rows that have something in them."""
    plain = rf"[^{delimiter}\r\n]*"
    pattern = re.compile(rf'"(?P<quoted>[^"]*(?:""[^"]*)*)"(?P<rest>{plain})|(?P<plain>{plain})')
    rows: list[Row] = []
    cells: list[Cell] = []
    at, line = start, 1 + len(_BREAK.findall(text[:start]))
    first_line = line
    while True:
        found = pattern.match(text, at)
        assert found is not None  # an empty cell matches, too
        quoted, whole = found["quoted"], found.group()
        if quoted is None:
            if whole.startswith('"'):
                raise UserError(
                    f"{shown(path)}:{line}: a quote is opened and never closed; close it",
                    exit_code=2,
                )
            cells.append(Cell(whole, at, found.end()))
        else:
            cells.append(Cell(quoted.replace('""', '"') + found["rest"], at, found.end(), True))
            line += len(_BREAK.findall(whole)) if "\n" in whole or "\r" in whole else 0
        at = found.end()
        if text.startswith(delimiter, at):
            at += len(delimiter)
            continue
        row = Row(tuple(cells), first_line)
        if not row.is_empty:
            rows.append(row)
        end = _BREAK.match(text, at)
        if end is None:
            return tuple(rows)
        at, line, cells = end.end(), line + 1, []
        first_line = line


def _wrong(path: Path, what: str) -> UserError:
    return UserError(f"{shown(path)}: {what}", exit_code=2)
