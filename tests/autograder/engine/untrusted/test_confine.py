"""Each layer of confinement, tried from inside: as root, as anybody, without namespaces."""

import contextlib
import errno
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from autograder.engine import confinement
from autograder.engine.limits import Limits
from autograder.engine.untrusted import seccomp

PROJECT = Path(__file__).resolve().parents[4]
MACHINES = PROJECT / "tests" / "autograder" / "engine" / "machines"
LIMITS = Limits(
    memory_bytes=2**29, scratch_bytes=2**23, scratch_files=500, threads=32, open_files=64
)
IS_ROOT = os.getuid() == 0
SOMEBODY = 54321

FILE_IN_MEMORY = """
import mmap
pages = mmap.mmap(open(SUPPORT + "/figure").fileno(), 0, access=mmap.ACCESS_COPY)
address = ctypes.c_void_p(ctypes.addressof(ctypes.c_char.from_buffer(pages)))
"""

# Each has to end in an OSError.
REFUSED = {
    # files
    "read the machine's": "open('/etc/passwd')",
    "read the grader's": f"open({str(PROJECT / 'autograder/engine/zygote.py')!r})",
    "read a neighbour's": "open(NEIGHBOUR)",
    "list the root": "import os; os.listdir('/')",
    "list processes": "import os; os.listdir('/proc')",
    "read a process": "open('/proc/self/mem', 'rb')",
    "write beside itself": "open('/var/tmp/made', 'w')",
    "write into shared memory": "open('/dev/shm/made', 'w')",
    "write what it may read": "open(SUPPORT + '/figure', 'w')",
    "append to what it may read": "open(SUPPORT + '/figure', 'a')",
    "empty what it may read": "import os; os.open(SUPPORT + '/figure', os.O_RDONLY | os.O_TRUNC)",
    "empty it by its name": "import os; os.truncate(SUPPORT + '/figure', 0)",
    "link to what it may read": "import os; os.link(SUPPORT + '/figure', 'link')",
    "move what it may read": "import os; os.rename(SUPPORT + '/figure', 'moved')",
    "delete what it may read": "import os; os.unlink(SUPPORT + '/figure')",
    "label what it may read": "import os; os.setxattr(SUPPORT + '/figure', 'user.x', b'x')",
    "follow its own link out": "import os; os.symlink('/etc/passwd', 'link'); open('link')",
    "make a device": "import os, stat; os.mknod('null', stat.S_IFCHR | 0o666, os.makedev(1, 3))",
    "open a disk": "open('/dev/vda')",
    # network
    "internet": "import socket; socket.create_connection(('127.0.0.1', 80))",
    "internet, newer": "import socket; socket.socket(socket.AF_INET6)",
    "name service": "import socket; socket.getaddrinfo('example.org', 80)",
    "datagrams": "import socket; socket.socket(type=socket.SOCK_DGRAM)",
    "local sockets": "import socket; socket.socket(socket.AF_UNIX)",
    "kernel sockets": "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "a pair that can send": "import socket; socket.socketpair(type=socket.SOCK_DGRAM)",
    "downloads": "import urllib.request; urllib.request.urlopen('http://example.org')",
    # processes
    "fork": "import os; os.fork()",
    "fork with a terminal": "import os; os.forkpty()",
    "run a program": "import subprocess; subprocess.run(['/bin/ls'])",
    "run in a shell": "import os; os.popen('ls').read()",
    "spawn": "import os; os.posix_spawn('/bin/ls', ['ls'], {})",
    "become a program": "import os, sys; os.execv(sys.executable, [sys.executable])",
    "multiprocessing": "import multiprocessing as m; m.get_context('fork').Process().start()",
    "a session of its own": "import os; os.setsid()",
    "another group": "import os; os.setpgid(0, os.getpgid(os.getppid()))",
    "signal everybody": "import os; os.kill(-1, 0)",
    "signal process 1": "import os; os.kill(1, 0)",
    "signal its zygote": "import os; os.kill(os.getppid() or 1, 0)",
    "signal a group": "import os; os.killpg(os.getpgid(os.getppid()) or 1, 0)",
    "signals from a file": "import fcntl, os; fcntl.fcntl(os.pipe()[0], 8, os.getppid())",
    "limit another": "import resource; resource.prlimit(1, resource.RLIMIT_CPU)",
    "change its priority": "import os; os.nice(1)",
    "outlive its zygote": "libc('prctl', 1, 0)",
    "a new namespace": "libc('unshare', 0x10000000)",
    # what a neighbour would notice: on files that all may read
    "a lease": "import fcntl; fcntl.fcntl(open(SUPPORT + '/figure'), 1024, fcntl.F_RDLCK)",
    "who opens it": "import fcntl; fcntl.fcntl(open(SUPPORT + '/figure'), 1026, 1)",
    "a watch": "libc('inotify_init1', 0)",
    "a hint": "import fcntl; fcntl.fcntl(open(SUPPORT + '/figure'), 1036, bytes(8))",
    "the hint": "import fcntl; fcntl.fcntl(open(SUPPORT + '/figure'), 1035, bytes(8))",
    "past the memory": "import os; os.open(SUPPORT + '/figure', os.O_RDONLY | os.O_DIRECT)",
    "out of memory": FILE_IN_MEMORY + "pages.madvise(21)",  # MADV_PAGEOUT
    "what is in memory": FILE_IN_MEMORY + "libc('mincore', address, 1, bytes(1))",
    # of what all have together
    "equal pages": "import mmap; mmap.mmap(-1, 2**20).madvise(mmap.MADV_MERGEABLE)",
    "all equal pages": "libc('prctl', 67, 1, 0, 0, 0)",
    "large pages": "import mmap; mmap.mmap(-1, 2**21, mmap.MAP_PRIVATE | mmap.MAP_ANON | 0x40000)",
    "free memory": "libc('sysinfo', bytes(256))",
    "free disk": "import os; os.statvfs('.')",
    "disk at once": "libc('fallocate', open('file', 'w').fileno(), 0, 0, 4096)",
    "disk at once, by the C library": "import os; os.posix_fallocate(os.open('f', 65), 0, 4096)",
    "waiting for the disk": "import os; os.open('file', os.O_WRONLY | os.O_CREAT | os.O_SYNC)",
    "a large pipe": "import fcntl, os; fcntl.fcntl(os.pipe()[0], fcntl.F_SETPIPE_SZ, 2**20)",
    "signals that queue up": "import os; os.kill(os.getpid(), 40)",
    "timers": "libc('timer_create', 0, None, bytes(8))",
    "descriptors on their way": """
import array, socket
ours, theirs = socket.socketpair()
rights = array.array("i", [theirs.fileno()])
ours.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])""",
    "pages in pipes": "import os; os.splice(os.open('/dev/zero', 0), os.pipe()[1], 1)",
    # and of itself
    "its zygote's time": "import os, time; time.clock_gettime((~(os.getppid() or 1) << 3) | 2)",
    "its zygote's priority": "import os; os.getpriority(os.PRIO_PROCESS, os.getppid() or 1)",
    "its user's priority": "import os; os.getpriority(os.PRIO_USER, 0)",
    "its zygote's cores": "import os; os.sched_getaffinity(os.getppid() or 1)",
    "its zygote's scheduling": "import os; os.sched_getscheduler(os.getppid() or 1)",
    "its zygote's session": "import os; os.getsid(os.getppid() or 1)",
    "its zygote's group": "import os; os.getpgid(os.getppid() or 1)",
    "who is at the other end": """
import socket
socket.socketpair()[0].getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)""",
    "signals when it can be read": """
import fcntl, os
fcntl.fcntl(os.pipe()[0], fcntl.F_SETFL, os.O_ASYNC)""",
    # rights
    "become another": "import os; os.setuid(1)",
    "join a group": "import os; os.setgroups([1])",
    "change the root": "import os; os.chroot('.')",
    "mount": "libc('mount', b'x', b'.', b'tmpfs', 0, None)",
    "rename the machine": "import socket; socket.sethostname('x')",
    "a memory file": "import os; os.memfd_create('x')",
    "more files at once": "kept = [open('/dev/null') for _ in range(100)]",
    "large files": "open('file', 'wb').write(bytes(2**24))",
}

