"""Packs the feedback pages of a lab for the way back to the platform."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..atomic_file import write_atomically
from ..counted import counted
from ..course.course import Course, load_course
from ..course.late_work import LateWork
from ..course.roster import roster_of
from ..course.scores import final_scores
from ..errors import UserError, shown
from ..platforms.decisions import read_rows, table_path
from ..platforms.way_back import name_pages
from ..zip_archive import zip_of

FEW = 10  # students who are named


@dataclass
class Packed:
    """What came of packing."""

    lab: str
    zip_file: Path
    pages: dict[str, str] = field(default_factory=dict)  # path in the zip -> student
    without: list[str] = field(default_factory=list)  # students who have no page yet
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {**vars(self), "zip_file": str(self.zip_file)}


def pack_feedback(course_dir: Path, lab: str, zip_file: Path, dry_run: bool = False) -> Packed:
    """Write a zip of all pages, each named as the platform of `collect-<lab>.csv` wants it.

    Raises:
        UserError: if nothing was collected, or there is no page (exit code 2).
    """
    course_dir = course_dir.resolve()
    course = load_course(course_dir)
    table = table_path(course_dir, lab)
    rows = read_rows(table)
    if not rows:
        raise UserError(
            f"{shown(table)}: nothing was collected, so names for the way back are not known; "
            "collect first, or give back the pages as they are",
            exit_code=2,
        )
    back = name_pages(rows, lab, roster_of(course_dir))
    packed, pages = Packed(lab, zip_file), {}
    for path, student in back.pages.items():
        page = course.feedback_page(student, lab)
        if page.is_file():
            pages[path] = page.read_bytes()
            packed.pages[path] = student
        else:
            packed.without.append(student)
    if not pages:
        where = shown(course.feedback_page("STUDENT", lab))
        raise UserError(f"{where}: there are no pages; grade first", exit_code=2)
    if back.plain:
        packed.notes.append(
            f"{len(back.plain)} pages lie in folders named by student_id, as their platform takes "
            "no zip of feedback, or no hand-in there is known to be theirs"
        )
    for student, other in back.shared.items():
        packed.notes.append(
            f"{student}: handed in together with {other}, whose page stands for both"
        )
    packed.notes += _unfinished(course, lab, list(packed.pages.values()))
    if packed.without:
        packed.notes.append(f"no page yet, so not in the zip: {', '.join(packed.without[:FEW])}")
    if not dry_run:
        write_atomically(zip_file.resolve(), zip_of(pages))
    return packed


def _unfinished(course: Course, lab: str, students: list[str]) -> list[str]:
    """A note that says whose page may change, if there are such."""
    scores = {score.student: score for score in final_scores(course, lab)}
    outdated = LateWork(course).outdated(lab, scores.values())
    waiting = [
        name
        for name in students
        if name in scores and (scores[name].unfinished or name in outdated)
    ]
    if not waiting:
        return []
    named = ", ".join(waiting[:FEW]) + " …" * (len(waiting) > FEW)
    pages = counted(len(waiting), "page")
    return [f"{pages} may still change, because points aren't final: {named}"]
