"""Times as platforms write them, in the languages of their users.

What can't be read for sure is no time: it is better to have none than one that makes work late.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from ..errors import UserError

FORMAT = "%Y-%m-%d %H:%M:%S UTC"  # as nbgrader writes it

# The beginnings of the months' names, by month: three letters, or four where languages differ.
_MONTHS = (
    "jan gen ene janv styc янв oca tamm",
    "feb fév fev lut фев şub helm",
    "mar mär mrt maar мар maal",
    "apr avr abr kwi апр nis huht",
    "may mai mei mag maj мая май touk",
    "jun juin giu cze июн haz kesä lipn lipa meit",
    "jul juil lug lipc lipi июл tem hein",
    "aug aoû ago sie авг ağu elo",
    "sep set wrz сен eyl syys",
    "oct okt oct ott out paź окт eki loka",
    "nov lis ноя kas marr",
    "dec déc dez des dic gru дек ara joul",
)
_MONTH_OF = {name: n for n, names in enumerate(_MONTHS, 1) for name in names.split()}
_LONGEST = 100  # characters of a time
_NUMBERS = re.compile(
    r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)[T _-]+(?P<H>\d\d)[:-](?P<M>\d\d)(?:[:-](?P<S>\d\d))?"
    r"\s*(?P<half>[AaPp]\.?\s?[Mm]\b\.?)?"
)
_CHARACTERS = re.compile(r"(?P<y>\d{4})[年년]\s*(?P<m>\d{1,2})[月월]\s*(?P<d>\d{1,2})[日일]")
# Which half of the day it is may stand before the clock; a day of the week says nothing.
_HALVES = {"上午": "am", "午前": "am", "오전": "am", "下午": "pm", "午後": "pm", "오후": "pm"}
_WEEKDAY = re.compile(r"星期.|[週周].|\(?.曜日?\)?|.요일|\([^)]\)|[\s,、]")
_DAY_FIRST = re.compile(
    r"\b(?P<d>\d{1,2})(?P<dot>\.?)(?: de| di)?[ -]+(?P<name>[^\W\d]+)\.?,?(?: de)?[ ,-]+"
    r"(?P<y>\d{4})\b"
)
_MONTH_FIRST = re.compile(
    r"\b(?P<name>[^\W\d]+)\.? (?P<d>\d{1,2})(?:st|nd|rd|th)?,? (?P<y>\d{4})\b"
)
_CLOCK = re.compile(
    r"(?<!\d)(?P<H>\d{1,2})(?:[:.h]?(?P<M>\d\d))(?:[:.](?P<S>\d\d))?(?!\d)\s*(?P<half>[AaPp]\.?\s?[Mm])?"
)
_ZONE = re.compile(
    r"\s*(?:(?P<utc>Z|UTC|GMT)(?![\w+-])|(?:UTC|GMT)(?P<far>[+-]\d\d?)(?![\d:])"
    r"|(?:UTC|GMT)?(?P<sign>[+-])(?P<h>\d\d):?(?P<m>\d\d))"
)


def read_time(text: str) -> datetime | None:
    """The time in a text, with its zone if it has one; None if it can't be told."""
    text = " ".join(unicodedata.normalize("NFKC", text[:_LONGEST]).split())
    try:
        return _read(text)
    except ValueError:  # the 31st of June, say
        return None


def _read(text: str) -> datetime | None:
    if found := _NUMBERS.search(text):
        date, clock, half = found, found, found["half"]
    else:
        day = _CHARACTERS.search(text) or _DAY_FIRST.search(text) or _MONTH_FIRST.search(text)
        if day is None:
            return None
        after = _CLOCK.search(text, day.end())
        if after is None:
            return None
        date, clock, half = day, after, after["half"]
        if day.re is _CHARACTERS:
            rest = text[day.end() : after.start()] + _ZONE.sub("", text[after.end() :], 1)
            words = _WEEKDAY.sub("", rest)
            if words and words not in _HALVES:
                return None
            half = _HALVES.get(words, half)
    parts = date.groupdict()
    month = int(parts["m"]) if parts.get("m") else _month(parts["name"], bool(parts.get("dot")))
    if month is None:
        return None
    hour = int(clock["H"])
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "Pp" else 0)
    zone = _zone(text[clock.end() :])
    second = int(clock["S"] or 0)
    return datetime(
        int(date["y"]), month, int(date["d"]), hour, int(clock["M"]), second, tzinfo=zone
    )


def _month(name: str, has_dot: bool) -> int | None:
    """By a name. What Poles call November, Croatians call October; they write a dot before it, as
    Czechs do, who have another ending.
    """
    name = name.casefold()
    if has_dot and name.startswith("lis"):
        return {"listopada": 10, "listopadu": 11}.get(name)
    return next((m for size in (4, 3) if (m := _MONTH_OF.get(name[:size]))), None)


def _zone(rest: str) -> tzinfo | None:
    found = _ZONE.match(re.sub(r"^\.\d+", "", rest))
    if found is None:
        return None
    if found["utc"]:
        return UTC
    if found["far"]:
        return timezone(timedelta(hours=int(found["far"])))
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
