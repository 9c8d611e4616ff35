"""What was read of a set-up once comes along with it, and is never older than what is asked."""

from collections.abc import Callable
from typing import Any

import pytest

from autograder.engine import MissingName, StudentError, Worker, WorkerLost, Zygote
from autograder.engine.untrusted.frame import Frame

Fork = Callable[..., Worker]
COUNTING = "calls = []\ncount = 1\ndef add():\n    calls.append(len(calls))\n    return calls"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Frame]:
    """All that was sent to workers."""
    frames: list[Frame] = []

    def send(self: Frame, *arguments: Any, send: Callable[..., None] = Frame.send) -> None:
        frames.append(self)
        send(self, *arguments)

    monkeypatch.setattr(Frame, "send", send)
    return frames


def read(worker: Worker, *names: str, source: str = COUNTING) -> list[Any]:
    made = worker.submission.setup(source)
    return [getattr(made, name) for name in names]


def test_the_next_time_it_takes_one_exchange(zygote: Zygote, asked: list[Frame]) -> None:
    first, second = zygote.fork(0), zygote.fork(0)
    try:
        assert read(first, "count", "calls") == [1, []]
        assert len(asked) == 3
        assert read(first, "calls", "count") == [[], 1]
        assert len(asked) == 4
        assert read(second, "count", "calls") == [1, []]  # of another submission, too
        assert len(asked) == 5
    finally:
        first.kill()
        second.kill()


def test_what_may_have_changed_since_is_asked_for(fork: Fork) -> None:
    worker = fork()
    read(worker, "calls", "add")
    made = worker.submission.setup(COUNTING)
    assert made.calls == []
    add = made.add
    assert (add(), made.calls) == ([0], [0])
    made = worker.submission.setup(COUNTING)
    worker.submission.setup("made.add()", made=made)
    assert made.calls == [0]


def test_each_reading_gives_a_value_of_its_own(fork: Fork) -> None:
    worker = fork()
    read(worker, "calls")
    made = worker.submission.setup(COUNTING)
    made.calls.append("ours")
    assert made.calls == []


def test_a_name_that_is_not_there_is_missing_each_time(fork: Fork) -> None:
    worker = fork()
    for _ in range(2):
        made = worker.submission.setup("x = 1")
        with pytest.raises(MissingName, match="has no attribute `y`"):
            assert made.y
        assert made.x == 1


@pytest.mark.parametrize("made", ["bytes(65 * 2**20)", "nested", "[nested]"])
def test_what_cannot_cross_hinders_nothing_else(fork: Fork, made: str) -> None:
    worker = fork()
    source = f"""
nested = []
for _ in range(depth):
    nested = [nested]
other = {made} if depth else []
x = 1
"""
    for depth in (0, 0, 10**4):
        probe = worker.submission.setup(source, depth=depth)
        assert probe.x == 1
        if depth:
            with pytest.raises(StudentError, match="can't be checked"):
                assert probe.other
        else:
            assert probe.other == []


def test_a_lost_worker_tells_nothing_that_it_told_ahead(fork: Fork) -> None:
    worker = fork()
    read(worker, "count")
    made = worker.submission.setup(COUNTING)
    worker.kill()
    with pytest.raises(WorkerLost):
        assert made.count
