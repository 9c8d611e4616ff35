"""Times of platforms, in their users' languages."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import UserError
from autograder.platforms.times import FORMAT, as_utc, read_time, read_zone

WHEN = datetime(2026, 11, 20, 23, 58)
LANGUAGES = [
    *("af", "ar", "az", "be", "bg", "bs", "ca", "cs", "cy", "da", "de", "el", "en", "es", "et"),
    *("eu", "fa", "fi", "fr", "fy", "ga", "gl", "he", "hi", "hr", "hu", "hy", "id", "is", "it"),
    *("ja", "ka", "kk", "ko", "lb", "lt", "lv", "mk", "mn", "ms", "mt", "nb", "nl", "nn", "pl"),
    *("pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "sw", "th", "tr", "uk", "vi", "zh"),
]
DOTTED = {"de", "cs", "sk", "da", "nb", "nn", "fi", "et", "hr", "sl", "bs", "sr", "is", "lb"}


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
        "2026年11月20日 星期五 下午 11:58",
        "2026年 11月 20日 週五 下午11:58",
        "2026年11月20日(金曜日) 午後 11:58",
        "2026년 11월 20일 금요일 오후 11:58",
        "perjantai, 20. marraskuuta 2026, 23:58",
        "pátek, 20. listopadu 2026, 23:58",
        "viernes, 20 de noviembre de 2026, 11:58 p. m.",
        "2026-11-20 11:58 PM",
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_name_of_a_month_is_taken_for_another(language: str) -> None:
    """It is better not to read a time than to take a month of one language for one of another."""
    dot = "." if language in DOTTED else ""
    months = Locale.parse(language).months
    for form in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in months[form][width].items():
                for text in (f"20{dot} {name} 2026, 9:58", f"20{dot} de {name} de 2026 9:58"):
                    read = read_time(text)
                    assert read is None or read.month == number, text


@pytest.mark.parametrize(
    "text",
    [
        "2026年11月20日 晚上 11:58",
        "2026年11月20日 中午 12:05",
        "20 lip 2026, 23:58",
        "20/11/2026 23:58",
    ],
)
def test_what_may_mean_two_times_means_none(text: str) -> None:
    assert read_time(text) is None


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
        ("2026年11月20日 23:58 GMT+8", timezone(timedelta(hours=8))),
        ("20 November 2026, 11:58 PM UTC-03:30", timezone(-timedelta(hours=3, minutes=30))),
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