# What `result` has to be; these are what students do.
ALLOWED: dict[str, tuple[str, object]] = {
    "its folder": ("import os; open('file', 'w').write('x'); result = os.listdir()", ["file"]),
    "temporary files": ("""
import shutil, tempfile
with tempfile.NamedTemporaryFile() as file, tempfile.TemporaryDirectory() as folder:
    file.write(b"text"); file.flush()
    copy = shutil.copy2(file.name, folder)
    shutil.copytree(folder, "copied")
    result = open(copy).read()
shutil.rmtree("copied")""", "text"),
    "renaming": ("""
import os
os.makedirs("a/b"); open("a/file", "w").close(); os.rename("a/file", "a/b/file")
os.symlink("a/b/file", "link"); os.mkfifo("pipe")
result = sorted(os.listdir())""", ["a", "link", "pipe"]),
    "what it may read": ("result = open(SUPPORT + '/figure').read()", "drawn"),
    "copies of it": ("import shutil; shutil.copy(SUPPORT + '/figure', 'mine')\n"
                     "open('mine', 'a').write('!'); result = open('mine').read()", "drawn!"),
    "devices": ("""
import os
open("/dev/null", "w").write("x"); os.urandom(4)
result = len(open("/dev/urandom", "rb").read(4)), open("/dev/zero", "rb").read(1) == b"\\0"
""", [4, True]),
    "threads": ("""
import threading
done = []
threads = [threading.Thread(target=done.append, args=(1,)) for _ in range(16)]
[thread.start() for thread in threads]; [thread.join() for thread in threads]
result = len(done)""", 16),
    "asyncio": ("import asyncio; result = asyncio.run(asyncio.sleep(0, 'slept'))", "slept"),
    "signals to itself": ("""
import os, signal
got = []
signal.signal(signal.SIGUSR1, lambda *_: got.append(1)); signal.signal(signal.SIGALRM, print)
os.kill(os.getpid(), signal.SIGUSR1); signal.raise_signal(signal.SIGUSR1); signal.alarm(0)
result = len(got)""", 2),
    "late imports": ("import sqlite3, zoneinfo, decimal, unittest.mock; result = 1", 1),
    "its limits": ("import resource as r; result = r.getrlimit(r.RLIMIT_CORE)", [0, 0]),
    "processors": ("import os; result = 0 < len(os.sched_getaffinity(0)) <= os.cpu_count()", True),
    "no effect": ("""
import os
os.chmod(SUPPORT + "/figure", 0); os.chown(SUPPORT + "/figure", 1, 1)
os.utime(SUPPORT + "/figure", (0, 0)); result = os.stat(SUPPORT + "/figure").st_mtime > 0""", True),
    "rights": ("""
import ctypes
held = ctypes.create_string_buffer(24)
libc("capget", bytes([0x22, 5, 8, 0x20, 0, 0, 0, 0]), held)
result = held.raw == bytes(24), libc("prctl", 39, 0, 0, 0, 0)""", [True, 1]),
    "descriptors": ("""
import os
result = []
for fd in range(3, 64):
    try: os.fstat(fd); result.append(fd)
    except OSError: pass
result = len(result)""", 1),
    "higher limits": ("""
import resource
try: resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
except ValueError: result = "refused\"""", "refused"),
    "too much memory": ("""
try: bytearray(2**30)
except MemoryError: result = "refused\"""", "refused"),
    "locks of its own files": ("""
import fcntl
file = open("file", "w")
fcntl.flock(file, fcntl.LOCK_EX); fcntl.lockf(file, fcntl.LOCK_EX); fcntl.lockf(file, fcntl.LOCK_UN)
with open("file") as again: fcntl.flock(again, fcntl.LOCK_EX | fcntl.LOCK_NB)
result = "locked\"""", "locked"),
    "no lock on what it may read": ("""
import fcntl, struct
asked = struct.pack("hhqqi4x", fcntl.F_RDLCK, 0, 0, 0, 0)
file = open(SUPPORT + "/figure")
fcntl.flock(file, fcntl.LOCK_EX)
for command in (fcntl.F_SETLK, fcntl.F_SETLKW, 37, 38): fcntl.fcntl(file, command, asked)
asked = struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0)
told = [fcntl.fcntl(file, command, asked) for command in (fcntl.F_GETLK, 36)]
result = [struct.unpack_from("h", answer)[0] == fcntl.F_UNLCK for answer in told]
""", [True, True]),
    "databases": ("""
import sqlite3
result = []
for mode in ("delete", "truncate", "persist", "wal"):
    with sqlite3.connect(f"{mode}.db") as one:
        result.append(one.execute(f"pragma journal_mode={mode}").fetchone()[0])
        one.execute("create table grade (points integer)")
        one.executemany("insert into grade values (?)", [(n,) for n in range(1000)])
    with sqlite3.connect(f"{mode}.db") as other:
        one.execute("update grade set points = points + 1")
        result.append(other.execute("select sum(points) from grade").fetchone()[0])
        one.commit()
        result.append(other.execute("select sum(points) from grade").fetchone()[0])
result = [entry for entry in result if entry not in (499500, 500500)]
""", ["delete", "truncate", "persist", "wal"]),
    "written to last": ("""
import os
file = os.open("file", os.O_RDWR | os.O_CREAT)
os.truncate(file, 2**20); os.fsync(file); os.fdatasync(file)
result = os.fstat(file).st_size""", 2**20),
    "files in memory": ("""
import mmap
with open("file", "wb") as file: file.write(bytes(5000))
with open("file", "r+b") as file, mmap.mmap(file.fileno(), 0) as pages:
    pages[0] = 7; pages.flush(); pages.madvise(mmap.MADV_SEQUENTIAL)
result = open("file", "rb").read(1)[0]""", 7),
    "not to wait": ("""
import fcntl, os
reader, writer = os.pipe()
os.set_blocking(reader, False)
flags = fcntl.fcntl(writer, fcntl.F_GETFL)
fcntl.fcntl(writer, fcntl.F_SETFL, flags | os.O_NONBLOCK | os.O_APPEND)
result = os.get_blocking(reader), os.get_blocking(writer)""", [False, False]),
    "the end of a thread": ("""
import time
thread, before = ctypes.c_ulong(), time.monotonic()
libc("pthread_create", ctypes.byref(thread), None, _libc.usleep, ctypes.c_void_p(100_000))
result = libc("pthread_join", thread, None), time.monotonic() - before >= 0.1""", [0, True]),
    "about itself": ("""
import os, time
os.getpriority(os.PRIO_PROCESS, 0); os.sched_getscheduler(0); os.getsid(0); os.getpgid(os.getpid())
result = all(clock() >= 0 for clock in (time.process_time, time.thread_time, time.monotonic))
""", True),
    "home": ("import os; result = os.path.expanduser('~') == os.getcwd()", True),
    "memory": ("import mmap; bytearray(2**28); result = len(mmap.mmap(-1, 2**20))", 2**20),
}  # fmt: skip

