"""A plain folder, or a zip of folders: one for each student, or a file that is named after them."""

from ..course.notebook_file import archive_stem, notebook_stem
from ..course.roster import Roster
from .archive import Archive, nfc
from .clue import Clue, Clues

NAME = "plain"
TITLE = "plain folders"


def read(archive: Archive, roster: Roster) -> Clues:
    """What folders and files are called; nothing if no student is meant by any of them."""
    clues = {member.path: _clue(member.path) for member in archive.members}
    is_known = any(_is_known(clue, roster) for clue in clues.values())
    return clues if is_known else {}


def is_sure(archive: Archive, roster: Roster) -> bool:
    """Whether all at the top is called exactly as a student or a group is."""
    files = [one for one in archive.members if not one.is_clutter]
    words = {
        nfc(one.entry.partition(".")[0] if one.entry == one.path else one.entry) for one in files
    }
    return all(
        roster.find("folder", one) or roster.group_of(one) or roster.named(one) for one in words
    )


def _clue(path: str) -> Clue:
    parts = nfc(path).split("/")
    if len(parts) == 1:
        stem = notebook_stem(path) or archive_stem(path) or path.partition(".")[0]
        return Clue(person=f"file {stem}", file=path, name=stem, ids={"file": stem})
    person, *inner = parts
    return Clue(
        person=person,
        file="/".join(inner),
        name=person,
        lms_id=person,
        ids={"folder": person},
        is_of_all_labs=True,
    )


def _is_known(clue: Clue, roster: Roster) -> bool:
    word = clue.ids.get("folder") or clue.ids["file"]
    return bool(
        roster.find("folder", word)
        or roster.group_of(word)
        or roster.named(word)
        or roster.mentioned(word)
    )
