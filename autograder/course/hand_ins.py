"""Who handed in, and which file counts: a row for each entry of `submitted/`.

Expected is `submitted/<student>/<lab>/<lab>.ipynb`. What is plainly meant is taken with a note.
Where a person has to decide, a note says what to do. No entry can stop the others.

`submitted/` itself may be a link, because only the instructor can make it one. Below it no link
is followed: it could lead to a neighbour's answers.
"""

import os
import stat
from collections import defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from ..errors import Unreadable, UserError
from ..judge.content import Content
from ..printable import UNSEEN, printable_name
from .extra_files import Asked, Collected, collect
from .notebook_file import (
    NotebookFile,
    archive_stem,
    is_clutter,
    is_hidden,
    notebook_stem,
)
from .student_folder import Found, find_notebook, folded, is_named_after, listed, nothing

SUBMITTED = "submitted"  # nbgrader's name of the folder, unless a course has another
HIDDEN = "begins with a dot, so it is not taken; if it is a student's, rename it without the dot"
ID_LIMIT = 128  # characters, as nbgrader's gradebook has it
ID_LIMIT_BYTES = 200  # files are named after students, and a file system takes 255
# nbgrader writes ids into its pages and scripts as they are; there these would act.
MARKUP = set('<>"\\')


class Decision(StrEnum):
    """What becomes of an entry of `submitted/`."""

    TAKEN = "taken"
    NOTHING = "nothing to grade"  # of a student: counts as a blank hand-in
    NOT_A_STUDENT = "not a student"  # stands in no result


@dataclass(frozen=True)
class HandIn:
    """What was decided about one entry of `submitted/`."""

    student: str  # the folder's name; of an entry that is no student, its name made printable
    notebook: NotebookFile | None  # what to grade; None unless it is taken
    decision: Decision
    notes: tuple[str, ...] = ()
    beside: "Beside | None" = None  # None: the lab asks for nothing but the notebook

    @property
    def is_stray(self) -> bool:
        """Whether it is no student's, so that no result tells of it."""
        return self.decision is Decision.NOT_A_STUDENT

    @property
    def path(self) -> Path | None:
        """The file to grade: a notebook, or the archive that holds it."""
        return None if self.notebook is None else self.notebook.path

    def read(self) -> bytes:
        """The content of the notebook.

        Raises:
            Unreadable: if there is none, with the reason.
        """
        if self.notebook is None:
            raise Unreadable("; ".join(self.notes) or f"{self.student} is not a student")
        return self.notebook.read()

    def load(self) -> Content:
        """All that grading needs; a file that can't be read any more is nothing, with a note."""
        name = "" if self.notebook is None else printable_name(self.notebook.name)
        files, more = self.beside.collect(self) if self.beside else ((), ())
        notes = self.notes + more
        if self.notebook is None:  # which says enough of what is missing
            return Content(self.student, name, None, self.notes, files)
        try:
            return Content(self.student, name, self.read(), notes, files)
        except Unreadable as reason:
            return Content(self.student, name, None, notes + nothing(str(reason)).notes, files)

    def as_json(self) -> dict[str, Any]:
        """The row as plain data."""
        # A name that is no UTF-8 can't stand in JSON.
        path = os.fsencode(self.path).decode("utf-8", "backslashreplace") if self.path else None
        return {
            "student": self.student,
            "path": path,
            "decision": self.decision.value,
            "notes": list(self.notes),
        }

    def lines(self) -> list[str]:
        """The notes for the terminal."""
        return [f"{printable_name(self.student)}: {note}" for note in self.notes]


@dataclass(frozen=True)
class Beside:
    """Where to look for what a lab asks for besides the notebook."""

    root: Path
    lab: str
    asked: Asked

    def collect(self, row: HandIn) -> Collected:
        """The files, and notes on them."""
        return collect(self.root, row.student, self.lab, row.notebook, self.asked)


