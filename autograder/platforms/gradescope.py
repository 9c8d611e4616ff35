"""Gradescope: the export of an assignment's submissions, with a file that says whose they are."""

import re
from datetime import UTC, datetime
from typing import Any

import yaml

from ..errors import UserError, shown
from ..printable import printable_name
from .archive import Archive, Member
from .clue import Clue, Clues, Submitter
from .times import read_time

NAME = "gradescope"
TITLE = "Gradescope"
METADATA = "submission_metadata.yml"
METADATA_LIMIT_BYTES = 50 * 2**20
METADATA_DEPTH_LIMIT = 20  # lists and tables in one another; Gradescope's have five or so
MERGE = "<<"  # a key by which a short text may stand for a huge table
_ENTRY = re.compile(r"(?P<id>submission_\d+)(?:/(?P<file>.+)|(?P<kind>\.[^/]+))", re.DOTALL)


def read(archive: Archive) -> Clues:
    """What the file of metadata says of each submission; nothing where there is none.

    Raises:
        UserError: if it is none that Gradescope writes, but one to stop us (exit code 2).
    """
    about = next((one for one in archive.members if one.path == METADATA), None)
    if about is None or not any(_ENTRY.fullmatch(one.path) for one in archive.members):
        return {}
    known = _metadata(archive, about)
    found = {}
    for member in archive.members:
        match = _ENTRY.fullmatch(member.path)
        if match:
            entry = known.get(match["id"], {})
            found[member.path] = _clue(match["id"], match["file"] or member.name, entry)
    return found


def _metadata(archive: Archive, about: Member) -> dict[str, dict[str, Any]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = archive.text(about, METADATA_LIMIT_BYTES)
    try:
        if about.size_bytes > METADATA_LIMIT_BYTES or _is_odd(text, loader):
            raise UserError(
                f"{shown(archive.path)}: {printable_name(about.raw)} in it is too large, or too "
                "deep; download it again, or say with --platform what it is",
                exit_code=2,
            )
        known = yaml.load(text, Loader=loader)
    except (yaml.YAMLError, ValueError):
        return {}
    items = known.items() if isinstance(known, dict) else ()
    return {str(name): entry for name, entry in items if isinstance(entry, dict)}


def _is_odd(text: str, loader: Any) -> bool:
    """Whether its parts lie deeper in one another than the loader, which calls itself, can go."""
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > METADATA_DEPTH_LIMIT or getattr(event, "value", "") == MERGE:
            return True
    return False


def _clue(number: str, file: str, entry: dict[str, Any]) -> Clue:
    people = entry.get(":submitters")
    people = [one for one in people if isinstance(one, dict)] if isinstance(people, list) else []
    submitters = tuple(_submitter(one) for one in people)
    is_group = len(submitters) > 1
    return Clue(
        person=number,
        file=file,
        name=", ".join(one.name for one in submitters),
        lms_id=number.removeprefix("submission_"),
        ids=submitters[0].ids if submitters else {},
        handed_in=_time(entry.get(":created_at")),
        group=number if is_group else "",
        submitters=submitters,
    )


def _submitter(entry: dict[str, Any]) -> Submitter:
    ids = {"sid": _text(entry, ":sid"), "email": _text(entry, ":email")}
    given = {kind: value for kind, value in ids.items() if value}
    return Submitter(_text(entry, ":name"), given)


def _text(entry: dict[str, Any], key: str) -> str:
    value = entry.get(key)
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _time(value: object) -> datetime | None:
    if isinstance(value, datetime):  # the loader has taken the zone into account
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).replace(microsecond=0)
    return read_time(str(value)) if value is not None else None
