"""`collect-<lab>.csv` in a course: a row for each file that was ever downloaded, and its decision.

A person may correct it: a row whose `how` is `by-hand` has its `student_id` from them.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from enum import StrEnum
from pathlib import Path

from ..delimited import read_delimited
from ..errors import UserError
from ..printable import printable
from .safe_text import plain_text, safe_id

BY_HAND = "by-hand"
_OF_OTHERS = ("source", "entry", "lms_id", "name", "student_id", "notebook", "reason")


class How(StrEnum):
    """What told whose a file is."""

    ROSTER_ID = "roster-id"
    WORKSHEET = "worksheet"
    USERNAME = "username"
    FILE_NAME = "file-name"
    BY_HAND = BY_HAND
    NOTHING = ""


class Decision(StrEnum):
    """What became of a file."""

    TAKEN = "taken"
    OLDER = "older"
    NO_NOTEBOOK = "not-a-notebook"
    UNKNOWN = "unknown-student"
    DUPLICATE = "duplicate"


@dataclass(frozen=True)
class Row:
    """One file of one download, and one student whose it is or may be."""

    source: str  # platform:archive
    entry: str  # its name there
    lms_id: str = ""
    name: str = ""
    student_id: str = ""
    how: str = ""
    notebook: str = ""  # the notebook's name, of a file that is one or holds one
    submitted_at: str = ""
    late_flag: str = ""
    sha256: str = ""
    decision: str = ""
    reason: str = ""

    @property
    def file(self) -> tuple[str, str]:
        """The same for each row of one file."""
        return self.entry, self.sha256

    @property
    def platform(self) -> str:
        """Where it was downloaded."""
        return self.source.partition(":")[0]

    @property
    def is_shared(self) -> bool:
        """Whether somebody else of the student's group handed it in."""
        return self.reason.startswith("of group ") and ", handed in by " in self.reason

    @property
    def is_by_hand(self) -> bool:
        """Whether a person said whose it is."""
        return self.how == BY_HAND


COLUMNS = tuple(field.name for field in fields(Row))


def table_path(course: Path, lab: str) -> Path:
    """Where the table of a lab lies."""
    return course / f"collect-{lab}.csv"


def read_rows(path: Path) -> list[Row]:
    """The table's rows; none if there is no table.

    Raises:
        UserError: if it is damaged, with the line (exit code 2).
    """
    if not path.exists():
        return []
    table = read_delimited(path)
    places = table.columns(COLUMNS)
    if missing := [name for name in COLUMNS if name not in places]:
        raise UserError(
            f"{table.place(table.rows[0])}: no column {', '.join(missing)}; put it back, or delete "
            "the file and collect again",
            exit_code=2,
        )
    rows = []
    for row in table.rows[1:]:
        texts = {name: _plain(name, row.text(place)) for name, place in places.items()}
        if texts["how"].strip().casefold().replace(" ", "-") in (BY_HAND, "byhand", "by_hand"):
            texts["how"] = BY_HAND
        elif texts["how"] not in {*How}:
            known = ", ".join(one for one in How if one)
            raise UserError(
                f"{table.place(row)}: how is `{printable(texts['how'])}`; write one of {known}",
                exit_code=2,
            )
        texts["student_id"] = texts["student_id"].strip()
        rows.append(Row(**texts))
    return rows


def rows_as_bytes(rows: Iterable[Row]) -> bytes:
    """The table as it is written."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        values = zip(COLUMNS, astuple(row), strict=True)
        writer.writerow([_safe(name, value) for name, value in values])
    return text.getvalue().encode()


def _safe(name: str, text: str) -> str:
    return safe_id(text) if name in _OF_OTHERS else text


def _plain(name: str, text: str) -> str:
    return plain_text(text) if name in _OF_OTHERS else text
