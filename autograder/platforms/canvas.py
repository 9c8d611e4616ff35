"""Canvas: "Download Submissions", the gradebook's CSV, the zip for feedback."""

import re
from collections.abc import Iterable

from ..delimited import Delimited
from ..errors import UserError
from .archive import Archive
from .clue import Clue, Clues, matches
from .columns import chosen
from .grade_file import GradeFile, Line

NAME = "canvas"
TITLE = "Canvas"
# Anonymous comes first: such an id may be all digits, and look like a person's.
_ANONYMOUS = re.compile(
    r"(?:(?P<late>LATE)_)?anon_(?P<id>[A-Za-z0-9]+)_(?P<attachment>\d+)_(?P<file>[^/]+)", re.DOTALL
)
_NAMED = re.compile(
    r"(?P<name>[^/]*?)_(?:(?P<late>LATE)_)?(?P<id>\d+)_(?P<attachment>\d+)_(?P<file>[^/]+)",
    re.DOTALL,
)
# A text or an address in place of a file has no attachment.
_TEXT = re.compile(
    r"(?:(?P<late_first>LATE)_)?(?P<name>[^/]*?)_(?:(?P<late>LATE)_)?(?P<id>\d+)_(?P<file>text\.html|link\.html)"
)
_COLUMN = re.compile(r"(?P<title>.*)\s\((?P<id>\d+)\)", re.DOTALL)
_TEST_STUDENT = {"student, test", "test student"}


# Each place where a person's number may stand: a name may hold numbers and underscores, too.
_NUMBER = re.compile(r"(?=_(?P<id>\d+)_(?:\d+_.|(?:text|link)\.html$))", re.DOTALL)


def read(archive: Archive) -> Clues:
    """What the names of a download say."""
    named = matches(_NAMED, archive) | matches(_TEXT, archive)
    found = {path: _clue(match, "canvas_id") for path, match in named.items()}
    anonymous = matches(_ANONYMOUS, archive)
    return found | {path: _clue(match, "anonymous") for path, match in anonymous.items()}


def _clue(found: re.Match[str], kind: str) -> Clue:
    parts = found.groupdict()
    own = ("canvas_id", found["id"])
    numbers = dict.fromkeys(one["id"] for one in _NUMBER.finditer(found.string))
    return Clue(
        person=f"{kind} {found['id']}",
        file=found["file"],
        name=parts.get("name") or "",
        lms_id=found["id"],
        ids={kind: found["id"]},
        others=tuple({"canvas_id": one} for one in numbers if (kind, one) != own),
        late_flag="LATE" if parts.get("late") or parts.get("late_first") else "",
        version=int(parts["attachment"]) if parts.get("attachment") else None,
    )


def version_of(entry: str) -> int | None:
    """The attachment's number in a file's name: later ones are larger."""
    found = _ANONYMOUS.match(entry) or _NAMED.match(entry)
    return int(found["attachment"]) if found else None


def feedback_path(entry: str, page: str) -> str | None:
    """A file's name for the way back: Canvas looks at the two numbers in it."""
    name = entry.replace("\\", "/").rpartition("/")[2]
    found = _ANONYMOUS.fullmatch(name) or _NAMED.fullmatch(name)
    return None if found is None else f"{name[: found.start('file')]}{page}"


def claims(table: Delimited) -> bool:
    """Whether a table is a gradebook, by the rule of Canvas's importer."""
    header = table.header
    return len(header) > 3 and "Student" in header[0] and "ID" in header[1]


def grade_file(table: Delimited, wanted: Iterable[str], labels: Iterable[str]) -> GradeFile:
    """The gradebook, with the column of one assignment.

    Raises:
        UserError: if it is not clear which, or Canvas would make a new one (exit code 2).
    """
    place = table.place(table.rows[0])
    section = next((n for n, title in enumerate(table.header) if "Section" in title), None)
    problem = ""
    if section is None:
        problem = "no column Section, so Canvas would refuse the file; export the gradebook again"
    column: int | None = None
    if not problem:
        named = {
            number: (found["title"], found["id"])
            for number, title in enumerate(table.header)
            if number > (section or 0) and (found := _COLUMN.fullmatch(title))
        }
        column, problem = chosen(table.header, named, wanted, labels)
        if column is not None and column not in named:
            raise UserError(
                f"{place}: column {table.header[column]} has no number in brackets, so Canvas "
                "would make a new assignment of it; export the gradebook again",
                exit_code=2,
            )
    ids = {
        "canvas_id": table.column("ID"),
        "sis_user_id": table.column("SIS User ID"),
        "login": table.column("SIS Login ID"),
        "integration_id": table.column("Integration ID"),
    }
    lines, maximum = [], None
    for number, row in enumerate(table.rows[1:], start=1):
        first = row.text(0).strip()
        if "Points Possible" in first:
            maximum = row.text(column).strip() or None
            continue
        values = {kind: row.text(place_).strip() for kind, place_ in ids.items()}
        if number <= 2 and not any(values.values()):  # "Manual Posting", "Muted"
            continue
        lines.append(
            Line(
                row=number,
                ids={kind: value for kind, value in values.items() if value},
                name=first,
                is_test=first.casefold() in _TEST_STUDENT,
            )
        )
    if maximum is not None and "read only" in maximum:
        problem = f"Canvas takes no grades for column {table.header[column or 0]}; name another"
    return GradeFile(
        NAME,
        table,
        lines,
        column,
        maximum,
        problem,
        fixed=frozenset({"ex", "excused", "n/a"}),
    )
