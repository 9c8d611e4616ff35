"""What Linux says of processes."""

import os
import threading

from autograder.engine.untrusted.linux import OwnStatus, count_threads

NO_PROCESS = 2**22 + 1  # above the largest number that a process may have


def test_threads_are_counted() -> None:
    before = count_threads(os.getpid())
    assert before == OwnStatus().threads
    done = threading.Event()
    threads = [threading.Thread(target=done.wait) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert count_threads(os.getpid()) == before + 3
    done.set()
    for thread in threads:
        thread.join()


def test_who_is_gone_has_none() -> None:
    assert count_threads(NO_PROCESS) == 0
