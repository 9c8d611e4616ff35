"""What tells that an attack reached something: processes, sockets, files.

Each witness can be asked what it `saw` since it was asked last, and then is as before.
"""

import contextlib
import ctypes
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

PR_SET_CHILD_SUBREAPER = 36
END_S = 1.0  # for a process that is being killed to be gone
SHARED_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm", "/run/lock")  # everybody may write there
IDLE = "import sys, time; time.sleep(3600)"


class Witness(Protocol):
    """Part of the site."""

    def saw(self) -> list[str]:
        """What happened, in words; empty if nothing did."""

    def close(self) -> None:
        """Stop watching."""


class Processes:
    """Processes that this one started, directly or not, are those that there were before."""

    def __init__(self) -> None:
        # Daemons would become children of the machine's first process; now they become ours.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
        self.expect()

    def expect(self) -> None:
        """Those that there are now are fine."""
        self._expected = descendants(os.getpid())

    def saw(self) -> list[str]:
        deadline = time.monotonic() + END_S
        while (left := (now := descendants(os.getpid())) - self._expected) and (
            time.monotonic() < deadline
        ):
            time.sleep(0.02)
        gone = self._expected - now
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
        self._expected = descendants(os.getpid()) if left else now
        return ["left a process behind"] * bool(left) + ["ended the grader's process"] * bool(gone)

    def close(self) -> None:
        self.saw()
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 0)


def descendants(pid: int) -> set[int]:
    """Living processes that a process started, and those that they started."""
    parents = {}
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            child = int(folder.name)
            state, parent = (folder / "stat").read_text().rpartition(") ")[2].split()[:2]
            if state != "Z":
                parents[child] = int(parent)
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


class Victim:
    """A process of the instructor's; nobody signals it or changes how it runs."""

    def __init__(self, secret: str) -> None:
        self._arguments = [sys.executable, "-c", IDLE, secret]
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(self._arguments)
        self.pid = self._process.pid
        self._standing = self._how_it_runs()

    def _how_it_runs(self) -> object:
        limits = resource.prlimit(self.pid, resource.RLIMIT_NOFILE)
        return limits, os.getpriority(os.PRIO_PROCESS, self.pid), os.sched_getaffinity(self.pid)

    def saw(self) -> list[str]:
        if self._process.poll() is not None:
            self._start()
            return ["ended a process of the instructor's"]
        if self._how_it_runs() != self._standing:
            self.close()
            self._start()
            return ["changed a process of the instructor's"]
        return []

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


class Listener:
    """A socket to which nobody connects or sends anything."""

    def __init__(self, family: int, kind: int, address: object) -> None:
        self._socket = socket.socket(family, kind)
        self._socket.bind(address)  # type: ignore[arg-type]
        self._socket.setblocking(False)
        if kind == socket.SOCK_STREAM:
            self._socket.listen()
        self.address = self._socket.getsockname()

    def saw(self) -> list[str]:
        try:
            if self._socket.type == socket.SOCK_STREAM:
                self._socket.accept()[0].close()
            else:
                self._socket.recv(100)
        except BlockingIOError:
            return []
        return ["reached a socket of the machine's"]

    def close(self) -> None:
        self._socket.close()


class Files:
    """Files and folders that stay as they are, down to their dates."""

    def __init__(self, folders: list[Path], replant: Callable[[], None]) -> None:
        self._folders = folders
        self._replant = replant
        self.expect()

    def expect(self) -> None:
        """As they are now is fine."""
        self._expected = self._state()

    def _state(self) -> dict[str, tuple[int, ...]]:
        return {
            str(path): (status.st_mtime_ns, status.st_mode, status.st_uid, status.st_nlink)
            for folder in self._folders
            for path in [folder, *folder.rglob("*")]
            for status in [path.lstat()]
        }

    def saw(self) -> list[str]:
        now = self._state()
        changed = {path for path, _ in now.items() ^ self._expected.items()}
        if not changed:
            return []
        self._replant()
        self.expect()
        return [f"changed {min(map(os.path.basename, changed))}"]

    def close(self) -> None: ...


class Leftovers:
    """A folder for temporary files, where nothing stays."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.expect()

    def expect(self) -> None:
        """What lies there now is fine."""
        self._expected = set(self._folder.rglob("*"))

    def saw(self) -> list[str]:
        left = set(self._folder.rglob("*")) - self._expected
        self.expect()
        return [f"left {min(left).name} in a temporary folder"] if left else []

    def close(self) -> None: ...


class Traces:
    """Folders where everybody may leave something, and nobody did."""

    def __init__(self, marker: str, folders: list[Path]) -> None:
        self._marker = marker
        self._folders = [Path(folder) for folder in SHARED_FOLDERS] + folders

    def saw(self) -> list[str]:
        found = [path for folder in self._folders for path in folder.glob(f"*{self._marker}*")]
        for path in found:
            path.unlink()
        return [f"left a file in {path.parent}" for path in found]

    def close(self) -> None:
        self.saw()


class Descriptors:
    """Files that this process has open."""

    def __init__(self) -> None:
        self.expect()

    def expect(self) -> None:
        """As many as now are fine."""
        self._expected = self._count()

    def _count(self) -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    def saw(self) -> list[str]:
        return ["left the grader with open files"] * (self._count() > self._expected)

    def close(self) -> None: ...
