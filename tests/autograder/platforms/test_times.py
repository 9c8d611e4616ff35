"""Times of platforms, in their users' languages."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import UserError
from autograder.platforms.times import FORMAT, as_utc, read_time, read_zone

WHEN = datetime(2026, 11, 20, 23, 58)


@pytest.mark.parametrize(
    "text",
    [
        "Friday, 20 November 2026, 11:58 PM",
        "Friday, 20 November 2026, 11:58\u202fpm",
        "Friday, November 20, 2026, 11:58 PM",
        "Freitag, 20. November 2026, 23:58",
        "vendredi 20 novembre 2026, 23:58",
        "viernes, 20 de noviembre de 2026, 23:58",
        "venerdì, 20 novembre 2026, 23:58",
        "sexta-feira, 20 de novembro de 2026 às 23:58",
        "vrijdag 20 november 2026, 23:58",
        "fredag, 20 november 2026, 23:58",
        "piątek, 20 listopad 2026, 23:58",
        "Пятница, 20 ноября 2026, 23:58",
        "20 Kasım 2026, 23:58",
        "2026年11月20日 23:58",
        "2026-11-20 23:58:00",
        "2026-11-20T23:58",
        "2026-11-20-23-58-00",
        "Nov 20, 2026 1158 PM",
        "20 Nov, 2026 2358",
    ],
)
def test_languages_and_orders(text: str) -> None:
    assert read_time(text) == WHEN


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)),
    st.sampled_from(["%A, %d %B %Y, %I:%M %p", "%b %d, %Y %I%M %p", "%Y-%m-%d %H:%M:%S"]),
)
def test_what_platforms_write_is_read(time: datetime, form: str) -> None:
    read = read_time(time.strftime(form))
    assert read is not None
    assert read.replace(second=0) == time.replace(second=0, microsecond=0)


def test_short_hours_without_a_colon() -> None:
    assert read_time("Nov 2, 2026 905 AM") == datetime(2026, 11, 2, 9, 5)
    assert read_time("Nov 2, 2026 1205 AM") == datetime(2026, 11, 2, 0, 5)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Friday, November 20, 2026 11:58:00 PM GMT", UTC),
        ("2026-11-20 23:58:00 UTC", UTC),
        ("2026-11-20T23:58:00Z", UTC),
        ("2026-11-20 23:58:00.123456000 Z", UTC),
        ("2026-11-20T23:58:00+01:00", timezone(timedelta(hours=1))),
        ("2026-11-20T23:58:00-0530", timezone(-timedelta(hours=5, minutes=30))),
    ],
)
def test_a_zone_that_is_written_counts(text: str, zone: timezone) -> None:
    assert read_time(text) == WHEN.replace(tzinfo=zone)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "never",
        "20/11/2026, 23:58",
        "31 June 2026, 10:00",
        "20 November 2026",
        "13:45",
        "20 Frimaire 2026, 10:00",
        "99 May 2026, 99:99",
        "x" * 5000,
        "May 5, 2026 13:00 PM",
    ],
)
def test_what_is_not_clear_is_no_time(text: str) -> None:
    assert read_time(text) is None


@given(st.text(max_size=60))
def test_any_text_is_read_without_an_error(text: str) -> None:
    read = read_time(text)
    assert read is None or isinstance(read, datetime)


def test_zones() -> None:
    berlin = read_zone("Europe/Berlin")
    assert as_utc(WHEN, berlin).strftime(FORMAT) == "2026-11-20 22:58:00 UTC"
    assert as_utc(WHEN.replace(tzinfo=UTC), berlin).hour == 23
    twice = datetime(2026, 10, 25, 2, 30)  # clocks are put back: the earlier one counts
    assert as_utc(twice, ZoneInfo("Europe/Berlin")).hour == 0
    missing = datetime(2026, 3, 29, 2, 30)  # clocks are put forward
    assert as_utc(missing, ZoneInfo("Europe/Berlin")).strftime(FORMAT) == "2026-03-29 00:30:00 UTC"
    for name in ("Mars/Base", "", "../etc/passwd"):
        with pytest.raises(UserError, match="no such time zone"):
            read_zone(name)
