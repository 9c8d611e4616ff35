"""Who is in the course: `roster.csv`, a row a student, of which only `student_id` must be there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..delimited import read_delimited
from ..errors import UserError, shown
from .dates import EXTRA_TIME, extra_time_of
from .lateness import ExtraTime

FILE = "roster.csv"
ID = "student_id"


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
    """The rows that name a student, each with the line it begins in."""
    table = read_delimited(path)
    names = [name.casefold() for name in table.header]
    if ID not in names:
        wrong = f"no column `{ID}`"
        raise UserError(f"{table.place(table.rows[0])}: {wrong}; name the columns in this line")
    for row in table.rows[1:]:
        texts = (cell.text.strip() for cell in row.cells)
        said = dict(zip(names, texts, strict=False))
        if said.get(ID):
            yield row.line, said
