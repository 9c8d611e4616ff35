"""When each student's hand-in was due, when it came, and what that costs, by the course's files.

`dates.toml` and the column `extra_time` of `roster.csv` say what is due; `timestamp.txt` beside a
hand-in says when it came. All is computed from these anew, each time; nothing is stored, so nothing
can be stale.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from functools import cached_property

from ..errors import UserError
from ..toml_file import nearest
from . import dates
from .config import uses_our_late_penalty
from .course import Course
from .dates import CourseDates, read_dates
from .handed_in import moment_of, read_timestamp
from .lateness import LabDates, Lateness, lateness
from .roster import Student, roster_of
from .scores import FinalScore

LEAST_POINTS = 1e-4  # less is rounding


@dataclass(frozen=True)
class LateWork:
    """The course's dates and its hand-ins' times."""

    course: Course

    @cached_property
    def dates(self) -> CourseDates:
        """What `dates.toml` says.

        Raises:
            UserError: if it is wrong, here as in all that follows.
        """
        return read_dates(self.course.root / dates.FILE)

    @cached_property
    def members(self) -> dict[str, Student]:
        """The roster by id."""
        return roster_of(self.course.root).students

    def knows(self, lab: str) -> bool:
        """Whether a lab has a due date here; else the gradebook's counts."""
        return lab in self.dates.labs

    def handed_in(self, lab: str, student: str) -> datetime | None:
        """When the hand-in came, in UTC; None if nobody knows."""
        text, _ = read_timestamp(self.course.folder("submitted", student, lab))
        return moment_of(text, self.zone(lab))

    def zone(self, lab: str) -> tzinfo:
        """Of times without one."""
        known = self.dates.labs.get(lab)
        return self.dates.zone if known is None else known.zone

    def of_student(self, lab: str, student: str) -> LabDates | None:
        """The dates of one student; None if the lab has none."""
        member = self.members.get(student)
        more = None if member is None else member.extra_time
        extra = (more, self.dates.extra_time.get(student))
        known = self.dates.labs.get(lab)
        if known is not None and known.opens is None and any(e and e.percent for e in extra):
            raise UserError(
                f"{self.dates.place('labs', lab)}: {student} has extra time in percent, and "
                f"`{lab}` does not say when it `opens`; add that"
            )
        return self.dates.of(lab, student, more)

    def of(self, lab: str, student: str, handed_in: datetime | None) -> Lateness | None:
        """How late a hand-in is, that came at this time; None if the lab has no dates."""
        own = self.of_student(lab, student)
        if own is None:
            return None
        tokens = self._tokens_left(lab, student) if self.dates.tokens_each else 0
        late = lateness(own, handed_in, tokens, self.dates.labs[lab])
        if late.days and not uses_our_late_penalty(self.course.config):
            return replace(late, tokens=0, percent=None)
        return late

    def now(self, lab: str, student: str) -> Lateness | None:
        """How late the hand-in is that lies there."""
        return self.of(lab, student, self.handed_in(lab, student) if self.knows(lab) else None)

    def notes(self, lab: str, students: Collection[str]) -> list[str]:
        """What a person should look at: a lab or a student that nothing fits, unknown times."""
        if not self.knows(lab):
            if not self.dates.labs:
                return []
            hint = nearest(lab, self.dates.labs, "the labs there")
            return [f"{self.dates.path}: no `[labs.{lab}]`, so it gives no due date; {hint}"]
        known, notes = {*students, *self.members}, []
        for student in self.dates.extensions.get(lab, {}):
            if student not in known:
                place = self.dates.place("extensions", lab, student)
                notes.append(f"{place}: nobody is called `{student}`; {_meant(student, known)}")
        for student in self.dates.extra_time:
            if student not in known:
                place = self.dates.place("extra_time", student)
                notes.append(f"{place}: nobody is called `{student}`; {_meant(student, known)}")
        unknown = [student for student in students if self.handed_in(lab, student) is None]
        if unknown:
            few = f"{', '.join(unknown[:5])}{' …' if len(unknown) > 5 else ''}"
            notes.append(
                f"{len(unknown)} hand-ins without a readable timestamp.txt count as in time: {few}"
            )
        return notes

    def outdated(self, lab: str, scores: Iterable[FinalScore]) -> dict[str, str]:
        """Why, of each student from whom the gradebook takes off other points than these files say:
        a date was changed since the last grading, or points were given by hand."""
        found = {}
        for one in scores if uses_our_late_penalty(self.course.config) else ():
            late = self.now(lab, one.student)
            is_there = self.course.folder("submitted", one.student, lab).is_dir()
            if late is None or late.percent is None or not is_there:
                continue
            penalty = late.penalty(one.raw_score)
            if abs(penalty - one.penalty) > LEAST_POINTS:
                found[one.student] = (
                    f"{one.penalty:g} points are taken off for late work, and it should be "
                    f"{penalty:g} by now; grade again"
                )
        return found

    def _tokens_left(self, lab: str, student: str) -> int:
        """What earlier labs left of a student's tokens, as many as may go into this one."""
        left, labs = self.dates.tokens_each, self.dates.labs
        for earlier in sorted(labs, key=lambda name: (labs[name].due, name)):
            most = min(left, self.dates.tokens_per_lab)
            if earlier == lab:
                return most
            own = self.of_student(earlier, student)
            if own is not None:
                left -= lateness(own, self.handed_in(earlier, student), most).tokens
        return 0


def _meant(student: str, known: Collection[str]) -> str:
    hint = nearest(student, known, "")
    return hint if hint.startswith("did") else "correct the id, or put the student into the roster"
