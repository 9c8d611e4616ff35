"""Tasks that do to their judge what hostile values might."""

import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.judge import warm
from autograder.judge.warm import Ready

_count = 0


@dataclass(frozen=True)
class Count:
    """How often this was done in this process and those it was forked from."""

    def run(self, ready: Ready) -> int:
        global _count
        _count += 1
        return _count


@dataclass(frozen=True)
class ForkWorker:
    """Ask a worker what two and three make, and leave it to others to end it."""

    def run(self, ready: Ready) -> Any:
        worker = ready.zygote.fork(seed=0)
        worker.execute("five = 2 + 3")
        return worker.submission.five


@dataclass(frozen=True)
class Burn:
    """Have a worker compute for so long, in processor time, and end it."""

    cpu_s: float

    def run(self, ready: Ready) -> float:
        worker = ready.zygote.fork(seed=0)
        worker.execute(f"import time\nwhile time.process_time() < {self.cpu_s}: pass")
        worker.kill()
        return ready.zygote.workers_cpu_s


@dataclass(frozen=True)
class Compute:
    """Compute for ever."""

    def run(self, ready: Ready) -> None:
        while True:
            pass


@dataclass(frozen=True)
class Where:
    """On which cores it and its worker may run; takes a while, so that another has to as well."""

    def run(self, ready: Ready) -> list[list[int]]:
        worker = ready.zygote.fork(seed=0)
        worker.execute("import os, time\ncores = list(os.sched_getaffinity(0))\ntime.sleep(0.5)")
        return [list(os.sched_getaffinity(0)), worker.submission.cores]


@dataclass(frozen=True)
class Raise:
    text: str

    def run(self, ready: Ready) -> None:
        raise RuntimeError(self.text)


@dataclass(frozen=True)
class Die:
    number: int

    def run(self, ready: Ready) -> None:
        ready.zygote.fork(seed=0)
        os.kill(os.getpid(), self.number)


@dataclass(frozen=True)
class DieWhile:
    """Die, after a while, if a file is there at the start."""

    path: str
    seconds: float

    def run(self, ready: Ready) -> str:
        if Path(self.path).exists():
            time.sleep(self.seconds)
            os.abort()
        return "well"


@dataclass(frozen=True)
class LoseZygote:
    """Have the process that workers come from end, then ask for one."""

    def run(self, ready: Ready) -> None:
        ready.zygote._control.shutdown(socket.SHUT_RDWR)
        ready.zygote.fork(seed=0)


@dataclass(frozen=True)
class Hoard:
    size_bytes: int

    def run(self, ready: Ready) -> None:
        bytearray(self.size_bytes)


@dataclass(frozen=True)
class Speak:
    """Answer with so many characters; below 0, with what JSON doesn't know."""

    length: int

    def run(self, ready: Ready) -> Any:
        return object() if self.length < 0 else "a" * self.length


@dataclass(frozen=True)
class Sleep:
    """Take so long; as a rehearsal, with another grace for those that follow."""

    seconds: float
    grace_s: float = warm.GRACE_S

    def run(self, ready: Ready) -> None:
        warm.GRACE_S = self.grace_s
        time.sleep(self.seconds)
