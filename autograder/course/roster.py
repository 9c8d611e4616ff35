"""Who is in the course: `roster.csv`, a row a student, of which only `student_id` must be there.

Spreadsheets write it in many ways, so its encoding and its delimiter are told by its beginning.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import UserError, shown
from .dates import EXTRA_TIME, extra_time_of
from .lateness import ExtraTime

FILE = "roster.csv"
ID = "student_id"
DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Member:
    """A student as the roster has it."""

    student: str
    name: str = ""
    email: str = ""
    group: str = ""
    extra_time: ExtraTime | None = None


def read_roster(path: Path) -> dict[str, Member]:
    """The members by id; none, if there is no such file.

    Raises:
        UserError: as `file:line: what is wrong; what to do`.
    """
    if not path.exists():
        return {}
    members: dict[str, Member] = {}
    for line, row in _rows(path):
        student = row[ID]
        if student in members:
            raise UserError(f"{shown(path)}:{line}: `{student}` stands here twice; keep one row")
        said = row.get("extra_time", "")
        extra = extra_time_of(said) if said else None
        if said and extra is None:
            wrong = f"the extra time of `{student}` is not clear"
            raise UserError(f"{shown(path)}:{line}: {wrong}; {EXTRA_TIME}")
        members[student] = Member(
            student, row.get("name", ""), row.get("email", ""), row.get("group", ""), extra
        )
    return members


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The rows that name a student, each with the line it ends in."""
    text = _text(path.read_bytes(), path)
    header = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=header.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = [name.strip().casefold() for name in next(rows, [])]
        if ID not in names:
            wrong = f"no column `{ID}`"
            raise UserError(f"{shown(path)}:1: {wrong}; name the columns in the first line")
        for row in rows:
            said = dict(zip(names, (value.strip() for value in row), strict=False))
            if said.get(ID):
                yield rows.line_num, said
    except csv.Error as error:
        line = max(rows.line_num, 1)
        raise UserError(f"{shown(path)}:{line}: not CSV ({error}); save it anew") from None


def _text(content: bytes, path: Path) -> str:
    is_wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        return content.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UserError(f"{shown(path)}:{line}: not UTF-8 text; save the file as UTF-8") from None
