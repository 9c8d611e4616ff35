"""Bombs: each costs its own worker at most, in its time, and leaves the machine as it was."""

import os
import time
from collections.abc import Callable, Iterator

import pytest

from autograder.engine import Cause, Limits, Policy, WorkerLost, Zygote

TIMEOUT_S = 1.0
GRACE_S = 20.0  # a disk may take long to delete so many files; the bombs go on for ever
LIMITS = Limits(memory_bytes=2**29, scratch_bytes=2**25, scratch_files=500, threads=32)

BOMBS = {
    "memory": "kept = []\nwhile True: kept.append(bytearray(10**7))",
    "memory of tensors": "import torch\nkept = []\nwhile True: kept.append(torch.ones(10**6))",
    "one large tensor": "import torch\ntorch.zeros(2**40)",
    "recursion": "import sys\nsys.setrecursionlimit(10**9)\ndef f(): f()\nf()",
    "forks": "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
    "threads": """
import threading, time
threading.stack_size(2**15)
while True: threading.Thread(target=time.sleep, args=(60,)).start()""",
    "busy threads": """
import threading
def work():
    while True: pass
for _ in range(20): threading.Thread(target=work).start()
work()""",
    "one large file": "file = open('file', 'wb')\nwhile True: file.write(bytes(2**20))",
    "large files": """
for n in range(10**6):
    with open(str(n), 'wb') as file: file.write(bytes(2**20))""",
    "deleted files": """
import tempfile
kept = [tempfile.TemporaryFile() for _ in range(100)]
while True:
    for file in kept: file.write(bytes(2**18)); file.flush()""",
    "many files": "for n in range(10**7): open(str(n), 'w').close()",
    "deep folders": "import os\nwhile True: os.mkdir('d'); os.chdir('d')",
    "closed folders": "import os\nos.mkdir('d', 0o300)\nfor n in range(10**7): open(f'd/{n}', 'w')",
    "output": "while True: print('x' * 10**6)",
    "descriptors": "import os\nkept = []\nwhile True: kept += os.pipe()",
    "timers": "import time, signal\nsignal.setitimer(signal.ITIMER_REAL, 1e-6, 1e-6)\n"
              "signal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass",
}  # fmt: skip


@pytest.fixture(scope="module", params=["strong", "acceptable"])
def small_zygote(request: pytest.FixtureRequest) -> Iterator[Zygote]:
    with Zygote(limits=LIMITS, policy=Policy(request.param)) as zygote:
        yield zygote


def test_a_disk_filled_in_no_time_is_seen_when_the_cell_ends(small_zygote: Zygote) -> None:
    worker = small_zygote.fork(0)
    fill = "for n in range(4):\n    with open(str(n), 'wb') as file: file.write(bytes(2**24))"
    if small_zygote._level == "strong":
        error = worker.execute(fill)
        assert error is not None and "No space left" in str(error)
    else:
        with pytest.raises(WorkerLost, match=r"filled the disk|Killed") as lost:
            worker.execute(fill)
        was_killed = "Killed" in str(lost.value)  # by who watches, before the cell ended
        assert lost.value.cause is (Cause.CRASHED if was_killed else Cause.DISK)
    worker.kill()


def test_too_many_threads_are_seen_when_the_cell_ends(small_zygote: Zygote) -> None:
    """Also of root, whose threads the kernel doesn't count, and of who shares a user."""
    worker = small_zygote.fork(0)
    start = (
        "import threading, time\nthreading.stack_size(2**16)\ndone = threading.Event()\n"
        "for _ in range(100): threading.Thread(target=done.wait, daemon=True).start()\n"
        "time.sleep(0.05)"
    )
    if small_zygote._level == "strong" or small_zygote._plan.nobody:
        error = worker.execute(start)
        assert error is not None and "can't start new thread" in str(error)
    else:
        with pytest.raises(WorkerLost, match=r"started too many threads|Killed") as lost:
            worker.execute(start)
        was_killed = "Killed" in str(lost.value)
        assert lost.value.cause is (Cause.CRASHED if was_killed else Cause.THREADS)
    worker.kill()


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_costs_its_worker_at_most(
    small_zygote: Zygote, processes_below: Callable[[int], set[int]], bomb: str
) -> None:
    before = processes_below(os.getpid())
    files = sorted(small_zygote._home.rglob("*"))
    worker = small_zygote.fork(0)
    started = time.monotonic()
    try:
        worker.execute(BOMBS[bomb], timeout_s=TIMEOUT_S)
        worker.execute("del kept" if "kept" in BOMBS[bomb] else "")
    except WorkerLost:
        pass
    worker.kill()
    assert time.monotonic() - started < TIMEOUT_S + GRACE_S
    assert processes_below(os.getpid()) == before
    assert sorted(small_zygote._home.rglob("*")) == files
    neighbour = small_zygote.fork(0)
    assert neighbour.execute("x = 1") is None
    neighbour.kill()
