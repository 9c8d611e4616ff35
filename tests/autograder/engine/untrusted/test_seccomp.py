"""The filter's program, run by a small interpreter: also for processors that aren't at hand."""

import errno
import os
import re
import signal
import socket
from pathlib import Path

import pytest

from autograder.engine.untrusted import seccomp

MACHINES = list(seccomp.AUDIT_NAMES)
OWN_PID = 7
ALLOWED, REFUSED, PRETENDED, UNKNOWN = "allowed", errno.EPERM, 0, errno.ENOSYS
KILLED = "killed"
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


def verdict(machine: str, number: int, *arguments: int, audit_name: int | None = None) -> object:
    """What the kernel would do with a system call."""
    data = {0: number, 4: seccomp.AUDIT_NAMES[machine] if audit_name is None else audit_name}
    data |= {16 + 8 * i: value & 0xFFFFFFFF for i, value in enumerate(arguments)}
    program = seccomp.program(machine, OWN_PID)
    position = accumulator = 0
    while True:
        code, if_true, if_false, operand = program[position]
        position += 1
        match code:
            case seccomp.LOAD:
                accumulator = data.get(operand, 0)
            case seccomp.AND:
                accumulator &= operand
            case seccomp.EQUAL:
                position += if_true if accumulator == operand else if_false
            case seccomp.AT_LEAST:
                position += if_true if accumulator >= operand else if_false
            case seccomp.RETURN:
                action = operand & 0xFFFF0000
                return {0x7FFF0000: ALLOWED, 0x80000000: KILLED}.get(action, operand & 0xFFFF)


def number(machine: str, name: str) -> int | None:
    table = seccomp.REFUSED | seccomp.PRETENDED | seccomp.CONDITIONAL
    return table[name][MACHINES.index(machine)]


@pytest.mark.parametrize("machine", MACHINES)
def test_jumps_fit_into_their_byte(machine: str) -> None:
    program = seccomp.program(machine, OWN_PID)
    for position, (_, if_true, if_false, _) in enumerate(program):
        assert max(if_true, if_false) < 256
        assert position + 1 + max(if_true, if_false) < len(program) or position == len(program) - 1
    assert len(program) < 4096


@pytest.mark.parametrize("machine", MACHINES)
def test_tables(machine: str) -> None:
    for table, expected in ((seccomp.REFUSED, REFUSED), (seccomp.PRETENDED, PRETENDED)):
        for name in table:
            if (n := number(machine, name)) is not None:
                assert verdict(machine, n) == expected, name


