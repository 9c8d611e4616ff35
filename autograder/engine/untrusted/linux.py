"""System calls that Python's `os` lacks; each raises `OSError` naming the call that failed."""

import contextlib
import ctypes
import os
import re
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)

# What the C library doesn't have; these numbers are the same on every architecture.
NUMBERS = {
    "mount_setattr": 442,
    "landlock_create_ruleset": 444,
    "landlock_add_rule": 445,
    "landlock_restrict_self": 446,
}
AT_FDCWD = -100
AT_RECURSIVE = 0x8000
READ_ONLY = 1
NO_SETUID = 2
NO_DEVICES = 4


def call(name: str, *arguments: int | bytes | None) -> int:
    """Call a function of the C library that returns -1 on failure, or a system call."""
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    if name in NUMBERS:
        result: int = _libc.syscall(ctypes.c_long(NUMBERS[name]), *wide)
    else:
        result = getattr(_libc, name)(*wide)
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)
    return result


def mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    """mount(2)."""
    call("mount", *map(os.fsencode, (source, target, kind)), flags, data.encode())


def restrict_mount(path: str, attributes: int, recursive: bool) -> None:
    """Add READ_ONLY, NO_SETUID or NO_DEVICES to a mount, whatever it has already."""
    attr = attributes.to_bytes(8, "little") + bytes(24)
    flags = AT_RECURSIVE if recursive else 0
    call("mount_setattr", AT_FDCWD, os.fsencode(path), flags, attr, len(attr))


def stay_on_this_core() -> None:
    """Bind this process, and what it starts, to the core it runs on, where that is allowed."""
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, {call("sched_getcpu")})


def count_threads(pid: int) -> int:
    """The threads of a process; 0 if it is gone or out of sight."""
    try:
        return Path(f"/proc/{pid}/task").stat().st_nlink - 2
    except OSError:
        return 0


class OwnStatus:
    """Figures about this process that can be read also when /proc no longer is there.

    An open file, not a folder: whoever inherits it can't climb from it to other processes.
    """

    def __init__(self) -> None:
        self._fd = os.open("/proc/self/status", os.O_RDONLY)

    @property
    def threads(self) -> int:
        """Also those that Python doesn't know of."""
        return self._read("Threads")

    @property
    def size_bytes(self) -> int:
        """The address space in use."""
        return self._read("VmSize") * 1024

    def _read(self, name: str) -> int:
        found = re.search(rf"^{name}:\s*(\d+)", os.pread(self._fd, 2**16, 0).decode(), re.MULTILINE)
        assert found
        return int(found[1])
