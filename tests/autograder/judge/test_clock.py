"""The time of a submission and that of its own cells, by a clock that tests turn."""

import time
from typing import Any

import pytest

from autograder.engine import Limits
from autograder.judge.clock import Clock


class StandingWorker:
    """Has a time when it ends, and does nothing."""

    ends_at = 0.0


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the clock shows; whoever changes it turns it."""
    shown = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: shown[0])
    return shown


def run(clock: Clock, now: list[float], cell: str, seconds: float) -> tuple[float, float]:
    """Run an own cell for so long: how long it may, and when its worker ends meanwhile."""
    worker: Any = StandingWorker()
    with clock.own_cell(cell, worker) as left_s:
        ends_at = worker.ends_at
        now[0] += seconds
    assert worker.ends_at == clock.ends_at
    return left_s, ends_at


def test_own_cells_have_time_of_their_own(now: list[float]) -> None:
    clock = Clock(Limits(submission_timeout_s=10, own_cells_timeout_s=5))
    assert clock.ends_at == 110
    assert run(clock, now, "a", 2) == (5, 115)
    assert run(clock, now, "b", 1) == (3, 115)
    assert clock.ends_at == 113 and clock.may_run("c") and not clock.own_time_is_over
    assert run(clock, now, "c", 2.5) == (2, 115)
    assert clock.ends_at == 115  # what it took too long is everybody's
    assert clock.own_time_is_over and not clock.may_run("d") and clock.may_run("a")


def test_replays_have_twice_the_time_and_then_that_of_all(now: list[float]) -> None:
    clock = Clock(Limits(submission_timeout_s=10, own_cells_timeout_s=5))
    run(clock, now, "a", 4)
    for _ in range(3):
        left_s, _ = run(clock, now, "a", 4)
        assert left_s == float("inf")
    assert clock.ends_at == 110 + 4 + 10
    assert not clock.own_time_is_over
    assert clock.limits.longest_s == 25


def test_it_says_when_the_time_is_up(now: list[float]) -> None:
    clock = Clock(Limits(submission_timeout_s=10))
    now[0] += 10
    assert not clock.is_over
    now[0] += 0.1
    assert clock.is_over
