"""Brightspace (D2L): the download of an assignment's folder, and the gradebook's export."""

import re
from collections.abc import Iterable

from ..delimited import Delimited
from .archive import Archive
from .clue import Clue, Clues, matches
from .columns import chosen
from .grade_file import GradeFile, Line
from .times import read_time

NAME = "brightspace"
TITLE = "Brightspace"
_ENTRY = re.compile(
    r"(?P<id>\d+-\d+) - (?P<name>[^/]+?) - "
    r"(?P<time>(?:(?! - )[^/])*?\d{4},? \d{1,4}(?: ?[APap]\.?[Mm]\.?)?)(?:/| - )(?P<file>.+)",
    re.DOTALL,
)
# Each place where a name may end: it may look as if a time followed.
_NAME_END = re.compile(r"(?= - (?:(?! - )[^/])*?\d{4},? \d{1,4}(?: ?[APap]\.?[Mm]\.?)?(?:/| - ))")
_COLUMN = re.compile(
    r"(?P<title>.*) (?P<kind>Points Grade|Grade Symbol|Text Grade)(?: <(?P<info>.*)>)?", re.DOTALL
)
_MAXIMUM = re.compile(r"MaxPoints:\s*(\d[\d.,]*)")


def read(archive: Archive) -> Clues:
    """What the names of a download say: a name and a time; the numbers are the platform's own."""
    return {path: _clue(found) for path, found in matches(_ENTRY, archive).items()}


def _clue(found: re.Match[str]) -> Clue:
    start = found.start("name")
    names = [found.string[start : one.start()] for one in _NAME_END.finditer(found.string, start)]
    return Clue(
        person=f"{found['id'].partition('-')[0]} {found['name']}",
        file=found["file"],
        name=found["name"],
        lms_id=found["id"],
        others=tuple({"name": name} for name in names if name != found["name"] and "/" not in name),
        attempt=found["time"],
        handed_in=read_time(found["time"]),
    )


def feedback_path(path: str, page: str) -> str | None:
    """Where a page lies for the way back: in the folder that Brightspace named."""
    found = _ENTRY.fullmatch(path)
    if found is None or found.string[found.end("time")] != "/":
        return None
    return f"{path[: found.end('time')]}/{page}"


def claims(table: Delimited) -> bool:
    """Whether a table is of a gradebook."""
    has_person = table.column("OrgDefinedId", "Username") is not None
    has_grade = any(_COLUMN.fullmatch(title) for title in table.header)
    return has_person and (has_grade or table.column("End-of-Line Indicator") is not None)


def grade_file(table: Delimited, wanted: Iterable[str], labels: Iterable[str]) -> GradeFile:
    """The gradebook's file, with one column of points."""
    found = {n: one for n, title in enumerate(table.header) if (one := _COLUMN.fullmatch(title))}
    named = {
        n: (one["title"], one.group().partition(" <")[0])
        for n, one in found.items()
        if one["kind"] == "Points Grade"
    }
    column, problem = chosen(table.header, named, wanted, labels)
    if column is not None and column not in named:
        problem = f"column {table.header[column]} is no column of points; name one of those"
    info = found[column]["info"] if column in found else None
    maximum = _MAXIMUM.search(info or "")
    ids = {"orgdefinedid": table.column("OrgDefinedId"), "login": table.column("Username")}
    lines = []
    for number, row in enumerate(table.rows[1:], start=1):
        # The mark in front keeps a spreadsheet from taking zeros away.
        values = {kind: row.text(place).strip().removeprefix("#") for kind, place in ids.items()}
        lines.append(Line(number, {kind: value for kind, value in values.items() if value}))
    return GradeFile(
        NAME, table, lines, column, maximum[1].rstrip(".,") if maximum else None, problem
    )