# The same, but only under "strong".
BY_NAMESPACES: dict[str, tuple[str, object]] = {
    "too many threads": ("""
import threading, time
try:
    for result in range(1000): threading.Thread(target=time.sleep, args=(9,), daemon=True).start()
except RuntimeError: pass""", LIMITS.threads - 1),
    "too many files": ("""
result = 0
try:
    while result < 2000: open(str(result), "w").close(); result += 1
except OSError: pass
result = result <= 500""", True),
    "too much data": ("""
result = 0
try:
    while result < 100: open(str(result), "wb").write(bytes(2**20)); result += 1
except OSError: pass""", 8),
    "process ids": ("import os; result = os.getpid() < 1000, os.getppid()", [True, 1]),
    "the machine's name": ("import os; result = os.uname().nodename", "worker"),
    "who it is": ("import os; result = os.getuid(), os.getgid()", [65534, 65534]),
    "what isn't there": ("""
import os
result = [path for path in ("/old", "/proc/self", "/etc/passwd", GRADER) if os.path.exists(path)]
""", []),
}  # fmt: skip

PRELUDE = """
import ctypes
SUPPORT, NEIGHBOUR, GRADER = {support!r}, {neighbour!r}, {grader!r}
_libc = ctypes.CDLL(None, use_errno=True)
def libc(name, *arguments):
    result = getattr(_libc, name)(*arguments)
    if result == -1: raise OSError(ctypes.get_errno(), name)
    return result
def failure(number):
    ctypes.set_errno(0)
    return ctypes.get_errno() if _libc.syscall(number, *[-1] * 6) == -1 else 0
"""
# Every system call of a table, with arguments that would fail otherwise.
TABLES: dict[str, tuple[dict[str, tuple[int | None, int | None]], int]] = {
    "refused": (seccomp.REFUSED, errno.EPERM),
    "pretended": (seccomp.PRETENDED, 0),
    "newer": ({f"number {n}": (n, n) for n in range(424, 480)
               if n not in {*seccomp.KNOWN.values(), 452}}, errno.ENOSYS),
}  # fmt: skip
# Doors to the kernel besides the one that is guarded; x86_64 only.
SIDE_DOORS = {
    "x32": "_libc.syscall(0x40000000 + 39)",
    "32 bit": """
import mmap
code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
code.write(bytes([0xb8, 20, 0, 0, 0, 0xcd, 0x80, 0xc3]))  # mov eax, 20; int 0x80; ret
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()""",
}

