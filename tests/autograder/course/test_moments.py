"""Texts as moments: with and without zones, also where clocks are changed."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.course.moments import days_on, earliest, end_of, latest, written, zone_of

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    *("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"),
    *("Pacific/Apia", "Africa/Casablanca", "America/St_Johns", "Pacific/Kiritimati"),
]
zones = st.sampled_from(ZONES).map(ZoneInfo)
clocks = st.datetimes(datetime(1999, 1, 1), datetime(2060, 1, 1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-27 23:59:00.5 UTC", datetime(2026, 11, 27, 23, 59, 0, 500_000, UTC)),
        ("2026-11-27 23:59:00.000000 Europe/Berlin", datetime(2026, 11, 27, 22, 59, tzinfo=UTC)),
        ("2026-11-27T23:59+01:00", datetime(2026, 11, 27, 22, 59, tzinfo=UTC)),
        ("2026-11-27 23:59 +0100", datetime(2026, 11, 27, 22, 59, tzinfo=UTC)),
        ("2026-11-27 23:59 -05:30", datetime(2026, 11, 28, 5, 29, tzinfo=UTC)),
        ("2026-11-27T22:59:00Z", datetime(2026, 11, 27, 22, 59, tzinfo=UTC)),
        ("2026-11-27 24:00 UTC", datetime(2026, 11, 28, tzinfo=UTC)),
        ("2026-07-27 23:59 CEST", datetime(2026, 7, 27, 21, 59, tzinfo=UTC)),
        # an hour that comes twice, and is told by its name
        ("2026-10-25 02:30 CEST", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25 02:30 CET", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_zone_is_taken_as_it_is_written(text: str, expected: datetime) -> None:
    moment = written(text, BERLIN)
    assert moment is not None and moment.astimezone(UTC) == expected


@pytest.mark.parametrize("text", ["2026-11-27 23:59", " 2026-11-27T23:59\n", "2026-11-27 23:59:00"])
def test_without_a_zone_it_has_none(text: str) -> None:
    assert written(text) == datetime(2026, 11, 27, 23, 59)


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "27.11.2026 23:59", "11/27/2026", "2026-11-31", "2026-11-27 25:00", "[/etc]"),
        *("2026-11-27 23:59 Nowhere/City", "2026-11-27 23:59+01:00 UTC", "0001-01-01 00:00"),
        *("9999-12-31 23:59", "2026-11-27 23:59 ../../etc/passwd", "2026-11-27 23:59 Europe"),
        *("9999-12-31 24:00", "9" * 100, "\x00", "2026-11-27 24:30"),
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert written(text, BERLIN) is None


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_moment_or_none(text: str) -> None:
    moment = written(text, BERLIN)
    assert moment is None or isinstance(earliest(moment, BERLIN), datetime)


@settings(deadline=None)
@given(clocks, st.sampled_from(ZONES))
def test_what_is_written_is_read(clock: datetime, zone: str) -> None:
    assert written(f"{clock.isoformat(' ')} {zone}") == clock.replace(tzinfo=ZoneInfo(zone))
    assert written(clock.isoformat()) == clock


def test_an_hour_that_comes_twice_and_one_that_is_missing() -> None:
    twice, missing = datetime(2026, 10, 25, 2, 30), datetime(2026, 3, 29, 2, 30)
    assert earliest(twice, BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert latest(twice, BERLIN) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert earliest(missing, BERLIN) == datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert latest(missing, BERLIN) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@settings(deadline=None)
@given(clocks, zones)
def test_of_two_readings_the_better_one_counts(clock: datetime, zone: ZoneInfo) -> None:
    first, last = earliest(clock, zone), latest(clock, zone)
    assert first <= last <= first + timedelta(days=1)
    aware = clock.replace(tzinfo=timezone(timedelta(hours=3)))
    assert earliest(aware, zone) == latest(aware, zone) == aware


def test_a_day_ends_when_the_next_begins() -> None:
    assert end_of(date(2026, 11, 27), BERLIN) == datetime(2026, 11, 27, 23, tzinfo=UTC)


@pytest.mark.parametrize(("clock", "hours"), [((2026, 10, 24), 25), ((2026, 3, 28), 23)])
def test_a_day_on_the_clock_may_have_another_length(
    clock: tuple[int, int, int], hours: int
) -> None:
    due = latest(datetime(*clock, 23, 59), BERLIN)
    assert days_on(due, 1, BERLIN) - due == timedelta(hours=hours)


@settings(deadline=None)
@given(clocks, zones, st.integers(0, 60))
def test_days_go_on(clock: datetime, zone: ZoneInfo, days: int) -> None:
    due = latest(clock, zone)
    assert due == days_on(due, 0, zone)
    assert days_on(due, days, zone) < days_on(due, days + 1, zone)


def test_names_of_zones() -> None:
    assert zone_of("Europe/Berlin") == BERLIN
    for name in ("", " ", "Europe", "Nowhere/City", "../../etc/passwd", "/etc/passwd", "a\x00b"):
        assert zone_of(name) is None
