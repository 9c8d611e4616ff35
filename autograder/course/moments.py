"""Moments in time, from texts that people and programs write.

A text without a zone is on the clock of the lab's zone. When clocks are put back, an hour comes
twice; when they are put forward, one is missing. Of two readings the one counts that is better for
whoever hands in: the earlier one of a hand-in, the later one of a due date.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
YEARS = range(1970, 9000)  # others are no dates of a course
_MIDNIGHT = re.compile(r"(.*[T ])24:00(:00)?")
_WITH_A_ZONE = re.compile(r"(?P<clock>.*\d)\s+(?P<zone>[A-Za-z][\w+/-]*|[+-]\d\d:?\d\d)")


def zone_of(name: str) -> tzinfo | None:
    """The zone of this name, such as `Europe/Berlin`; None if there is none."""
    try:
        return ZoneInfo(name) if name.strip() else None
    except (OSError, ValueError, KeyError):  # of names that are none, folders, damaged files
        return None


def written(text: str, zone: tzinfo = UTC) -> datetime | None:
    """The date and time that a text holds, with a zone if it names one; None if it holds none.

    A zone may be named as `zone` calls it in winter or summer, `CEST` say.
    """
    found = _WITH_A_ZONE.fullmatch(text.strip())
    clock, name = (found["clock"], found["zone"]) if found else (text.strip(), "")
    midnight = _MIDNIGHT.fullmatch(clock)
    try:
        moment = datetime.fromisoformat(f"{midnight[1]}00:00" if midnight else clock)
        moment += DAY if midnight else timedelta()
        if name:
            named = None if moment.tzinfo else _zone_named(name, moment, zone)
            if named is None:
                return None
            moment = moment.replace(tzinfo=named)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year in YEARS else None


def earliest(moment: datetime, zone: tzinfo) -> datetime:
    """In UTC; of a clock that shows this twice, the first time."""
    return min(_readings(moment, zone))


def latest(moment: datetime, zone: tzinfo) -> datetime:
    """In UTC; of a clock that shows this twice, the second time."""
    return max(_readings(moment, zone))


def end_of(day: date, zone: tzinfo) -> datetime:
    """The moment at which a day is over, in UTC."""
    return latest(datetime(day.year, day.month, day.day) + DAY, zone)


def days_on(moment: datetime, days: int, zone: tzinfo) -> datetime:
    """The moment some days on, when the clock shows the same; in UTC."""
    return latest(moment.astimezone(zone).replace(tzinfo=None) + days * DAY, zone)


def _zone_named(name: str, moment: datetime, zone: tzinfo) -> tzinfo | None:
    if name[0] in "+-":
        return datetime.strptime(name, "%z").tzinfo
    for fold in (0, 1):
        local = moment.replace(tzinfo=zone, fold=fold)
        offset = local.utcoffset()
        if local.tzname() == name and offset is not None:
            return timezone(offset)
    return zone_of(name)


def _readings(moment: datetime, zone: tzinfo) -> list[datetime]:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return [moment.replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
