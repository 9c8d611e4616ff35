"""A process that makes what is published of a student, under limits: the press.

Texts can be made to take hours or all memory, whatever renders them. So that happens where nothing
else is lost: a piece of work that exceeds a limit is the end of this process, costs that piece, and
the next one gets a new process. It is a fresh one, not a fork: publishing has threads.
"""

import json
import math
import pickle
import resource
import signal
import subprocess
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol

from ..printable import printable
from ..tied_process import keep_for_ever, start_tied

REQUEST_LIMIT_BYTES = 2**30
ANSWER_LIMIT_BYTES = 2**26


@dataclass(frozen=True)
class PressLimits:
    """What one piece of work may take; honest ones take a hundredth of it."""

    cpu_s: int = 5
    wall_s: float = 120.0  # on a machine that has much else to do
    memory_bytes: int = 2**30


class Jammed(Exception):
    """A piece of work came to no end; the message says why."""


class Work(Protocol):
    """Something to be made."""

    def run(self, edition: Any) -> Any:
        """Make it; what comes of it has to be plain data."""


class Press:
    """The near end, a context manager; the thread that enters it has to outlive it.

    Args:
        edition: what is the same for all work.
    """

    def __init__(self, edition: Any, limits: PressLimits | None = None) -> None:
        self._setting = pickle.dumps((edition, limits or PressLimits()))
        self._wall_s = (limits or PressLimits()).wall_s
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Press":
        self._start()  # it imports while we do
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def make(self, work: Work) -> Any:
        """What came of it.

        Raises:
            Jammed: if it exceeded a limit, or failed.
        """
        if self._process is None:
            self._start()
        try:
            self._connection.send_bytes(pickle.dumps(work))
            if not self._connection.poll(self._wall_s):
                raise Jammed(self._ended(f"took longer than {self._wall_s:g} s"))
            answer = json.loads(self._connection.recv_bytes(ANSWER_LIMIT_BYTES))
        except (EOFError, OSError):
            raise Jammed(self._ended("")) from None
        if "failed" in answer:
            raise Jammed(self._ended(answer["failed"]))
        return answer["done"]

    def _start(self) -> None:
        self._process, self._connection = start_tied(__name__)
        self._connection.send_bytes(self._setting)

    def _ended(self, why: str) -> str:
        """Make an end of the process, and say what it was."""
        code = self._stop()
        if why:
            return printable(why)
        return "took too much time" if code == -signal.SIGXCPU else f"ended the process ({code})"

    def _stop(self) -> int | None:
        """The exit code of a process that had ended by itself."""
        process, self._process = self._process, None
        if process is None:
            return None
        self._connection.close()
        try:
            return process.wait(1.0)  # it ends by itself when we hang up
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return None


def main(connection: Connection) -> None:
    """Make what is asked for until the other side hangs up."""
    edition, limits = pickle.loads(connection.recv_bytes())  # from the process that started us
    keep_for_ever()
    most = _size_bytes() + limits.memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    for name in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
        resource.setrlimit(name, (0, 0))
    while True:
        try:
            work: Work = pickle.loads(connection.recv_bytes(REQUEST_LIMIT_BYTES))
        except (EOFError, ConnectionError):
            return
        except MemoryError:
            connection.send_bytes(b'{"failed": "is too large"}')
            return
        _allow_cpu(limits.cpu_s)
        try:
            answer = json.dumps({"done": work.run(edition)})
        except MemoryError:
            answer = '{"failed": "took too much memory"}'
        except Exception as error:
            answer = json.dumps({"failed": f"failed ({type(error).__name__}: {error})"})
        try:
            connection.send_bytes(answer.encode())
        except ConnectionError:
            return


def _allow_cpu(seconds: int) -> None:
    """Let this process use so much more; then the kernel ends it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = math.ceil(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def _size_bytes() -> int:
    pages = Path("/proc/self/statm").read_text("ascii").split()[0]
    return int(pages) * resource.getpagesize()
