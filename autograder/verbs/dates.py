"""Says who handed in when, how late that is and what it costs, by the course's `dates.toml`."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from ..course.course import load_course
from ..course.dates import FILE
from ..course.hand_ins import find_hand_ins
from ..course.late_work import LateWork
from ..course.lateness import Lateness
from ..errors import UserError, shown


@dataclass(frozen=True)
class HandInTimes:
    """Each student's hand-in and the clock."""

    lab: str
    students: dict[str, Lateness]
    notes: list[str]

    def as_json(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {
            "lab": self.lab,
            "students": [_plain(name, late) for name, late in self.students.items()],
            "notes": self.notes,
        }


def times_of(course_dir: Path, lab: str) -> HandInTimes:
    """Look at every hand-in of a lab; nothing is changed.

    Raises:
        UserError: if nothing says when the lab is due, or nobody handed in (exit code 2).
    """
    course = load_course(course_dir)
    late_work = LateWork(course)
    if not late_work.knows(lab):
        wanted = f"write `[labs.{lab}]` with `due`"
        hints = late_work.notes(lab, ())
        message = hints[0] if hints else f"{shown(course.root / FILE)}: no such file; {wanted}"
        raise UserError(message, exit_code=2)
    submitted = course.folder("submitted", ".", lab).parent
    rows = find_hand_ins(course.root, lab, submitted)
    names = [row.student for row in rows if not row.is_stray]
    found = {name: late for name in names if (late := late_work.now(lab, name)) is not None}
    return HandInTimes(lab, found, late_work.notes(lab, names))


def as_table(times: HandInTimes) -> Table:
    """A row per student who is late, or has more time, or whose time nobody knows."""
    table = Table(title=f"{times.lab}: when it was handed in", title_justify="left")
    table.add_column("student", overflow="fold", max_width=24)
    for column in ("due", "handed in", "days late", "tokens used", "taken off"):
        table.add_column(column, justify="right")
    for name, late in times.students.items():
        if late.days or late.extension or late.handed_in is None:
            percent = "the course's rule" if late.percent is None else f"{late.percent:g} %"
            came = "unknown" if late.handed_in is None else _clock(late, late.handed_in)
            numbers = (f"{late.days}", f"{late.tokens}", percent)
            table.add_row(Text(name), _clock(late, late.dates.due), came, *numbers)
    return table


def summary(times: HandInTimes) -> str:
    """In one sentence."""
    late = sum(one.days > 0 for one in times.students.values())
    over = sum(one.over for one in times.students.values())
    return f"{len(times.students)} handed in, {late} late, {over} of them after the last day"


def _clock(late: Lateness, moment: datetime) -> str:
    return f"{moment.astimezone(late.dates.zone):%Y-%m-%d %H:%M:%S %Z}"


def _plain(student: str, late: Lateness) -> dict[str, Any]:
    return {
        "student": student,
        "due": late.dates.due.isoformat(),
        "handed_in": late.handed_in and late.handed_in.isoformat(),
        "extension_s": late.extension.total_seconds(),
        "days_late": late.days,
        "tokens_used": late.tokens,
        "after_last_day": late.over,
        "percent": late.percent,
        "said": late.said(),
    }
