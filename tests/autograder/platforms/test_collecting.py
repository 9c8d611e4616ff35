"""Which of several hand-ins counts; the rest is tested where something is written."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.platforms.collecting import Before, Version, key_of
from autograder.platforms.decisions import Row

TIME = datetime(2026, 11, 20, tzinfo=UTC)
VERSIONS = st.builds(
    Version,
    st.one_of(st.none(), st.integers(0, 3).map(lambda days: TIME + timedelta(days))),
    st.one_of(st.none(), st.integers(0, 3)),
    st.one_of(st.none(), st.integers(0, 3)),
)


@given(VERSIONS, VERSIONS)
def test_of_two_at_most_one_is_later(one: Version, other: Version) -> None:
    opposite = {True: False, False: True, None: None}
    assert other.is_later(one) is opposite[one.is_later(other)]


@pytest.mark.parametrize(
    ("one", "other", "is_later"),
    [
        (Version(TIME), Version(TIME - timedelta(1), 9, 9), True),
        (Version(TIME, 1), Version(TIME, 2), False),
        (Version(None, 5, 1), Version(TIME, 4, 9), True),
        (Version(made_ns=2), Version(made_ns=1), True),
        (Version(made_ns=2), Version(made_ns=2), None),
        (Version(), Version(), None),
    ],
)
def test_what_decides(one: Version, other: Version, is_later: bool | None) -> None:
    assert one.is_later(other) is is_later


def test_a_row_remembers_its_version() -> None:
    row = Row("canvas:a.zip", "ana_1_77_lab.ipynb", submitted_at="2026-11-20 00:00:00 UTC")
    before = Before([row], {key_of(row): 5})
    assert before.version(row) == Version(TIME, 77, 5)
    row = Row("moodle:a.zip", "ana_1_78_lab.ipynb")
    assert before.version(row) == Version()
