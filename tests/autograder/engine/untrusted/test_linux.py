"""What Linux says of processes."""

import os
import threading

from autograder.engine.untrusted.linux import OwnStatus, count_threads, stay_on_this_core

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


def test_a_process_stays_on_the_core_it_runs_on() -> None:
    allowed = os.sched_getaffinity(0)
    pid = os.fork()
    if pid == 0:
        stay_on_this_core()
        os._exit(0 if len(os.sched_getaffinity(0) & allowed) == 1 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert os.sched_getaffinity(0) == allowed


def test_who_is_gone_has_none() -> None:
    assert count_threads(NO_PROCESS) == 0