ARGUMENTS = [
    ("clone", [0x3D0F00], ALLOWED),  # as pthread_create does
    ("clone", [signal.SIGCHLD], REFUSED),
    ("clone", [0x01200011], REFUSED),  # as fork does
    ("kill", [OWN_PID, 9], ALLOWED),
    ("kill", [0, 9], ALLOWED),
    ("kill", [-1, 9], REFUSED),
    ("kill", [1, 9], REFUSED),
    ("kill", [-OWN_PID, 9], REFUSED),
    ("tgkill", [OWN_PID, OWN_PID + 1, 6], ALLOWED),
    ("tgkill", [1, 1, 6], REFUSED),
    ("tgkill", [OWN_PID, OWN_PID, 33], ALLOWED),  # as the C library stops a thread
    ("tgkill", [OWN_PID, OWN_PID, 34], REFUSED),  # these queue up
    ("kill", [OWN_PID, 64], REFUSED),
    ("kill", [OWN_PID, 0], ALLOWED),
    ("prlimit64", [0, 7], ALLOWED),
    ("prlimit64", [1, 7], REFUSED),
    ("sched_setaffinity", [OWN_PID], PRETENDED),
    ("sched_setaffinity", [1], REFUSED),
    ("socketpair", [socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC], ALLOWED),
    ("socketpair", [socket.AF_UNIX, socket.SOCK_DGRAM], REFUSED),
    ("socketpair", [30, socket.SOCK_STREAM], REFUSED),
    *[("prctl", [option], REFUSED) for option in (1, 4, 22, 36, 62, 67)],
    ("prctl", [15, 0], ALLOWED),
    *[("fcntl", [3, command], ALLOWED) for command in (0, 1, 2, 3, 5, 36, 1030, 1032)],
    *[("fcntl", [3, command], PRETENDED) for command in (6, 7, 37, 38)],  # locks
    *[
        ("fcntl", [3, command], REFUSED)
        for command in (8, 9, 10, 11, 15, 16, 39, *range(1024, 1027), 1031, *range(1033, 1041))
    ],
    ("fcntl", [3, 4, os.O_RDWR | os.O_APPEND | os.O_NONBLOCK], ALLOWED),
    ("fcntl", [3, 4, os.O_ASYNC], REFUSED),
    ("fcntl", [3, 4, os.O_DIRECT], REFUSED),
    ("fcntl", [3, 4, os.O_NOATIME | os.O_NONBLOCK], REFUSED),
    ("flock", [3, 2], PRETENDED),
    ("fallocate", [3, 0, 0, 4096], errno.EOPNOTSUPP),
    ("futex", [0, 0x80], ALLOWED),  # as the C library does all but always
    ("futex", [0, 0x81], ALLOWED),
    ("futex", [0, 0x189], ALLOWED),
    ("futex", [0, 0], errno.EAGAIN),
    ("futex", [0, 0x109], errno.EAGAIN),  # as it waits for the end of a thread
    ("futex", [0, 1], PRETENDED),
    ("futex", [0, 10], PRETENDED),
    ("clock_gettime", [3], ALLOWED),
    ("clock_gettime", [(~1 << 3) | 2], REFUSED),
    ("clock_getres", [(~OWN_PID << 3) | 2], REFUSED),
    ("clock_nanosleep", [(~1 << 3) | 2], REFUSED),
    *[
        (name, [pid], expected)
        for name in seccomp.OF_ITSELF
        for pid, expected in ((0, ALLOWED), (OWN_PID, ALLOWED), (1, REFUSED))
    ],
    ("sched_getaffinity", [0], ALLOWED),
    ("sched_getaffinity", [OWN_PID + 1], UNKNOWN),
    ("getpriority", [0, 0], ALLOWED),
    ("getpriority", [0, 1], REFUSED),
    ("getpriority", [2, 0], REFUSED),
    ("ioprio_get", [1, OWN_PID], ALLOWED),
    ("ioprio_get", [1, 1], REFUSED),
    ("ioprio_get", [3, 0], REFUSED),
    ("mmap", [0, 4096, 3, 0x22], ALLOWED),
    ("mmap", [0, 4096, 3, 0x40022], REFUSED),
    ("madvise", [0, 4096, 4], ALLOWED),
    ("madvise", [0, 4096, 14], ALLOWED),
    *[("madvise", [0, 4096, advice], REFUSED) for advice in (9, 12, 20, 21, 25, 100, 101)],
    ("ioctl", [0, 0x5412], REFUSED),
    ("ioctl", [0, 0x5401], ALLOWED),
    ("ioctl", [3, 0x5421], ALLOWED),
    ("ioctl", [3, 0x8901], REFUSED),
    ("ioctl", [3, 0x80086601], REFUSED),  # a file's flags
    ("ioctl", [3, 0x80087601], REFUSED),  # its generation
    *[("getsockopt", [3, 1, option], REFUSED) for option in (17, 57, 59, 77)],
    ("getsockopt", [3, 1, 4], ALLOWED),
]


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(("name", "arguments", "expected"), ARGUMENTS)
def test_arguments_decide(machine: str, name: str, arguments: list[int], expected: object) -> None:
    n = number(machine, name)
    assert n is not None
    assert verdict(machine, n, *arguments) == expected


@pytest.mark.parametrize("machine", MACHINES)
def test_a_file_is_emptied_only_by_who_may_write_it(machine: str) -> None:
    for name in ("open", "openat"):
        if (n := number(machine, name)) is None:
            continue
        before = [0] * (1 if name == "open" else 2)
        for flags, expected in (
            (os.O_RDONLY, ALLOWED),
            (os.O_WRONLY | os.O_CREAT | os.O_TRUNC, ALLOWED),
            (os.O_RDWR | os.O_TRUNC, ALLOWED),
            (os.O_RDONLY | os.O_TRUNC | os.O_CLOEXEC, REFUSED),
            (os.O_ACCMODE | os.O_TRUNC, REFUSED),
        ):
            assert verdict(machine, n, *before, flags) == expected


@pytest.mark.parametrize("machine", MACHINES)
def test_what_is_newer_is_unknown(machine: str) -> None:
    listed = {*seccomp.KNOWN.values(), 452}
    for n in range(seccomp.FIRST_UNKNOWN, 1000):
        assert verdict(machine, n) == UNKNOWN or n in listed
    assert verdict(machine, seccomp.KNOWN["close_range"]) == ALLOWED
    assert verdict(machine, 435) == UNKNOWN  # clone3: glibc then uses clone, which shows its flags


@pytest.mark.parametrize("machine", MACHINES)
def test_calls_made_as_another_architecture_kill(machine: str) -> None:
    assert verdict(machine, 39, audit_name=0x40000003) == KILLED
    assert verdict(machine, 39 | seccomp.X32_BIT) == KILLED
    assert verdict(machine, -1 & 0xFFFFFFFF) == KILLED


@pytest.mark.parametrize("machine", MACHINES)
def test_numbers_are_the_kernels(machine: str) -> None:
    header = HEADERS[machine]
    if not header.is_file():
        pytest.skip("no kernel headers here")
    pattern = r"#define __NR(?:3264)?_(\w+) (\d+)"
    known = {name: int(n) for name, n in re.findall(pattern, header.read_text())}
    for name in (*seccomp.REFUSED, *seccomp.PRETENDED, *seccomp.CONDITIONAL):
        ours = number(machine, name)
        assert name not in known or ours == known[name], name
        assert ours is None or name in known or name.startswith(("fchmodat2", "name_to", "open_by"))
