"""The kernel's count of a process's time, its threads and the children it waited for."""

import os
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from autograder.engine.untrusted.memory import Machine
from autograder.engine.untrusted.processor import processor_s

BURN = "import time\nwhile time.{clock}() < 0.3: pass\n"
IN_A_CHILD = f"""
import subprocess, sys
subprocess.run([sys.executable, "-c", {BURN.format(clock="process_time")!r}])
"""
IN_A_THREAD = f"""
import threading
thread = threading.Thread(target=lambda: exec({BURN.format(clock="thread_time")!r}))
thread.start(), thread.join()
"""


def taken_by(source: str, look: Callable[[int], float]) -> float:
    """What a process has taken that ran some source and waits."""
    waits = f"{source}\nprint(flush=True), input()"
    command = [sys.executable, "-c", waits]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout
        child.stdout.readline()
        found = look(child.pid)
        child.communicate(b"\n")
    return found


@pytest.mark.parametrize("source", [BURN.format(clock="process_time"), IN_A_THREAD])
def test_time_of_threads_counts_also_when_they_ended(source: str) -> None:
    assert taken_by(source, processor_s) >= 0.3


def test_time_of_children_is_told_apart() -> None:
    assert taken_by(IN_A_CHILD, Machine().children_s) >= 0.29  # in ticks of 10 ms
    assert taken_by("", Machine().children_s) == 0


def test_waiting_takes_none() -> None:
    before = processor_s(os.getpid()), time.process_time()
    time.sleep(0.5)
    after = processor_s(os.getpid()), time.process_time()
    assert after[0] - before[0] == pytest.approx(after[1] - before[1], abs=0.05)


@pytest.mark.parametrize("look", [processor_s, Machine().children_s])
def test_a_process_that_is_gone_is_an_error(look: Callable[[int], float]) -> None:
    gone = os.posix_spawn("/bin/true", ["true"], {})
    os.waitpid(gone, 0)
    with pytest.raises(OSError):
        look(gone)
