"""What a process takes is seen from outside it."""

from collections.abc import Iterator

import pytest

from autograder.engine import Policy, Submission, WorkerLost, Zygote

MIB = 2**20
CELL = """
import threading
import numpy as np

def take(size):
    return int(np.ones(size, np.uint8).sum())

def take_in_a_thread(size):
    thread = threading.Thread(target=take, args=(size,))
    thread.start()
    thread.join()

def take_piece_by_piece(size):
    return sum(take(size // 64) for _ in range(64))

kept = np.zeros(0, np.uint8)

def keep(size):
    global kept
    kept = np.ones(size, np.uint8)

def use_again(size):
    kept[:] = 2
"""


@pytest.fixture(params=["strong", "acceptable"], scope="module")
def submission(request: pytest.FixtureRequest) -> Iterator[Submission]:
    with Zygote(policy=Policy(request.param)) as zygote:
        worker = zygote.fork(seed=0)
        assert worker.execute(CELL) is None
        worker.submission.take(MIB)
        yield worker.submission


@pytest.mark.parametrize("how", ["take", "take_in_a_thread"])
def test_sees_what_a_call_takes_and_gives_back(submission: Submission, how: str) -> None:
    with submission.peak_memory() as memory:
        getattr(submission, how)(64 * MIB)
    assert 60 * MIB < memory.peak_bytes < 90 * MIB


def test_a_peak_before_does_not_count(submission: Submission) -> None:
    submission.take(128 * MIB)
    with submission.peak_memory() as memory:
        submission.take_piece_by_piece(128 * MIB)
    assert memory.peak_bytes < 40 * MIB


def test_what_was_kept_before_counts_as_held(submission: Submission) -> None:
    submission.keep(64 * MIB)
    with submission.peak_memory() as memory:
        submission.use_again(64 * MIB)
    submission.keep(0)
    assert 60 * MIB < memory.held_bytes < 100 * MIB
    assert memory.peak_bytes < 10 * MIB


def test_a_worker_that_is_gone_says_so() -> None:
    with Zygote() as zygote:
        worker = zygote.fork(seed=0)
        worker.kill()
        with pytest.raises(WorkerLost), worker.submission.peak_memory():
            pass
