"""Times as platforms write them, in the languages of their users.

What can't be read for sure is no time: it is better to have none than one that makes work late.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from ..errors import UserError

FORMAT = "%Y-%m-%d %H:%M:%S UTC"  # as nbgrader writes it

# The beginnings of the months' names, by month; none is the beginning of another month's.
_MONTHS = (
    "jan gen ene janv styc янв oca",
    "feb fév fev lut фев şub",
    "mar mär mrt maa мар",
    "apr avr abr kwi апр nis",
    "may mai mei mag maj мая май",
    "jun juin giu cze июн haz",
    "jul juil lug lip июл tem",
    "aug aoû ago sie авг ağu",
    "sep set wrz сен eyl",
    "oct okt oct ott out paź окт eki",
    "nov lis ноя kas",
    "dec déc dez dic gru дек ara",
)
_MONTH_OF = {name: n for n, names in enumerate(_MONTHS, 1) for name in names.split()}
_LONGEST = 100  # characters of a time
_NUMBERS = re.compile(
    r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)[T _-]+(?P<H>\d\d)[:-](?P<M>\d\d)(?:[:-](?P<S>\d\d))?"
)
_CHARACTERS = re.compile(r"(?P<y>\d{4})[年년]\s*(?P<m>\d{1,2})[月월]\s*(?P<d>\d{1,2})[日일]")
_DAY_FIRST = re.compile(
    r"\b(?P<d>\d{1,2})\.?(?: de| di)?[ -]+(?P<name>[^\W\d]+)\.?,?(?: de)?[ ,-]+(?P<y>\d{4})\b"
)
_MONTH_FIRST = re.compile(
    r"\b(?P<name>[^\W\d]+)\.? (?P<d>\d{1,2})(?:st|nd|rd|th)?,? (?P<y>\d{4})\b"
)
_CLOCK = re.compile(
    r"(?<!\d)(?P<H>\d{1,2})(?:[:.h]?(?P<M>\d\d))(?:[:.](?P<S>\d\d))?(?!\d)\s*(?P<half>[AaPp]\.?\s?[Mm])?"
)
_ZONE = re.compile(r"(?:\s*(?P<utc>Z|UTC|GMT)\b|\s*(?P<sign>[+-])(?P<h>\d\d):?(?P<m>\d\d))")


def read_time(text: str) -> datetime | None:
    """The time in a text, with its zone if it has one; None if it can't be told."""
    text = " ".join(unicodedata.normalize("NFKC", text[:_LONGEST]).split())
    try:
        return _read(text)
    except ValueError:  # the 31st of June, say
        return None


def _read(text: str) -> datetime | None:
    if found := _NUMBERS.search(text):
        date, clock = found, found
    else:
        day = _CHARACTERS.search(text) or _DAY_FIRST.search(text) or _MONTH_FIRST.search(text)
        if day is None:
            return None
        after = _CLOCK.search(text, day.end())
        if after is None:
            return None
        date, clock = day, after
    parts = date.groupdict()
    month = int(parts["m"]) if parts.get("m") else _month(parts["name"])
    if month is None:
        return None
    hour = int(clock["H"])
    if half := clock.groupdict().get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "Pp" else 0)
    zone = _zone(text[clock.end() :])
    second = int(clock["S"] or 0)
    return datetime(
        int(date["y"]), month, int(date["d"]), hour, int(clock["M"]), second, tzinfo=zone
    )


def _month(name: str) -> int | None:
    name = name.casefold()
    return next((m for size in (4, 3) if (m := _MONTH_OF.get(name[:size]))), None)


def _zone(rest: str) -> tzinfo | None:
    found = _ZONE.match(re.sub(r"^\.\d+", "", rest))
    if found is None:
        return None
    if found["utc"]:
        return UTC
    shift = timedelta(hours=int(found["h"]), minutes=int(found["m"]))
    return timezone(-shift if found["sign"] == "-" else shift)


def read_zone(name: str) -> tzinfo:
    """A time zone by its name.

    Raises:
        UserError: if nobody knows it (exit code 2).
    """
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        wrong = f"{name}: no such time zone; write one as Europe/Berlin or UTC"
        raise UserError(wrong, exit_code=2) from None


def as_utc(time: datetime, zone: tzinfo) -> datetime:
    """A time in UTC, taken as one of this zone if it says none itself.

    Where clocks change, one reading may mean two moments: the earlier one counts, as everywhere.
    """
    if time.tzinfo:
        return time.astimezone(UTC)
    return min(time.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
