"""ILIAS: the submissions of an exercise, its status file, multi-feedback."""

import re
import unicodedata
from collections.abc import Iterable

from ..delimited import Delimited
from .archive import Archive
from .clue import Clue, Clues, matches
from .grade_file import GradeFile, Line

NAME = "ilias"
TITLE = "ILIAS"
_PERSON = (
    r"(?:(?P<team>Team[ _]\d+)/)?"
    r"(?P<last>[^/_]*)_(?P<first>[^/_]*)_(?P<login>[^/]+)_(?P<id>\d+)/(?P<file>.+)"
)
# A person's folder lies at the top or in a team's: what lies deeper, students call as they like.
_ENTRY = re.compile(_PERSON, re.DOTALL)
_WITHOUT_MARKS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
CHANGED = "1"  # in the column `update` of a row that counts


def read(archive: Archive) -> Clues:
    """What the names of the folders say."""
    return {path: _clue(found) for path, found in matches(_ENTRY, archive).items()}


def _clue(found: re.Match[str]) -> Clue:
    return Clue(
        person=found["id"],
        file=found["file"],
        name=f"{found['first']} {found['last']}".strip(),
        lms_id=found["id"],
        ids={"ilias_id": found["id"], "login": found["login"]},
        others=tuple({"ilias_id": found["id"], "login": one} for one in _ends(found["login"])),
        group=found["team"] or "",
    )


def _ends(login: str) -> list[str]:
    """What else a login may be: underscores may stand in it, and in the names before it."""
    parts = login.split("_")
    return ["_".join(parts[number:]) for number in range(1, len(parts))]


def feedback_path(lab: str, path: str, page: str) -> str | None:
    """Where a page lies for the way back: the folder keeps its name, in plain letters."""
    found = _ENTRY.fullmatch(path)
    if found is None:
        return None
    folder = "_".join(_plain(found[part]) for part in ("last", "first", "login", "id"))
    return f"multi_feedback_{_plain(lab)}/{folder}/{page}"


def _plain(text: str) -> str:
    text = "".join(_WITHOUT_MARKS.get(one, one) for one in unicodedata.normalize("NFC", text))
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def claims(table: Delimited) -> bool:
    """Whether a table is a status file."""
    named = {title.casefold() for title in table.header}
    return {"update", "mark"} <= named and bool({"usr_id", "login", "logins"} & named)


def grade_file(table: Delimited, wanted: Iterable[str]) -> GradeFile:
    """The status file: its marks; a row counts whose `update` is set."""
    column, problem = table.column(*(tuple(wanted) or ("mark",))), ""
    if column is None:
        problem = f"no column {next(iter(wanted))}; there are: {', '.join(table.header)}"
    login, number_of = table.column("login"), table.column("usr_id")
    logins, update = table.column("logins"), table.column("update")
    first, last = table.column("firstname"), table.column("lastname")
    lines = []
    for number, row in enumerate(table.rows[1:], start=1):
        ids = {"login": row.text(login).strip(), "ilias_id": row.text(number_of).strip()}
        members = [one.strip() for one in row.text(logins).split(",")] if logins is not None else []
        lines.append(
            Line(
                number,
                {kind: value for kind, value in ids.items() if value},
                name=f"{row.text(first).strip()} {row.text(last).strip()}".strip(),
                members=tuple(one for one in members if one),
            )
        )
    flags = {update: CHANGED} if update is not None else {}
    return GradeFile(NAME, table, lines, column, None, problem, flags=flags)
