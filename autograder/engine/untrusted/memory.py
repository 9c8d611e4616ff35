"""How much memory a process takes, counted by the kernel: nothing in the process is asked."""

import contextlib
import os
import re

FORGET_PEAK = b"5"  # what `clear_refs` takes it for, see proc(5)
LONGEST_BYTES = 2**16  # of the kernel's figures of a process
KIB = 1024
OWN = ("RssAnon", "RssShmem")  # memory that could be shared with others is its own, too


class Machine:
    """The machine's processes as the kernel shows them, also when /proc no longer is there.

    Whoever inherits the open folder can look at them all: a worker must close it first.
    """

    def __init__(self) -> None:
        self._proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)

    def own_pid(self) -> int:
        """The number of this process on the machine, where a namespace has another one for it."""
        return int(os.readlink("self", dir_fd=self._proc))

    def memory_bytes(self, pid: int, forget_peak: bool) -> dict[str, int]:
        """What a process has now, and the most that it had since its peak was last forgotten.

        Returns:
            "own": what it doesn't share with the process it was forked from; "resident" and
            "peak": with what it shares.

        Raises:
            OSError: if it is gone.
        """
        if forget_peak:
            with contextlib.suppress(OSError):  # then an earlier peak counts, too
                self._write(f"{pid}/clear_refs", FORGET_PEAK)
        figures = self._status(pid)
        inherited = self._status(figures["PPid"])
        own = sum(figures[kind] - inherited[kind] for kind in OWN)
        return {
            "own": KIB * max(0, own),
            "resident": KIB * figures["VmRSS"],
            "peak": KIB * figures["VmHWM"],
        }

    def children_s(self, pid: int) -> float:
        """The processor time of processes that it started and waited for.

        Raises:
            OSError: if it is gone.
        """
        fields = self._read(f"{pid}/stat").rpartition(")")[2].split()  # a name may hold spaces
        return sum(map(int, fields[13:15])) / os.sysconf("SC_CLK_TCK")

    def _status(self, pid: int) -> dict[str, int]:
        text = self._read(f"{pid}/status")
        return {name: int(value) for name, value in re.findall(r"^(\w+):\s+(\d+)", text, re.M)}

    def _read(self, name: str) -> str:
        fd = os.open(name, os.O_RDONLY, dir_fd=self._proc)
        try:
            return os.read(fd, LONGEST_BYTES).decode("utf-8", "replace")
        finally:
            os.close(fd)

    def _write(self, name: str, content: bytes) -> None:
        fd = os.open(name, os.O_WRONLY, dir_fd=self._proc)
        try:
            os.write(fd, content)
        finally:
            os.close(fd)
