"""The zip of feedback pages, named as the platform wants them that the hand-ins came from.

A page goes to the student's own hand-in there, or to a folder of the student's: never to another's.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ..course.roster import Roster
from . import brightspace, canvas, ilias, moodle
from .archive import Archive, archive_of
from .clue import Clue, Clues
from .decisions import Decision, Row

_READERS: Mapping[str, Callable[[Archive], Clues]] = {
    one.NAME: one.read for one in (moodle, canvas, ilias, brightspace)
}


@dataclass
class WayBack:
    """The pages by their paths in the zip, and whose page could not be named."""

    pages: dict[str, str] = field(default_factory=dict)  # path -> student
    shared: dict[str, str] = field(default_factory=dict)  # student -> whose page stands for it
    plain: list[str] = field(default_factory=list)  # students in a folder of their own


@dataclass(frozen=True)
class _Place:
    """Where a row's file lies: its path below the folders that hold all, and what that says."""

    row: Row
    path: str
    clue: Clue

    def is_anothers(self, roster: Roster, told: Mapping[tuple[str, str], str]) -> bool:
        """Whether a person gave away what another student handed in."""
        row = self.row
        if not row.is_by_hand or (row.platform == moodle.NAME and row.lms_id != self.clue.lms_id):
            return False
        if not row.lms_id:  # its name may be read as another's
            return True
        named = roster.named(self.clue.name)
        by_id = told.get((row.platform, self.clue.lms_id)) or roster.tell(self.clue.ids).student
        student = by_id or (next(iter(named)) if len(named) == 1 else "")
        return student not in ("", row.student_id)

    def page(self, lab: str) -> str | None:
        """What the page is called."""
        page, row = f"{lab}_feedback.html", self.row
        if row.platform == moodle.NAME:
            return moodle.feedback_path(row.name, row.lms_id, page) if row.lms_id else None
        if row.platform == canvas.NAME:
            return canvas.feedback_path(self.path, page)
        if row.platform == ilias.NAME:
            return ilias.feedback_path(lab, self.path, page)
        return brightspace.feedback_path(self.path, page)


def name_pages(rows: Iterable[Row], lab: str, roster: Roster) -> WayBack:
    """What each student's page is called in the zip."""
    back, rows = WayBack(), [row for row in rows if row.student_id]
    places = _places(rows)
    told = {(row.platform, row.lms_id): row.student_id for row in rows if _is_told(row)}
    own = {row: at for row, at in places.items() if not at.is_anothers(roster, told)}
    own_of = _row_of_each(own)
    files: dict[str, tuple[str, str]] = {}  # of each path
    # Who handed in for a group comes before the others of it, as theirs is the page that stands.
    chosen = _row_of_each(rows).items()
    for student, row in sorted(chosen, key=lambda one: ("of group" in one[1].reason, one[0])):
        if row in places and row not in own:
            row = own_of.get(student, row)
        path = own[row].page(lab) if row in own else None
        if path in back.pages and files[path] == row.file:
            back.shared[student] = back.pages[path]
            continue
        if path is None or path in back.pages:
            back.plain.append(student)
            path = f"{student}/{lab}_feedback.html"
        back.pages[path], files[path] = student, row.file
    return back


def _is_told(row: Row) -> bool:
    return bool(row.lms_id) and not row.is_by_hand and not row.is_shared


def _places(rows: Iterable[Row]) -> dict[Row, _Place]:
    """Where each row's file lies, as far as its name is one of its platform's.

    Below how many folders, the rows of a download say together: names there have the rows' ids.
    """
    found = {row: _at_each_depth(row) for row in rows}
    agree = Counter(
        (row.source, depth)
        for row, places in found.items()
        for depth, place in places.items()
        if row.lms_id and place.clue.lms_id == row.lms_id
    )

    def weight(row: Row, depth: int) -> tuple[int, int]:
        return agree[row.source, depth], -depth

    return {
        row: places[max(places, key=lambda depth: weight(row, depth))]
        for row, places in found.items()
        if places
    }


def _at_each_depth(row: Row) -> dict[int, _Place]:
    read = _READERS.get(row.platform)
    if read is None:
        return {}
    whole, found = archive_of(row.entry), {}
    for depth in range(whole.members[0].path.count("/") + 1):
        archive = whole.without_folders(depth)
        for path, clue in read(archive).items():
            found[depth] = _Place(row, path, clue)
    return found


def _row_of_each(rows: Iterable[Row]) -> Mapping[str, Row]:
    """For each student the row that counts: what was taken, else the last one there is."""
    chosen: dict[str, Row] = {}
    for row in rows:
        before = chosen.get(row.student_id)
        if before is None or _rank(row) >= _rank(before):
            chosen[row.student_id] = row
    return chosen


def _rank(row: Row) -> tuple[bool, bool]:
    return row.decision == Decision.TAKEN and bool(row.notebook), bool(row.notebook)
