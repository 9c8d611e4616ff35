"""The processor time of some work is seen from outside the worker."""

from collections.abc import Iterator

import pytest

from autograder.engine import Policy, Submission, WorkerLost, Zygote

CELL = """
import threading, time

def burn(seconds):
    ends_at = time.thread_time() + seconds
    while time.thread_time() < ends_at:
        pass

def burn_in_threads(seconds):
    threads = [threading.Thread(target=burn, args=(seconds / 2,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

def wait(seconds):
    time.sleep(seconds)

def lie(seconds):
    burn(seconds)
    time.thread_time = time.process_time = time.perf_counter = time.monotonic = lambda: 0.0
"""


@pytest.fixture(params=["strong", "acceptable"])
def submission(request: pytest.FixtureRequest) -> Iterator[Submission]:
    with Zygote(policy=Policy(request.param)) as zygote:
        worker = zygote.fork(seed=0)
        assert worker.execute(CELL) is None
        yield worker.submission


def test_what_counts_is_what_the_kernel_saw(submission: Submission) -> None:
    for how in ("burn", "burn_in_threads", "lie"):
        with submission.processor_time() as time:
            getattr(submission, how)(0.3)
        assert 0.3 <= time.seconds < 1, how


def test_waiting_costs_nothing_and_what_was_before_neither(submission: Submission) -> None:
    submission.burn(0.3)
    with submission.processor_time() as time:
        submission.wait(0.4)
    assert 0 < time.seconds < 0.2


def test_blocks_within_blocks(submission: Submission) -> None:
    with submission.processor_time() as outer:
        submission.burn(0.1)
        with submission.processor_time() as inner:
            submission.burn(0.2)
    assert 0.2 <= inner.seconds <= outer.seconds - 0.1 < 0.5


def test_children_count_where_there_can_be_any() -> None:
    forks = "import os\ndef fork():\n    if os.fork(): os.wait()\n    else: burn(0.3); os._exit(0)"
    with Zygote(policy=Policy("none", allow_unconfined=True)) as zygote:
        worker = zygote.fork(seed=0)
        assert worker.execute(f"{CELL}\n{forks}") is None
        with worker.submission.processor_time() as time:
            worker.submission.fork()
        assert time.seconds >= 0.29


def test_a_worker_that_is_gone_says_so() -> None:
    with Zygote() as zygote:
        worker = zygote.fork(seed=0)
        with pytest.raises(WorkerLost), worker.submission.processor_time():
            worker.kill()
        with pytest.raises(WorkerLost), worker.submission.processor_time():
            pass
