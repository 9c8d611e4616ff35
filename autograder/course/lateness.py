"""How late a hand-in is, and what that costs. Nothing here reads a file.

Days are those of the clock in the lab's zone: a day after Saturday, 23:59, is Sunday, 23:59, also
on the Sunday that has 25 hours. A day that has begun counts whole.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from .moments import DAY, days_on

MOST = timedelta(days=3650)  # extra time


@dataclass(frozen=True)
class LabDates:
    """What holds for a lab, or for one student of it; moments are in UTC.

    `percent_per_day` is None where no rule is given, so that nbgrader's own holds.
    """

    due: datetime
    zone: tzinfo = UTC
    opens: datetime | None = None
    last: datetime | None = None  # what comes later earns nothing
    grace: timedelta = timedelta()
    percent_per_day: float | None = None
    cap_percent: float = 100.0

    def days_late(self, handed_in: datetime) -> int:
        """How many days have begun after the due date and its grace."""
        passed = (handed_in - self.due) // DAY
        if handed_in - self.due <= self.grace:
            return 0
        days = max(1, passed - self.grace // DAY - 1)
        while handed_in > days_on(self.due, days, self.zone) + self.grace:
            days += 1
        return days

    def is_over(self, handed_in: datetime) -> bool:
        """Whether it came after the last day."""
        return self.last is not None and handed_in > self.last + self.grace

    def with_due(self, due: datetime) -> "LabDates":
        """The dates of a student who has until then, if that is later; the last day moves too."""
        if due <= self.due:
            return self
        last = None if self.last is None else self.last + (due - self.due)
        return replace(self, due=due, last=last)


@dataclass(frozen=True)
class ExtraTime:
    """Time that a student has on top: so long, or so many percent of the time from `opens` on."""

    days: int = 0
    rest: timedelta = timedelta()
    percent: float = 0.0

    def after(self, dates: LabDates) -> datetime:
        """The due date that follows from it."""
        due = dates.due if not self.days else days_on(dates.due, self.days, dates.zone)
        if self.percent and dates.opens is not None:
            due += min((dates.due - dates.opens) * (self.percent / 100), MOST)
        return due + self.rest


@dataclass(frozen=True)
class Lateness:
    """One student's hand-in and the clock."""

    dates: LabDates  # of this student
    extension: timedelta = timedelta()  # what that is later than the lab's own due date
    handed_in: datetime | None = None  # None: nobody knows when
    days: int = 0
    tokens: int = 0  # late tokens of the student's that make up for as many days
    over: bool = False  # after the last day
    percent: float | None = 0.0  # None: another rule than that of dates.toml says

    def penalty(self, score: float) -> float:
        """What is taken off a score."""
        if not self.percent:
            return 0.0
        return min(max(score, 0.0), max(0.0, round(score * self.percent / 100, 6)))

    def said(self) -> str:
        """One line for the student and for graders; empty for what is in time."""
        if self.handed_in is None or not (self.days or self.over):
            return ""
        came = f"Handed in {self._clock(self.handed_in)}"
        if self.over and self.dates.last is not None and self.percent is not None:
            last = self._clock(self.dates.last)
            return f"{came}, after the last day ({last}): all points are taken off."
        line = f"{came}, {_days(self.days)} late (due {self._clock(self.dates.due)})"
        if self.tokens:
            line += f"; {_tokens(self.tokens)} used for it"
        if self.percent is not None:
            taken = f"{self.percent:g} % of the points are" if self.percent else "nothing is"
            line += f": {taken} taken off"
        return f"{line}."

    def _clock(self, moment: datetime) -> str:
        local = moment.astimezone(self.dates.zone)
        clock = f"{local:%Y-%m-%d %H:%M}" if local.second == 0 else f"{local:%Y-%m-%d %H:%M:%S}"
        return f"{clock} {local:%Z}"


def lateness(
    dates: LabDates, handed_in: datetime | None, tokens: int = 0, lab: LabDates | None = None
) -> Lateness:
    """How late a hand-in is.

    Args:
        dates: of this student.
        handed_in: None if nobody knows.
        tokens: late tokens of the student's that are left for this.
        lab: the dates of everybody else.
    """
    extension = dates.due - (lab or dates).due
    if handed_in is None:
        return Lateness(dates, extension)
    days = dates.days_late(handed_in)
    if dates.is_over(handed_in):
        return Lateness(dates, extension, handed_in, days, over=True, percent=100.0)
    if not days:
        return Lateness(dates, extension, handed_in)
    if dates.percent_per_day is None:
        return Lateness(dates, extension, handed_in, days, percent=None)
    used = min(tokens, days)
    percent = min(dates.cap_percent, dates.percent_per_day * (days - used), 100.0)
    return Lateness(dates, extension, handed_in, days, used, percent=percent)


def _days(number: int) -> str:
    return f"{number} day" if number == 1 else f"{number} days"


def _tokens(number: int) -> str:
    return f"{number} late token is" if number == 1 else f"{number} late tokens are"
