"""Exercises 1 and 2: tables and gaps. All inputs are fresh, expected values computed here."""

from pathlib import Path

import pandas as pd
import pytest

from lib.kit.checks import (
    assert_close,
    assert_equal,
    assert_frame_equal,
    fail,
    question,
    take_list,
    take_text,
)

DATA = Path(__file__).parents[1] / "student" / "weather.csv"

COLUMNS = """
result = clean(table)
stations = [str(name) for name in result["station"]]
temps = [float(temp) for temp in result["temp"]]
"""

DATES = """
dates = clean(table)["date"].dt  # only dates of pandas have it
parts = list(zip(dates.year.tolist(), dates.month.tolist(), dates.day.tolist()))
"""

RAISED = """
raised = []
for table in tables:
    try:
        monthly_means(table)
        raised.append("")
    except Exception as error:
        raised.append(type(error).__name__)
"""

FILL = "filled = fill_gaps(readings)"


def random_table(rng, rows):
    """A table as the stations wrote it, but without faults: no row is like another."""
    days = rng.sample(range(1, 29), rows)
    return pd.DataFrame(
        {
            "station": [rng.choice(["harbour", "mill", "marsh"]) for _ in days],
            "date": [f"2029-{rng.randrange(1, 13):02}-{day:02}" for day in days],
            "temp": [round(rng.uniform(-9, 30), 1) for _ in days],
        }
    )


def clean_table(rng, rows):
    table = random_table(rng, rows)
    return table.assign(date=pd.to_datetime(table["date"]))


@question("ex1-clean", points=1)
def test_names(submission, rng):
    """Names have small letters and no spaces at their ends."""
    table = random_table(rng, 9)
    expected = list(table["station"])
    spoilt = [rng.choice([name.upper(), f" {name}", f"{name.title()}  "]) for name in expected]
    probe = submission.setup(COLUMNS, clean=submission.clean, table=table.assign(station=spoilt))
    assert_equal(probe.stations, expected, "the names", hint="`str.strip` and `str.lower`")


@question("ex1-clean", points=1)
def test_no_reading(submission, rng):
    """Rows with -99.9 are gone, all others are there."""
    table = random_table(rng, 12)
    for row in rng.sample(range(12), rng.randrange(2, 6)):
        table.loc[row, "temp"] = -99.9
    expected = [temp for temp in table["temp"] if temp != -99.9]
    probe = submission.setup(COLUMNS, clean=submission.clean, table=table)
    assert_close(probe.temps, expected, "the temperatures", hint="Which rows have -99.9?")


@question("ex1-clean", points=1)
def test_typed_twice(submission, rng):
    """Of rows typed twice the first stays, also where the name was typed in another way."""
    table = random_table(rng, 8)
    again = table.sample(3, random_state=rng.randrange(10**6))
    again = again.assign(station=again["station"].str.upper())
    both = pd.concat([table, again], ignore_index=True)
    probe = submission.setup(COLUMNS, clean=submission.clean, table=both)
    assert_close(probe.temps, list(table["temp"]), "the temperatures", hint="First fix the names")


@question("ex1-clean", points=1, if_raises="Are the dates made by `pd.to_datetime`?")
def test_dates(submission, rng):
    """Dates are dates of pandas."""
    table = random_table(rng, 7)
    expected = [tuple(int(part) for part in date.split("-")) for date in table["date"]]
    probe = submission.setup(DATES, clean=submission.clean, table=table)
    assert_equal(probe.parts, expected, "the dates")


@question("ex1-clean", points=1)
def test_the_file(submission):
    """The stations' own file, clean: its rows are numbered from 0."""
    table = pd.read_csv(DATA)
    expected = table.assign(
        station=table["station"].str.strip().str.lower(), date=pd.to_datetime(table["date"])
    )
    expected = expected[expected["temp"] > -99].drop_duplicates().reset_index(drop=True)
    actual = submission.clean(table)
    assert_frame_equal(actual, expected, "the clean table", check_dtype=False)


@question("ex1-clean", points=1)
def test_argument_stays(submission, rng):
    """The table that is given stays what it is."""
    count = rng.randrange(5, 20)
    table = random_table(rng, count)
    table.loc[rng.randrange(count), "temp"] = -99.9
    table["station"] = [f" {name}" for name in table["station"]]
    probe = submission.setup(
        "kept = table.copy()\nresult = clean(table)\nrows = len(result)",
        clean=submission.clean,
        table=table,
    )
    assert_frame_equal(probe.table, table, "the argument", hint="Change a copy")
    assert_equal(probe.rows, count - 1, "the number of rows of the result")


@question("ex2-means", points=2)
def test_means(submission, rng):
    """The mean of each station and month."""
    table = clean_table(rng, 24)
    expected = {}
    for station, date, temp in table.itertuples(index=False):
        expected.setdefault((station, date.month), []).append(temp)
    rows = [(*key, sum(temps) / len(temps)) for key, temps in sorted(expected.items())]
    frame = pd.DataFrame(rows, columns=["station", "month", "temp"])
    actual = submission.monthly_means(table)
    assert_frame_equal(actual, frame, "the means", hint="Group by both", check_dtype=False)


@question("ex2-means", points=1)
def test_no_rows_raise(submission, rng):
    """A table without rows raises a `ValueError`, others raise nothing."""
    tables = [clean_table(rng, rows) for rows in rng.sample([1, 3, 7], 3)]
    tables += [tables[0].head(0), tables[1].head(0)]
    rng.shuffle(tables)
    probe = submission.setup(RAISED, monthly_means=submission.monthly_means, tables=tables)
    for table, name in zip(tables, take_list(probe.raised, 5, "the exceptions"), strict=True):
        name = take_text(name, "an exception")
        if table.empty and name != "ValueError":
            fail("a table without rows raises no `ValueError`")
        if not table.empty and name:
            fail("a table with rows raises an exception")


def with_gaps(rng, count):
    """Readings, some of them missing, the first one there; and how they are filled."""
    readings = [round(rng.uniform(-9, 30), 1) for _ in range(count)]
    for place in rng.sample(range(1, count), count // 3):
        readings[place] = None
    filled = list(readings)
    for place, reading in enumerate(filled):
        if reading is None:
            filled[place] = filled[place - 1]
    return readings, filled


@question("ex2-fill", points=2)
def test_filled_in_place(submission, rng):
    """The list itself has no gaps any more."""
    readings, filled = with_gaps(rng, rng.randrange(9, 20))
    probe = submission.setup(FILL, fill_gaps=submission.fill_gaps, readings=readings)
    assert_equal(probe.readings, filled, "the list after the call", hint="Change the list itself")


@question("ex2-fill", points=1)
def test_how_many(submission, rng):
    """It returns how many gaps were filled; those at the beginning don't count."""
    readings, _ = with_gaps(rng, rng.randrange(9, 20))
    filled = submission.fill_gaps([None, None, *readings])
    assert_equal(filled, readings.count(None), "how many were filled")


@question("ex2-fill", points=0.5)
@pytest.mark.parametrize("gaps", [1, 5])
def test_gaps_at_the_beginning(submission, rng, gaps):
    """Gaps at the beginning stay."""
    readings, filled = with_gaps(rng, 6)
    probe = submission.setup(
        FILL, fill_gaps=submission.fill_gaps, readings=[None] * gaps + readings
    )
    assert_equal(probe.readings, [None] * gaps + filled, "the list after the call")
