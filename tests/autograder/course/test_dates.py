"""`dates.toml` is read as it is meant, or refused with its line."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.course import dates as module
from autograder.course.dates import CourseDates, extra_time_of, read_dates
from autograder.course.lateness import ExtraTime
from autograder.errors import UserError

ZONE = 'timezone = "Europe/Berlin"\n'
DUE = '[labs.lab1]\ndue = "2026-11-27 23:59"\n'


def read(tmp_path: Path, text: str) -> CourseDates:
    (tmp_path / "dates.toml").write_text(text, "utf-8")
    return read_dates(tmp_path / "dates.toml")


def test_without_a_file_nothing_is_due(tmp_path: Path) -> None:
    assert read_dates(tmp_path / "dates.toml") == CourseDates()
    assert CourseDates().of("lab1", "ana") is None


def test_the_example_says_what_it_seems_to(tmp_path: Path) -> None:
    example = (module.__doc__ or "").partition("\n\n")[2]
    found = read(tmp_path, example)
    lab = found.labs["lab1"]
    assert lab.due == datetime(2026, 11, 27, 22, 59, tzinfo=UTC)
    assert lab.last == datetime(2026, 12, 4, 23, tzinfo=UTC)  # when that day is over
    assert (lab.grace, lab.percent_per_day, lab.cap_percent) == (timedelta(minutes=15), 10, 50)
    assert (found.tokens_each, found.tokens_per_lab) == (3, 2)
    days = {who: found.of("lab1", who) for who in ("ana", "ben", "eva", "max")}
    later = {who: one and one.due - lab.due for who, one in days.items()}
    quarter = (lab.due - datetime(2026, 11, 13, 7, tzinfo=UTC)) / 4
    assert later == {
        "ana": timedelta(days=2), "ben": timedelta(days=2), "eva": quarter, "max": timedelta()
    }  # fmt: skip
    assert found.of("lab2", "ana") is None
    assert found.place("extensions", "lab1", "ana").endswith("dates.toml:12")


@pytest.mark.parametrize(
    "due",
    [
        *('"2026-11-27 23:59"', '"2026-11-27T23:59"', "2026-11-27T23:59:00", "2026-11-27 23:59:00"),
        *("2026-11-27T22:59:00Z", '"2026-11-27 22:59 UTC"', '"2026-11-27T17:59-05:00"'),
    ],
)
def test_a_date_may_be_written_in_many_ways(tmp_path: Path, due: str) -> None:
    found = read(tmp_path, f"{ZONE}[labs.lab1]\ndue = {due}\n")
    assert found.labs["lab1"].due == datetime(2026, 11, 27, 22, 59, tzinfo=UTC)


@pytest.mark.parametrize("due", ["2026-11-27", '"2026-11-27"', '"2026-11-27 24:00"'])
def test_a_day_is_due_at_its_end(tmp_path: Path, due: str) -> None:
    text = f"{ZONE}[labs.lab1]\nopens = 2026-11-01\ndue = {due}\n"
    lab = read(tmp_path, text).labs["lab1"]
    assert lab.due == datetime(2026, 11, 27, 23, tzinfo=UTC)
    assert lab.opens == datetime(2026, 10, 31, 23, tzinfo=UTC)  # and opens at its beginning


def test_a_lab_may_have_its_own_zone_and_rule(tmp_path: Path) -> None:
    text = (
        f'percent_per_day = 10\n{DUE}timezone = "America/New_York"\npercent_per_day = 5.5\n'
        '[labs.lab2]\ndue = "2026-12-24 12:00 UTC"\n[extensions.lab1]\nana = "2026-11-28 23:59"\n'
    )
    found = read(tmp_path, text)
    assert found.labs["lab1"].due == datetime(2026, 11, 28, 4, 59, tzinfo=UTC)
    assert [lab.percent_per_day for lab in found.labs.values()] == [5.5, 10]
    ana = found.of("lab1", "ana")
    assert ana is not None and ana.due - found.labs["lab1"].due == timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (f"{ZONE}[labs.lab1]\ndue = 7\n", 3, "`due` is no date; write a date like"),
        (f'{ZONE}[labs.lab1]\ndue = "soon"\n', 3, "`due` is no date"),
        (f'{ZONE}[labs.lab1]\ndue = "27.11.2026"\n', 3, "`due` is no date"),
        (f"{ZONE}[labs.lab1]\ndue = 23:59:00\n", 3, "`due` is no date"),
        (f"{ZONE}[labs.lab1]\ndue = true\n", 3, "`due` is no date"),
        (f"{ZONE}[labs.lab1]\nopens = 2026-11-01\n", 2, "`lab1` has no `due`"),
        (DUE, 2, "`due` has no time zone; write `timezone = "),
        (f'timezone = "Europe/Berln"\n{DUE}', 1, "no time zone; did you mean `Europe/Berlin`?"),
        (f"timezone = 1\n{DUE}", 1, "`1` is no time zone; name a place, as in"),
        (f'timezone = "EST"\n{DUE}', 1, "`EST` is UTC-0500 all year; name a place, as in"),
        (f'timezone = "Etc/GMT+1"\n{DUE}', 1, "`Etc/GMT+1` is UTC-0100 all year; name a place"),
        (f'timezone = "CEST"\n{DUE}', 1, "`CEST` is no time zone; name a place, as in"),
        (f'timezone = "GMT+1"\n{DUE}', 1, "`GMT+1` is no time zone; name a place, as in"),
        (f'{ZONE}{DUE}timezone = "MEZ"\n', 4, "`MEZ` is no time zone"),
        (f"{ZONE}{DUE}percent_per_day = 110\n", 4, "is a number from 0 to 100; write one"),
        (f"{ZONE}percent_per_day = -1\n{DUE}", 2, "`percent_per_day` is a number from 0"),
        (f'{ZONE}{DUE}percent_per_day = "10 %"\n', 4, "`percent_per_day` is a number"),
        (f"{ZONE}{DUE}cap_percent = nan\n", 4, "`cap_percent` is a number"),
        (f"{ZONE}{DUE}cap_percent = {10**400}\n", 4, "`cap_percent` is a number"),
        (f"{ZONE}{DUE}grace_minutes = inf\n", 4, "`grace_minutes` is a number"),
        (f"{ZONE}{DUE}grace_minutes = true\n", 4, "`grace_minutes` is a number"),
        (f"{ZONE}{DUE}grace = 15\n", 4, "unknown key `grace` in [labs.lab1]; the keys"),
        (f"{ZONE}{DUE}last_day = 2026-11-20\n", 4, "`last_day` is before `due`"),
        (f"{ZONE}{DUE}opens = 2026-11-29\n", 4, "`opens` is not before `due`"),
        ('[lab1]\ndue = "2026-11-27"\n', 1, "a lab's dates are in `[labs.lab1]`"),
        (f"{ZONE}{DUE}[extension.lab1]\nana = 2026-11-30\n", 4, "did you mean `extensions`?"),
        (f"{ZONE}{DUE}[extensions.lab2]\nana = 2026-11-30\n", 4, "did you mean `lab1`?"),
        (f"{ZONE}{DUE}[extensions.lab1]\nana = 3\n", 5, "`ana` is no date"),
        (f'{ZONE}{DUE}[extensions]\nlab1 = "x"\n', 5, "write `[extensions.lab1]`"),
        (f"{ZONE}extensions = 3\n{DUE}", 2, "`extensions` is a table"),
        (f'{ZONE}[labs]\nlab1 = "2026-11-27"\n', 3, "`lab1` is a table; write `[labs.lab1]`"),
        (f"{ZONE}{DUE}[extra_time]\nana = 2\n", 5, "the extra time of `ana` is not clear"),
        (f'{ZONE}{DUE}[extra_time]\nana = "long"\n', 5, "write `2 days`, `36 hours`, `90 min"),
        (f"{ZONE}{DUE}[tokens]\neach = 1.5\n", 5, "`each` is a whole number of days"),
        (f"{ZONE}{DUE}[tokens]\nper_lab = 1\n", 4, "`[tokens]` has no `each`"),
        (f"{ZONE}{DUE}[tokens]\nnumber = 1\n", 5, "unknown key `number` in [tokens]"),
        (f"{ZONE}{DUE}due = 2026-11-27\n", 4, "not TOML"),
    ],
)
def test_a_mistake_is_one_line_with_its_place(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, text)
    assert f"dates.toml:{line}: " in caught.value.message, caught.value.message
    assert words in caught.value.message and "\n" not in caught.value.message
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 days", ExtraTime(2)),
        ("1 day", ExtraTime(1)),
        ("0.5 d", ExtraTime(0, timedelta(hours=12))),
        ("36 hours", ExtraTime(0, timedelta(hours=36))),
        ("36h", ExtraTime(0, timedelta(hours=36))),
        ("90 Minutes", ExtraTime(0, timedelta(minutes=90))),
        ("25 %", ExtraTime(percent=25)),
        ("25%", ExtraTime(percent=25)),
        *((text, None) for text in ("", "2", "x days", "-1 days", "1e9 days", "9" * 400 + " days")),
    ],
)
def test_extra_time(text: str, expected: ExtraTime | None) -> None:
    assert extra_time_of(text) == expected


@settings(deadline=None)
@given(st.text(max_size=12), st.sampled_from(["due", "percent_per_day", "last_day", "timezone"]))
def test_any_value_is_taken_or_refused_with_its_line(
    tmp_path_factory: pytest.TempPathFactory, value: str, key: str
) -> None:
    escaped = value.encode("unicode_escape").decode().replace('"', "'").replace("\\x", "\\u00")
    path = tmp_path_factory.getbasetemp()
    try:
        read(path, f'{ZONE}[labs.lab1]\ndue = "2026-11-27"\n[labs.lab2]\n{key} = "{escaped}"\n')
    except UserError as error:
        assert re.search(r"dates\.toml:[45]: ", error.message)