def find_hand_ins(
    course_dir: Path, lab: str, submitted: str | Path = SUBMITTED, asked: Asked | None = None
) -> list[HandIn]:
    """A row per entry of `submitted/`, sorted; none for a student who handed in other labs only.

    Args:
        submitted: the folder, where the course has another one: in `course_dir`, or absolute.
        asked: what is handed in besides the notebook; without it, other files are not looked at.

    Raises:
        UserError: if there is no such folder, or it can't be opened (exit code 2).
    """
    root = course_dir / submitted
    try:
        names = sorted(path.name for path in root.iterdir())
    except OSError as error:
        wanted = root / "STUDENT" / lab / f"{lab}.ipynb"
        message = f"{root}: no submissions found ({error.strerror}); put them into {wanted}"
        raise UserError(message, exit_code=2) from None
    rows = [row for name in names if (row := _row(root, name, lab)) is not None]
    if asked is not None:
        beside = Beside(root, lab, asked)
        rows = [row if row.is_stray else replace(row, beside=beside) for row in rows]
    return _with_twins_noted(sorted(rows, key=lambda row: row.student))


def _row(root: Path, name: str, lab: str) -> HandIn | None:
    path = root / name
    if is_clutter(name):
        return _no_student(name)
    try:
        mode = path.lstat().st_mode
    except OSError as error:  # deleted meanwhile
        return _no_student(name, f"can't be looked at ({error.strerror}); try again")
    if is_hidden(name):
        is_work = stat.S_ISDIR(mode) or notebook_stem(name) or archive_stem(name)
        return _no_student(name, *([HIDDEN] if is_work else []))
    is_linked_folder = stat.S_ISLNK(mode) and _is_folder(path)
    if not (stat.S_ISDIR(mode) or is_linked_folder):
        return _no_student(
            name, f"not a student's folder; if it is of {lab}, {_move(root, name, lab)}"
        )
    if folded(name) == folded(lab):
        return _no_student(name, f"a lab's folder; students' are {root.name}/STUDENT/{lab}/")
    if is_odd_id(name):
        rule = f'at most {ID_LIMIT} characters, all to be seen, and none of < > " \\'
        return _no_student(name, f"not a student's id; rename the folder: {rule}")
    if is_linked_folder:
        link = "the student's folder is a link, and links are not followed"
        return _of_student(name, nothing(f"{link}; put the folder itself there"))
    found = find_notebook(root, name, lab)
    return None if found is None else _of_student(name, found)


def _of_student(student: str, found: Found) -> HandIn:
    decision = Decision.NOTHING if found.notebook is None else Decision.TAKEN
    return HandIn(student, found.notebook, decision, found.notes)


def _no_student(name: str, *notes: str) -> HandIn:
    return HandIn(printable_name(name), None, Decision.NOT_A_STUDENT, notes)


def _move(root: Path, name: str, lab: str) -> str:
    """Where a stray file belongs; `ana.ipynb` is probably Ana's, but of which lab nobody knows."""
    stem = notebook_stem(name) or archive_stem(name)
    student = "STUDENT" if stem is None or is_named_after(lab, stem) else printable_name(stem)
    return f"move it to {root.name}/{student}/{lab}/"


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # perhaps in a folder that is closed to us
        return False


def is_odd_id(name: str) -> bool:
    """Whether files, tables, nbgrader's gradebook or its pages can't hold such an id."""
    return (
        len(name) > ID_LIMIT
        or UNSEEN.search(name) is not None
        or not {"\t", "\n", *MARKUP}.isdisjoint(name)
        or len(name.encode()) > ID_LIMIT_BYTES
    )


def _with_twins_noted(rows: list[HandIn]) -> list[HandIn]:
    """Say which ids may be the same person's: they differ in case, accents or spaces only."""
    alike: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.decision is not Decision.NOT_A_STUDENT:
            alike[folded(row.student)].append(row.student)
    return [_with_twins(row, alike[folded(row.student)]) for row in rows]


def _with_twins(row: HandIn, alike: list[str]) -> HandIn:
    twins = [printable_name(student) for student in alike if student != row.student]
    if row.decision is Decision.NOT_A_STUDENT or not twins:
        return row
    note = f"perhaps the same person as {listed(twins)}; if so, keep one of the folders"
    return replace(row, notes=(*row.notes, note))
