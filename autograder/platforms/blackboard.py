"""Blackboard: "Assignment File Download", and the Grade Center's file."""

import re
from collections.abc import Iterable

from ..delimited import Delimited
from .archive import Archive
from .clue import Clue, Clues, matches
from .columns import chosen
from .grade_file import GradeFile, Line
from .times import read_time

NAME = "blackboard"
TITLE = "Blackboard"
TEXT_LIMIT_BYTES = 2**16
# The word in the middle is "attempt" in the language of the site.
_ENTRY = re.compile(
    r"(?P<assignment>[^/]+?)_(?P<user>[^_/]+)_[^\W\d_]+_(?P<time>\d{4}(?:-\d\d){5})"
    r"(?:(?P<about>\.txt)|_(?P<file>[^/]+))",
    re.DOTALL,
)
# Below the header, students' own words stand in an attempt's text, as long as they like.
_ORIGINAL = re.compile(
    r"^[ \t]+[^\s:][^:\n]*:[ \t]*(?P<original>\S[^\n]*)\n"
    r"[ \t]+[^\s:][^:\n]*:[ \t]*(?P<file>\S[^\n]*)$",
    re.M,
)
_CLOCK = re.compile(r"\d:\d\d")
_COLUMN = re.compile(
    r"(?P<title>.*?) ?\[[^\[\]]*?: ?(?P<points>[^\[\]]*)\](?P<rest>.*)\|(?P<id>\d+)", re.DOTALL
)
_POINTS = re.compile(r"\d[\d.,]*")


def read(archive: Archive) -> Clues:
    """What the names say, and the texts that Blackboard puts beside them."""
    found = matches(_ENTRY, archive)
    texts = {
        member.path: archive.text(member, TEXT_LIMIT_BYTES)
        for member in archive.members
        if member.path in found and found[member.path]["about"] and not member.wrong
    }
    about = {_stem(found[path]): text for path, text in texts.items()}
    return {path: _clue(path, match, about) for path, match in found.items()}


def _stem(found: re.Match[str]) -> str:
    """What all names of an attempt begin with; what follows, the student wrote."""
    return found.string[: found.end("time")]


def _clue(path: str, found: re.Match[str], about: dict[str, str]) -> Clue:
    text = about.get(_stem(found), "").replace("\r\n", "\n")
    first, *header = text.strip().partition("\n\n")[0].split("\n")
    person, user = _who(first)
    originals = {one["file"].strip(): one["original"].strip() for one in _ORIGINAL.finditer(text)}
    name = path.rpartition("/")[2]
    dated = next((line for line in header if _CLOCK.search(line)), "").partition(":")[2]
    told, by_name = read_time(dated), read_time(found["time"])
    is_same = told is not None and by_name is not None
    zone = told.tzinfo if told and is_same and told.replace(tzinfo=None) == by_name else None
    others = [] if user else _longer(found["assignment"], found["user"])
    user = user or found["user"]
    return Clue(
        person=user,
        file=originals.get(name) or found["file"] or name,
        name=person,
        lms_id=user,
        ids={"login": user},
        others=tuple({"login": one} for one in others),
        attempt=found["time"],
        handed_in=by_name.replace(tzinfo=zone) if by_name else None,
    )


def _longer(assignment: str, user: str) -> list[str]:
    """What else a login may be: underscores may stand in it, and in the assignment's name."""
    parts = assignment.split("_")
    return ["_".join([*parts[number:], user]) for number in range(1, len(parts))]


def _who(line: str) -> tuple[str, str]:
    """Of `Name: Ana Silva (asilva3)` the name and the user."""
    name, bracket, user = line.strip().partition(":")[2].rpartition("(")
    is_told = bool(bracket and user[:-1].strip()) and user.endswith(")")
    return (name.strip(), user[:-1].strip()) if is_told else ("", "")


def claims(table: Delimited) -> bool:
    """Whether a table is of the Grade Center."""
    return any(_COLUMN.fullmatch(title) for title in table.header)


def grade_file(table: Delimited, wanted: Iterable[str], labels: Iterable[str]) -> GradeFile:
    """The Grade Center's file, with one column."""
    found = {n: one for n, title in enumerate(table.header) if (one := _COLUMN.fullmatch(title))}
    named = {n: (one["title"], one["id"]) for n, one in found.items()}
    column, problem = chosen(table.header, named, wanted, labels)
    if column is not None and column not in named:
        title = table.header[column]
        problem = f"column {title} has no number, so Blackboard would make a new one of it"
    points = _POINTS.search(found[column]["points"]) if column in found else None
    # "up to 100 Score", in the language of the site
    if column in found and points and not found[column]["points"][:1].isdigit():
        problem = f"Blackboard calculates column {table.header[column or 0]}; name another"
    ids = {
        "login": table.column("Username", "Benutzername", "Gebruikersnaam", "Nombre de usuario"),
        "sid": table.column("Student ID", "Matrikelnummer", "Studentennummer"),
    }
    first, last = table.column("First Name", "Vorname"), table.column("Last Name", "Nachname")
    if ids["login"] is None and ids["sid"] is None:
        problem = "no column Username, so nobody can be told; download it with all columns"
    lines = []
    for number, row in enumerate(table.rows[1:], start=1):
        values = {kind: row.text(place).strip() for kind, place in ids.items()}
        name = f"{row.text(first).strip()} {row.text(last).strip()}".strip()
        is_test = values["login"].casefold().endswith("_previewuser")
        lines.append(
            Line(number, {k: v for k, v in values.items() if v}, name=name, is_test=is_test)
        )
    maximum = points.group().rstrip(".,") if points else None
    cells = {row.text(column).strip() for row in table.rows[1:]}
    states = {text for text in cells if re.search(r"[^\W\d]\s*[\s(]", text)}  # "Needs Grading(7)"
    return GradeFile(NAME, table, lines, column, maximum, problem, empty=frozenset({"", *states}))