# level, user (None: whoever runs the tests), whether root's workers become nobody
CONFIGURATIONS = {
    "strong": ("strong", None, True),
    "strong, root stays root": ("strong", None, False),
    "strong, ordinary user": ("strong", SOMEBODY, False),
    "acceptable": ("acceptable", None, False),
    "acceptable, root becomes nobody": ("acceptable", 0, True),
    "acceptable, ordinary user": ("acceptable", SOMEBODY, False),
}
Outcomes = dict[str, object]


def cases() -> dict[str, str]:
    """Name to source."""
    column = list(seccomp.AUDIT_NAMES).index(platform.machine())
    tables = {
        name: {call: pair[column] for call, pair in table.items() if pair[column] is not None}
        for name, (table, _) in TABLES.items()
    }
    return {
        **REFUSED,
        **{name: source for name, (source, _) in (ALLOWED | BY_NAMESPACES).items()},
        **{name: f"result = {{name: failure(number) for name, number in {numbers}.items()}}"
           for name, numbers in tables.items()},
        **SIDE_DOORS,
    }  # fmt: skip


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every user can reach and write to, in a path with a blank."""
    with tempfile.TemporaryDirectory(prefix="a folder ") as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


@pytest.fixture(scope="module", params=CONFIGURATIONS)
def configuration(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def support(configuration: str) -> Iterator[Path]:
    """What students receive; it belongs to the user that grades."""
    with open_folder() as folder:
        (folder / "figure").write_text("drawn")
        user = CONFIGURATIONS[configuration][1]
        if user and IS_ROOT:
            os.chown(folder / "figure", user, user)
        yield folder


@pytest.fixture(scope="module")
def outcomes(configuration: str, support: Path) -> Outcomes:
    """What came of every case, each tried in a worker of its own."""
    level, user, nobody = CONFIGURATIONS[configuration]
    if user is not None and not IS_ROOT:
        pytest.skip("only root can become another user")
    with open_folder() as scratch:
        neighbour = scratch / "neighbour"
        neighbour.write_text("the answer")
        plan = confinement.make_plan(level, scratch, None, LIMITS)
        plan = replace(plan, nobody=nobody, readable=[*plan.readable, str(support)])
        view = [] if user is None else [sys.executable, str(MACHINES / "as_user.py"), str(user)]
        prelude = PRELUDE.format(
            support=str(support), neighbour=str(neighbour), grader=str(PROJECT / "tests")
        )
        ran = subprocess.run(
            [*view, sys.executable, str(MACHINES / "run_confined.py"), json.dumps(asdict(plan))],
            input=json.dumps([prelude + source for source in cases().values()]),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            env={"PATH": os.defpath, "MALLOC_ARENA_MAX": "1"},
        )
    return dict(zip(cases(), json.loads(ran.stdout), strict=True))


def test_what_is_not_needed_is_refused(outcomes: Outcomes) -> None:
    os_errors = ("OSError", "PermissionError", "FileNotFoundError", "gaierror", "URLError")
    passed = {name: outcomes[name] for name in REFUSED
              if not str(outcomes[name]).startswith(os_errors)}  # fmt: skip
    assert passed == {}


def test_what_students_do_goes_on(outcomes: Outcomes) -> None:
    assert {name: outcomes[name] for name in ALLOWED} == {
        name: expected for name, (_, expected) in ALLOWED.items()
    }


def test_namespaces_add_exact_limits_and_hide_the_machine(
    outcomes: Outcomes, configuration: str
) -> None:
    if not configuration.startswith("strong"):
        pytest.skip("this configuration has none")
    expected = {name: expected for name, (_, expected) in BY_NAMESPACES.items()}
    if IS_ROOT and "stays root" in configuration:
        del expected["too many threads"]  # the kernel doesn't count root's
    assert {name: outcomes[name] for name in expected} == expected


def test_what_belongs_to_the_grader_is_as_it_was(
    outcomes: Outcomes, configuration: str, support: Path
) -> None:
    assert [file.name for file in support.iterdir()] == ["figure"]
    figure = support / "figure"
    assert figure.read_text() == "drawn"
    assert figure.stat().st_mode & 0o777 == 0o644
    assert figure.stat().st_uid == (CONFIGURATIONS[configuration][1] or os.getuid())
    assert figure.stat().st_mtime > 0


@pytest.mark.parametrize("table", TABLES)
def test_every_system_call_listed_has_its_verdict(outcomes: Outcomes, table: str) -> None:
    failures = outcomes[table]
    assert isinstance(failures, dict) and failures
    assert {name: code for name, code in failures.items() if code != TABLES[table][1]} == {}


@pytest.mark.skipif(platform.machine() != "x86_64", reason="other processors have no such doors")
@pytest.mark.parametrize("door", SIDE_DOORS)
def test_other_doors_to_the_kernel_are_deadly(outcomes: Outcomes, door: str) -> None:
    assert outcomes[door] == -signal.SIGSYS
