"""The zip of feedback pages, named as the platform wants them that the hand-ins came from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from . import canvas, ilias, moodle
from .decisions import Decision, Row


@dataclass
class WayBack:
    """The pages by their paths in the zip, and whose page could not be named."""

    pages: dict[str, str] = field(default_factory=dict)  # path -> student
    shared: dict[str, str] = field(default_factory=dict)  # student -> whose page stands for it
    plain: list[str] = field(default_factory=list)  # students in a folder of their own


def name_pages(rows: Iterable[Row], lab: str) -> WayBack:
    """What each student's page is called in the zip."""
    back = WayBack()
    chosen = _row_of_each(rows).items()
    # Who handed in for a group comes before the others of it, as theirs is the page that stands.
    for student, row in sorted(chosen, key=lambda one: ("of group" in one[1].reason, one[0])):
        path = _path(row, student, lab)
        if path is None:
            back.plain.append(student)
            path = f"{student}/{lab}_feedback.html"
        if path in back.pages:
            back.shared[student] = back.pages[path]
        else:
            back.pages[path] = student
    return back


def _row_of_each(rows: Iterable[Row]) -> Mapping[str, Row]:
    """For each student the row that counts: what was taken, else the last one there is."""
    chosen: dict[str, Row] = {}
    for row in rows:
        if not row.student_id:
            continue
        before = chosen.get(row.student_id)
        if before is None or _rank(row) >= _rank(before):
            chosen[row.student_id] = row
    return chosen


def _rank(row: Row) -> tuple[bool, bool]:
    return row.decision == Decision.TAKEN and bool(row.notebook), bool(row.notebook)


def _path(row: Row, student: str, lab: str) -> str | None:
    page = f"{lab}_feedback.html"
    if row.platform == moodle.NAME:
        return moodle.feedback_path(row.name, row.lms_id, page) if row.lms_id else None
    if row.platform == canvas.NAME:
        is_unclear = row.is_by_hand and not row.lms_id  # its name may be read as another's
        return None if is_unclear else canvas.feedback_path(row.entry, page)
    if row.platform == ilias.NAME:
        return ilias.feedback_path(lab, row.entry, page)
    if row.platform == "brightspace":
        folder = row.entry.replace("\\", "/").rpartition("/")[0].rpartition("/")[2]
        return f"{folder}/{page}" if folder else None
    return None
