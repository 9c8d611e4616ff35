"""Compares the points of now with those published before: who changed, and why."""

import csv
import io
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from ..course.course import load_course
from ..course.differences import Difference, differences
from ..course.late_work import LateWork
from ..course.ledger import Ledger, standings_of
from ..course.lowering import said_of_kept
from ..course.moments import end_of, latest, written
from ..course.roster import Student
from ..course.scores import scores_of
from ..course.store import ResultStore
from ..errors import UserError
from ..platforms.safe_text import safe_id, safe_text
from ..printable import printable

LETTERS = ("student_id", "name", "email", "lab", "before", "now", "of", "lowered", "why", "tests")
FEW = 10  # students who are named


@dataclass(frozen=True)
class Comparison:
    """Who has other points now than at some time before."""

    lab: str
    since: datetime | None  # when those before were published; None: nothing was
    changes: list[Difference]  # of those who had points before
    new: list[Difference]
    students: int
    members: dict[str, Student]
    kept: list[str] = field(default_factory=list)  # a line for each whose better points stay

    @property
    def lowered(self) -> list[str]:
        """Who has less."""
        return [one.student for one in self.changes if one.lowered]

    def as_json(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {
            "lab": self.lab,
            "since": self.since and self.since.isoformat(),
            "students": self.students,
            "changes": [one.as_json() for one in self.changes],
            "new": [one.student for one in self.new],
            "lowered": self.lowered,
            "kept": self.kept,
        }

    def letters(self) -> str:
        """A CSV of those who are to be told."""
        file = io.StringIO()
        table = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        table.writerow(LETTERS)
        for one in self.changes:
            member = self.members.get(one.student, Student(one.student))
            assert one.before is not None
            texts = (safe_text(printable(text)) for text in (member.name, member.email))
            numbers = (one.before.final, one.after.final, one.after.max_score)
            words = (safe_text(text) for text in ("; ".join(one.why), _tests(one)))
            said = ("yes" if one.lowered else "no", *words)
            row = (
                safe_id(one.student),
                *texts,
                self.lab,
                *(f"{number:g}" for number in numbers),
                *said,
            )
            table.writerow(row)
        return file.getvalue()


def compare(course_dir: Path, lab: str, since: str | None = None) -> Comparison:
    """Compare with the grades before the last that were published, or with those of a time.

    Grades that were changed since they were published last are compared with those.

    Raises:
        UserError: if the lab was not graded yet (exit code 2), or `since` is no date.
    """
    course = load_course(course_dir)
    store = ResultStore(course.root / "results" / lab)
    latest_ones = (store.latest(name) for name in store.students())
    results = [result for result in latest_ones if result is not None]
    if not results:
        wanted = f"python -m autograder grade {lab} --course {course_dir}"
        raise UserError(f"{store.folder}: {lab} was not graded yet; run `{wanted}`", exit_code=2)
    ledger, late_work = Ledger(store.folder), LateWork(course)
    now = standings_of(scores_of(course, lab, results), results)
    if since is not None:
        until = _moment(since, late_work.zone(lab))
        times = [at for at in ledger.times() if at <= until]
        before = ledger.standings(until)
    else:
        is_published = ledger.standings() == now
        before = ledger.standings(leave_out_last=is_published)
        times = ledger.times()[:-1] if is_published else ledger.times()
    found = differences(store, before, now)
    changes = [one for one in found if one.before is not None]
    new = [one for one in found if one.before is None]
    members = late_work.members
    at = times[-1] if times else None
    return Comparison(lab, at, changes, new, len(now), members, said_of_kept(results))


def as_table(comparison: Comparison) -> Table:
    """A row per student whose points changed."""
    table = Table(title=f"{comparison.lab}: points that changed", title_justify="left")
    table.add_column("student", overflow="fold", max_width=24)
    for column in ("before", "now", "of"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("because of")
    for one in comparison.changes:
        assert one.before is not None
        lower = " lowered" if one.lowered else ""
        numbers = (one.before.final, one.after.final, one.after.max_score)
        table.add_row(
            Text(one.student),
            f"{numbers[0]:g}",
            Text(f"{numbers[1]:g}{lower}", style="red" if lower else ""),
            f"{numbers[2]:g}",
            ", ".join(one.why),
        )
    return table


def by_test(comparison: Comparison) -> list[str]:
    """A line for each test that says something else, with whose points changed."""
    students: dict[str, list[str]] = {}
    for one in comparison.changes:
        for test in one.tests:
            students.setdefault(str(test), []).append(one.student)
    return [
        f"{test} ({len(names)}: {', '.join(names[:FEW])}{' …' if len(names) > FEW else ''})"
        for test, names in students.items()
    ]


def summary(comparison: Comparison) -> str:
    """In one sentence."""
    if comparison.since is None:
        return f"nothing was published before; {comparison.students} students have points now"
    changed, lowered = len(comparison.changes), len(comparison.lowered)
    return (
        f"{changed} of {comparison.students} students have other points than those published at "
        f"{comparison.since:%Y-%m-%d %H:%M:%S} UTC; {lowered} of them lower; "
        f"{len(comparison.new)} are new"
    )


def _moment(text: str, zone: Any) -> datetime:
    try:
        return end_of(date.fromisoformat(text.strip()), zone)
    except ValueError:
        moment = written(text, zone)
    if moment is None:
        wrong = f"--since {text}: this is no date; write one like 2026-11-27 or `2026-11-27 18:00`"
        raise UserError(wrong, exit_code=2)
    return latest(moment, zone).astimezone(UTC)


def _tests(one: Difference) -> str:
    return "; ".join(map(str, one.tests))
