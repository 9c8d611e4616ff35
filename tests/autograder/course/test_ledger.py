"""What was published when: a line for what changed, and the points at any time from all lines."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.course.ledger import FILE, Ledger, Standing, standings_of
from autograder.course.scores import FinalScore
from autograder.course.store import digest

from ..judge.test_results import RESULT

HAS = Standing(2, 0, 0, 2, 7, True, "abc")
MORE = replace(HAS, raw=3.0, final=3.0)
START = datetime(2026, 11, 27, 12, tzinfo=UTC)


def test_only_changes_are_written(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    assert (ledger.standings(), ledger.times()) == ({}, [])
    ledger.record({"ann": HAS, "ben": HAS}, START)
    ledger.record({"ann": HAS, "ben": HAS}, START + timedelta(hours=1))
    ledger.record({"ann": MORE, "ben": HAS}, START + timedelta(hours=2))
    assert ledger.times() == [START, START + timedelta(hours=2)]
    assert ledger.standings() == {"ann": MORE, "ben": HAS}
    assert ledger.standings(leave_out_last=True) == {"ann": HAS, "ben": HAS}
    assert ledger.standings(START + timedelta(hours=1)) == {"ann": HAS, "ben": HAS}
    assert ledger.standings(START - timedelta(hours=1)) == {}
    assert (tmp_path / FILE).read_text("utf-8").count("ben") == 1


def test_lines_of_another_version_are_left_out(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    (tmp_path / FILE).write_text('{"at": 3}\n{"at": "x", "students": {}}\n[]\n{"at": "20', "utf-8")
    ledger.record({"ann": HAS})
    assert ledger.standings() == {"ann": HAS} and len(ledger.times()) == 1


standings = st.dictionaries(st.sampled_from("abc"), st.sampled_from([HAS, MORE]), max_size=3)


@settings(deadline=None)
@given(st.lists(standings, max_size=5))
def test_the_points_of_any_time_are_known(
    tmp_path_factory: pytest.TempPathFactory, runs: list[dict[str, Standing]]
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    ledger = Ledger(folder)
    expected: list[dict[str, Standing]] = [{}]
    for hours, run in enumerate(runs, 1):
        ledger.record(run, START + timedelta(hours=hours))
        expected.append({**expected[-1], **run})
    for hours, known in enumerate(expected):
        assert ledger.standings(START + timedelta(hours=hours)) == known


def test_what_somebody_has() -> None:
    score = FinalScore("half-right", 2, 0, 0.5, 7, {"ex1-double": 2, "ex1-why": None}, ("ex1-why",))
    assert standings_of([score], [RESULT]) == {
        "half-right": Standing(2, 0, 0.5, 1.5, 7, False, digest(RESULT))
    }
    assert standings_of([score], [])["half-right"].result == ""
