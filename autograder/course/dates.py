"""What `dates.toml` in a course says of due dates:

timezone = "Europe/Berlin"   # of all times here, and of hand-ins without one
grace_minutes = 15           # these four may stand in a lab as well
percent_per_day = 10
cap_percent = 50

[labs.lab1]
due = "2026-11-27 23:59"     # the only key that a lab must have
opens = "2026-11-13 08:00"
last_day = "2026-12-04"      # what comes later earns nothing

[extensions.lab1]
ana = "2026-11-29 23:59"

[extra_time]                 # in all labs; or column `extra_time` of roster.csv
ben = "2 days"
eva = "25 %"                 # of the time from `opens` to `due`

[tokens]                     # late tokens: one makes up for one day
each = 3                     # for every student, in the order of the due dates
per_lab = 2
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Never
from zoneinfo import available_timezones

from ..errors import shown
from ..toml_file import line_of, mistake, nearest, read_toml
from .lateness import MOST, ExtraTime, LabDates
from .moments import YEARS, end_of, latest, written, zone_of

FILE = "dates.toml"
_DEFAULTS = ("timezone", "grace_minutes", "percent_per_day", "cap_percent")
_TABLES = ("labs", "extensions", "extra_time", "tokens")
OF_LAB = ("due", "opens", "last_day", *_DEFAULTS)
OF_TOKENS = ("each", "per_lab")
_MOST = {"grace_minutes": 100_000.0, "percent_per_day": 100.0, "cap_percent": 100.0}
_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*(%|d|days?|h|hours?|min|minutes?)")
_PLACE = re.compile(r"(?!Etc|US|right|posix)[A-Z][A-Za-z]+/.+")  # the names that are written today
_FIXED = re.compile(r"[EMH]ST|Etc/GMT[+-][1-9]\d?")  # old ones, whose clocks hardly anybody has
_FORM = "write a date like `2026-11-27 23:59` in quotes"
EXTRA_TIME = "write `2 days`, `36 hours`, `90 minutes` or `25 %`"
_KEYS = "the keys"


@dataclass(frozen=True)
class CourseDates:
    """All of it."""

    labs: Mapping[str, LabDates] = field(default_factory=dict)
    extensions: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)
    extra_time: Mapping[str, ExtraTime] = field(default_factory=dict)
    tokens_each: int = 0
    tokens_per_lab: int = 0
    zone: tzinfo = UTC
    path: Path = Path(FILE)
    text: str = field(default="", repr=False)

    def place(self, *keys: str) -> str:
        """Where something stands, as `file:line`."""
        return f"{shown(self.path)}:{line_of(self.text, *keys)}"

    def of(self, lab: str, student: str, more: ExtraTime | None = None) -> LabDates | None:
        """The dates of a student: the latest due date that anything gives; None without any."""
        dates = self.labs.get(lab)
        if dates is None:
            return None
        given = [self.extensions.get(lab, {}).get(student, dates.due)]
        extra = (self.extra_time.get(student), more)
        given += [time.after(dates) for time in extra if time is not None]
        return dates.with_due(max(given))


def read_dates(path: Path) -> CourseDates:
    """What the file says; nothing, if there is none.

    Raises:
        UserError: if anything in it is wrong, as `file:line: what is wrong; what to do`.
    """
    if not path.exists():
        return CourseDates()
    return _Reader(path, *read_toml(path)).dates()


def extra_time_of(text: str) -> ExtraTime | None:
    """What a text such as `2 days` or `25 %` gives; None if it is not of this form."""
    found = _TIME.fullmatch(text.strip().lower())
    if found is None:
        return None
    number, unit = float(found[1]), found[2]
    if unit == "%":
        return ExtraTime(percent=number) if number <= 1_000 else None
    days = number * {"d": 1.0, "h": 1 / 24, "m": 1 / 1440}[unit[0]]
    if days > MOST.days:
        return None
    if unit[0] == "d":
        return ExtraTime(int(number), timedelta(days=number - int(number)))
    return ExtraTime(0, timedelta(days=days))


class _Reader:
    def __init__(self, path: Path, read: dict[str, Any], text: str) -> None:
        self.path, self.read, self.text = path, read, text

    def dates(self) -> CourseDates:
        self.refuse_unknown((), self.read, (*_DEFAULTS, *_TABLES))
        for name in _TABLES:
            self.table(name)
        labs = {name: self.lab(name, said) for name, said in self.read.get("labs", {}).items()}
        extra_time = self.table("extra_time")
        return CourseDates(
            labs,
            {name: self.extensions(name, labs) for name in self.table("extensions")},
            {who: self.extra_time(who, said) for who, said in extra_time.items()},
            *self.tokens(self.table("tokens")),
            self.zone((), self.read),
            self.path,
            self.text,
        )

    def lab(self, name: str, said: Any) -> LabDates:
        place = ("labs", name)
        if not isinstance(said, dict):
            self.refuse(place, f"`{name}` is a table; write `[labs.{name}]`, and its dates below")
        self.refuse_unknown(place, said, OF_LAB)
        if "due" not in said:
            self.refuse(place, f"`{name}` has no `due`; {_FORM}")
        said = {key: self.read[key] for key in _DEFAULTS if key in self.read} | said
        zone = self.zone(place, said)
        moments = {
            key: self.moment((*place, key), said[key], zone, "timezone" in said)
            for key in ("due", "opens", "last_day")
            if key in said
        }
        due, opens, last = (moments.get(key) for key in ("due", "opens", "last_day"))
        assert due is not None
        if opens is not None and opens >= due:
            self.refuse((*place, "opens"), "`opens` is not before `due`; correct one of them")
        if last is not None and last < due:
            self.refuse((*place, "last_day"), "`last_day` is before `due`; correct one of them")
        percent = self.number(place, said, "percent_per_day")
        return LabDates(
            due,
            zone,
            opens,
            last,
            timedelta(minutes=self.number(place, said, "grace_minutes") or 0.0),
            percent,
            100.0 if (cap := self.number(place, said, "cap_percent")) is None else cap,
        )

    def extensions(self, lab: str, labs: Mapping[str, LabDates]) -> dict[str, datetime]:
        place = ("extensions", lab)
        if lab not in labs:
            wrong = f"extensions of `{lab}`, which has no due date"
            self.refuse(place, f"{wrong}; {nearest(lab, labs, 'the labs here')}")
        said = self.read["extensions"][lab]
        if not isinstance(said, dict):
            self.refuse(place, f"`{lab}` is a table; write `[extensions.{lab}]`, students below")
        zone, known = labs[lab].zone, self.says_zone(lab)
        return {who: self.moment((*place, who), day, zone, known) for who, day in said.items()}

    def extra_time(self, student: str, said: Any) -> ExtraTime:
        place = ("extra_time", student)
        extra = extra_time_of(said) if isinstance(said, str) else None
        if extra is None:
            self.refuse(place, f"the extra time of `{student}` is not clear; {EXTRA_TIME}")
        return extra

    def tokens(self, said: Mapping[str, Any]) -> tuple[int, int]:
        self.refuse_unknown(("tokens",), said, OF_TOKENS)
        for key, value in said.items():
            if type(value) is not int or not 0 <= value <= MOST.days:
                self.refuse(("tokens", key), f"`{key}` is a whole number of days; write one")
        if said and "each" not in said:
            self.refuse(("tokens",), "`[tokens]` has no `each`; say how many everybody has")
        each = said.get("each", 0)
        return each, said.get("per_lab", each)

    # -- values ------------------------------------------------------------------------------------

    def table(self, name: str) -> dict[str, Any]:
        said = self.read.get(name, {})
        if not isinstance(said, dict):
            self.refuse((name,), f"`{name}` is a table; write `[{name}]`, and what it says below")
        return said

    def zone(self, place: tuple[str, ...], said: Mapping[str, Any]) -> tzinfo:
        name = said.get("timezone", "UTC")
        zone = zone_of(name) if isinstance(name, str) else None
        wrong = "is no time zone"
        if zone is not None and _FIXED.fullmatch(name):
            zone, wrong = None, f"is UTC{datetime.now(zone):%z} all year"
        if zone is None:
            places = [known for known in available_timezones() if _PLACE.fullmatch(known)]
            known = nearest(str(name), places, "zones")
            hint = known if known.startswith("did") else "name a place, as in `Europe/Berlin`"
            self.refuse((*place, "timezone"), f"`{name}` {wrong}; {hint}")
        return zone

    def says_zone(self, lab: str) -> bool:
        return "timezone" in self.read or "timezone" in self.read["labs"][lab]

    def moment(self, place: tuple[str, ...], said: Any, zone: tzinfo, known: bool) -> datetime:
        """A moment in UTC; of a date without a time, its end."""
        value = _as_date(said, zone) if isinstance(said, str) else said
        is_day = isinstance(value, date) and not isinstance(value, datetime)
        if not isinstance(value, date) or value.year not in YEARS:
            self.refuse(place, f"`{place[-1]}` is no date; {_FORM}")
        if not known and (is_day or getattr(value, "tzinfo", None) is None):
            wrong = f"`{place[-1]}` has no time zone"
            self.refuse(place, f'{wrong}; write `timezone = "Europe/Berlin"` at the top, say')
        if not isinstance(value, datetime):
            day: date = value
            return day_or_opening(day, zone, place[-1] == "opens")
        return latest(value, zone)

    def number(self, place: tuple[str, ...], said: Mapping[str, Any], key: str) -> float | None:
        if key not in said:
            return None
        value = said[key]
        fits = isinstance(value, int | float) and not isinstance(value, bool)
        if not fits or not 0 <= value <= _MOST[key]:
            wanted = f"`{key}` is a number from 0 to {_MOST[key]:g}"
            self.refuse((*place, key), f"{wanted}; write one")
        return float(value)

    # -- words -------------------------------------------------------------------------------------

    def refuse_unknown(
        self, place: tuple[str, ...], said: Iterable[str], known: tuple[str, ...]
    ) -> None:
        for key in said:
            if key not in known:
                hint, at = nearest(key, known, _KEYS), (*place, key)
                said_of = f" in [{'.'.join(place)}]" if place else ""
                if not place and isinstance(self.read[key], dict):
                    hint = f"{hint} a lab's dates are in `[labs.{key}]`"
                    at = (
                        key,
                        *[k for k, inner in self.read[key].items() if isinstance(inner, dict)][:1],
                    )
                self.refuse(at, f"unknown key `{key}`{said_of}; {hint}")

    def line(self, *keys: str) -> int:
        return line_of(self.text, *keys)

    def refuse(self, place: tuple[str, ...], wrong: str) -> Never:
        inner: Any = self.read
        for key in place:
            inner = inner.get(key) if isinstance(inner, dict) else None
        if inner is None and place[-1] in self.read and place[-1] in _DEFAULTS:
            place = place[-1:]  # the lab has it from the top
        raise mistake(self.path, self.line(*place), wrong)


def day_or_opening(day: date, zone: tzinfo, opens: bool) -> datetime:
    """The end of a day; of the day on which a lab opens, its beginning."""
    return end_of(day - timedelta(days=1), zone) if opens else end_of(day, zone)


def _as_date(text: str, zone: tzinfo) -> date | None:
    """A date with or without a time; None if it is none."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return written(text, zone)
