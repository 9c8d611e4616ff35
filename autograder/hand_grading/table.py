"""The CSV of a sheet: a row an answer, filled in with a spreadsheet or by the page."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..delimited import Delimited, Row, read_delimited
from ..errors import UserError, shown
from ..platforms.safe_text import plain_text, safe_text
from ..printable import printable, printable_text
from ..rubric import TAKEN, Rubric
from .codes import read_code
from .marks import NO_TICKS, TICKS, Mark, Refused, number_in, read_mark

CODE, ANSWER, POINTS, COMMENT, GRADER, STAND = TAKEN
ANSWER_LIMIT = 3_000  # characters of an answer; the page has all of it


@dataclass(frozen=True)
class SheetRow:
    """What a grader gave to an answer, and where that is written."""

    code: str
    grader: str
    mark: Mark
    stand: str  # how the gradebook stood when the sheet was written; "": not told
    place: str  # file:line


@dataclass
class SheetFile:
    """What a file says."""

    rows: list[SheetRow] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # a line for each row that can't be taken
    notes: list[str] = field(default_factory=list)
    num_open: int = 0  # rows with nothing filled in


def columns_of(rubric: Rubric) -> list[str]:
    """The titles, in order."""
    items = [item.id for item in rubric.items]
    return [CODE, ANSWER, *items, POINTS, COMMENT, GRADER, STAND]


def table_as_bytes(rows: Iterable[tuple[str, str, str]], rubric: Rubric) -> bytes:
    """A table to fill in, of codes, answers and stands.

    It begins with a mark by which spreadsheets know that it is UTF-8.
    """
    text = io.StringIO(newline="")
    table = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    table.writerow(columns_of(rubric))
    empty = [""] * len(rubric.items)
    for code, answer, stand in rows:
        said = safe_text(printable_text(answer, ANSWER_LIMIT, "… (cut here; the page has it all)"))
        table.writerow([code, said, *empty, "", "", "", stand])
    return text.getvalue().encode("utf-8-sig", "replace")


def is_filled_in(path: Path) -> bool:
    """Whether a file holds anything that a grader wrote, or is something else than a sheet."""
    try:
        table = read_delimited(path)
    except UserError:
        return path.stat().st_size > 0
    ours = [table.column(name) for name in (CODE, ANSWER, STAND)]
    if None in ours:
        return True
    return any(
        cell.text.strip()
        for row in table.rows[1:]
        for number, cell in enumerate(row.cells)
        if number not in ours
    )


def read_sheet(path: Path, rubric: Rubric, max_score: float) -> SheetFile:
    """Read what graders filled in, whatever a spreadsheet made of the file.

    Raises:
        UserError: if it is no sheet (exit code 2).
    """
    table = read_delimited(path)
    reader = _Reader(table, rubric, max_score)
    for row in table.rows[1:]:
        reader.take(row)
    reader.file.notes += table.notes
    return reader.file


class _Reader:
    def __init__(self, table: Delimited, rubric: Rubric, max_score: float) -> None:
        self.table, self.rubric, self.max_score = table, rubric, max_score
        self.file = SheetFile()
        place = table.place(table.rows[0])
        self.columns = table.columns(columns_of(rubric))
        if CODE not in self.columns:
            wrong = f"no column `{CODE}`, so this is no sheet; name a file that `sheet` wrote"
            raise UserError(f"{place}: {wrong}", exit_code=2)
        if not self.columns.keys() & {POINTS, *(item.id for item in rubric.items)}:
            wrong = f"no column `{POINTS}` and none of the rubric's; put one back"
            raise UserError(f"{place}: {wrong}", exit_code=2)
        used = set(self.columns.values())
        self.others = {
            n: title for n, title in enumerate(table.header) if n not in used and title.strip()
        }
        self.grader = self._only_grader()

    def take(self, row: Row) -> None:
        """Take one row, or say why not."""
        place = self.table.place(row)
        try:
            mark = self._mark(row)
            code = read_code(self._text(row, CODE))
            if mark is not None and not code:
                said = printable(self._text(row, CODE), 40)
                raise Refused(f"`{said}` is no code; copy it from the page")
        except Refused as reason:
            self.file.refused.append(f"{place}: {reason}")
            return
        if mark is None:
            self.file.num_open += 1
            return
        grader = _name(self._text(row, GRADER)) or self.grader
        stand = self._text(row, STAND).strip().casefold()
        self.file.rows.append(SheetRow(code, grader, mark, stand, place))

    def _mark(self, row: Row) -> Mark | None:
        cells = {item.id: self._text(row, item.id) for item in self.rubric.items}
        points = self._text(row, POINTS)
        if not points.strip():
            for column, title in self.others.items():
                if _is_given(row.text(column)):
                    raise Refused(
                        f"`{printable(title, 40)}` is no item of the rubric now, and something is "
                        "given in it; give `points`, or empty that cell"
                    )
        return read_mark(
            cells, points, plain_text(self._text(row, COMMENT)), self.rubric, self.max_score
        )

    def _text(self, row: Row, name: str) -> str:
        return row.text(self.columns.get(name))

    def _only_grader(self) -> str:
        """Whose rows are that name nobody: the file's one grader's, else one called as the file."""
        rows = self.table.rows[1:]
        names = {key_of(name): name for row in rows if (name := _name(self._text(row, GRADER)))}
        if len(names) == 1:
            return next(iter(names.values()))
        path = self.table.path
        if any(not _name(self._text(row, GRADER)) and self._is_marked(row) for row in rows):
            said = f"some rows name no `{GRADER}`, and count as of `{path.stem}`"
            self.file.notes.append(f"{shown(path)}: {said}")
        return _name(path.stem)

    def _is_marked(self, row: Row) -> bool:
        names = (POINTS, *(item.id for item in self.rubric.items))
        return any(self._text(row, name).strip().casefold() not in NO_TICKS for name in names)


def key_of(grader: str) -> str:
    """What tells graders apart: their names, whatever their case."""
    return " ".join(grader.split()).casefold()


def _name(text: str) -> str:
    return printable(plain_text(text.strip()), 60)


def _is_given(text: str) -> bool:
    """Whether a cell of a column that we don't know looks like a tick or points."""
    return text.strip().casefold() in TICKS or number_in(text) is not None


def without_repeats(
    rows: Iterable[SheetRow],
) -> tuple[dict[str, dict[str, SheetRow]], list[str]]:
    """The rows by code and grader's key, and a line for each pair that contradicts itself.

    Of a pair that does nothing counts.
    """
    found: dict[str, dict[str, SheetRow]] = {}
    twice: dict[tuple[str, str], str] = {}
    for row in rows:
        key = key_of(row.grader)
        before = found.setdefault(row.code, {}).setdefault(key, row)
        if before.mark != row.mark:
            twice[row.code, key] = (
                f"{row.place}: {row.code} stands here and at {before.place} with something else, "
                f"both by {row.grader}; keep one, or give two graders two names"
            )
    for code, key in twice:
        del found[code][key]
    return {code: given for code, given in found.items() if given}, list(twice.values())


Marked = Mapping[str, Mapping[str, SheetRow]]
