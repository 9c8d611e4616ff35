"""What late work costs: never less for coming later, never more than all, never for more time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.course.lateness import ExtraTime, LabDates, lateness
from autograder.course.moments import latest

from .test_moments import BERLIN, clocks, zones

HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
DUE = latest(datetime(2026, 11, 27, 23, 59), BERLIN)
DATES = LabDates(
    DUE, BERLIN, last=DUE + timedelta(days=7), grace=15 * MINUTE, percent_per_day=10, cap_percent=50
)
spans = st.timedeltas(timedelta(days=-3), timedelta(days=40))
percents = st.floats(0, 100)
scores = st.floats(0, 1000)


@st.composite
def dates(draw: st.DrawFn) -> LabDates:
    due = latest(draw(clocks), zone := draw(zones))
    opens = due - draw(st.timedeltas(MINUTE, timedelta(days=30)))
    last = draw(st.none() | st.timedeltas(timedelta(), timedelta(days=20)))
    return LabDates(
        due,
        zone,
        opens,
        None if last is None else due + last,
        draw(st.timedeltas(timedelta(), timedelta(days=2))),
        draw(percents),
        draw(percents),
    )


extra_time = st.builds(
    ExtraTime, st.integers(0, 9), st.timedeltas(timedelta(), timedelta(days=2)), st.floats(0, 100)
)


@pytest.mark.parametrize(
    ("late", "days", "percent"),
    [
        (-HOUR, 0, 0),
        (timedelta(), 0, 0),
        (15 * MINUTE, 0, 0),  # in the grace
        (15 * MINUTE + SECOND, 1, 10),
        (16 * MINUTE, 1, 10),
        (24 * HOUR + 15 * MINUTE, 1, 10),
        (24 * HOUR + 15 * MINUTE + SECOND, 2, 20),
        (5 * 24 * HOUR, 5, 50),
        (6 * 24 * HOUR, 6, 50),  # at most
        (7 * 24 * HOUR + 15 * MINUTE, 7, 50),
        (7 * 24 * HOUR + 15 * MINUTE + SECOND, 8, 100),  # after the last day
        (3000 * 24 * HOUR, 3000, 100),
    ],
)
def test_days_that_have_begun_count(late: timedelta, days: int, percent: float) -> None:
    found = lateness(DATES, DUE + late)
    assert (found.days, found.percent) == (days, percent)
    assert found.penalty(20) == pytest.approx(20 * percent / 100)
    assert bool(found.said()) == (days > 0)


@pytest.mark.parametrize(
    ("due", "hours", "days"),
    [
        (datetime(2026, 10, 24, 23, 59), 25, 1),  # a Sunday of 25 hours
        (datetime(2026, 10, 24, 23, 59), 25.1, 2),
        (datetime(2026, 3, 28, 23, 59), 23, 1),  # and one of 23
        (datetime(2026, 3, 28, 23, 59), 23.1, 2),
    ],
)
def test_days_are_those_of_the_clock(due: datetime, hours: float, days: int) -> None:
    found = LabDates(latest(due, BERLIN), BERLIN)
    assert found.days_late(found.due + hours * HOUR) == days


def test_what_is_said() -> None:
    late = lateness(DATES, DUE + 10 * HOUR, tokens=0)
    assert late.said() == (
        "Handed in 2026-11-28 09:59 CET, 1 day late (due 2026-11-27 23:59 CET): 10 % of the points "
        "are taken off."
    )
    forgiven = lateness(DATES, DUE + 30 * HOUR, tokens=5)
    assert (forgiven.tokens, forgiven.percent) == (2, 0)
    assert forgiven.said().endswith(
        "2 days late (due 2026-11-27 23:59 CET); 2 late tokens are used for it: nothing "
        "is taken off."
    )
    over = lateness(DATES, DUE + timedelta(days=9), tokens=99)
    assert over.tokens == 0 and over.said().endswith(
        ", after the last day (2026-12-04 23:59 CET): all points are taken off."
    )
    assert lateness(DATES, None).said() == "" and lateness(DATES, None).penalty(9) == 0
    by_nbgrader = lateness(replace(DATES, percent_per_day=None), DUE + HOUR)
    assert by_nbgrader.percent is None and by_nbgrader.said().endswith("23:59 CET).")


@settings(deadline=None)
@given(dates(), spans, spans, scores, st.integers(0, 5))
def test_later_never_costs_less_and_never_more_than_all(
    lab: LabDates, one: timedelta, other: timedelta, score: float, tokens: int
) -> None:
    sooner, later = sorted((one, other))
    first, second = (
        lateness(lab, lab.due + late, tokens).penalty(score) for late in (sooner, later)
    )
    assert 0 <= first <= second <= score


@settings(deadline=None)
@given(dates(), spans, scores, st.timedeltas(timedelta(days=-9), timedelta(days=30)), extra_time)
def test_an_extension_or_extra_time_never_lowers(
    lab: LabDates, late: timedelta, score: float, more: timedelta, extra: ExtraTime
) -> None:
    handed_in = lab.due + late
    without = lateness(lab, handed_in).penalty(score)
    for due in (lab.due + more, extra.after(lab)):
        extended = lab.with_due(due)
        assert extended.due == max(lab.due, due)
        assert lateness(extended, handed_in, lab=lab).penalty(score) <= without
        assert lateness(extended, handed_in, lab=lab).extension >= timedelta()


@settings(deadline=None)
@given(dates(), spans, scores, st.integers(0, 5))
def test_grace_tokens_and_a_cap_never_lower(
    lab: LabDates, late: timedelta, score: float, tokens: int
) -> None:
    handed_in = lab.due + late
    without = lateness(lab, handed_in).penalty(score)
    kinder = (
        lateness(lab, handed_in, tokens),
        lateness(replace(lab, grace=lab.grace + HOUR), handed_in),
        lateness(replace(lab, cap_percent=lab.cap_percent / 2), handed_in),
        lateness(replace(lab, last=None), handed_in),
    )
    assert all(found.penalty(score) <= without for found in kinder)


@settings(deadline=None)
@given(dates(), st.timedeltas(timedelta(), timedelta(days=400)))
def test_days_are_the_fewest_that_make_up_for_it(lab: LabDates, late: timedelta) -> None:
    handed_in = lab.due + late
    days = lab.days_late(handed_in)
    assert lateness(replace(lab, last=None, percent_per_day=1.0), handed_in, days).percent == 0
    if days:
        fewer = lateness(replace(lab, last=None, percent_per_day=1.0), handed_in, days - 1)
        assert fewer.percent == min(1.0, lab.cap_percent)


def test_extra_time_is_of_the_clock_in_days_and_of_the_open_time_in_percent() -> None:
    saturday = LabDates(latest(datetime(2026, 10, 24, 23, 59), BERLIN), BERLIN)
    assert ExtraTime(days=1).after(saturday) - saturday.due == 25 * HOUR
    assert ExtraTime(rest=24 * HOUR).after(saturday) - saturday.due == 24 * HOUR
    opened = replace(DATES, opens=DUE - 40 * HOUR)
    assert ExtraTime(percent=25).after(opened) - DUE == 10 * HOUR
    assert ExtraTime(percent=25).after(replace(DATES, zone=ZoneInfo("UTC"))) == DUE


def test_the_last_day_moves_with_the_due_date() -> None:
    late = lateness(DATES.with_due(DUE + timedelta(days=10)), DUE + timedelta(days=12), lab=DATES)
    assert (late.days, late.percent, late.extension) == (2, 20, timedelta(days=10))
    assert late.dates.due.tzinfo == UTC
