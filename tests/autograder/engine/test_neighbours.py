"""What one worker can tell or do to another: nothing that lasts, under each level and user."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.engine import confinement

PROJECT = Path(__file__).resolve().parents[3]
MACHINES = Path(__file__).parent / "machines"
RUN_PAIR = "tests.autograder.engine.machines.run_pair"
IS_ROOT = os.getuid() == 0
SOMEBODY = 54321

FIRST_FILE = "fd = os.open(SHARED, os.O_RDONLY)\n"
LOCK = 'fcntl.fcntl(fd, {command}, struct.pack("hhqqi4x", fcntl.{kind}, 0, 0, 0, 0))'
IS_LOCKED = f"""{FIRST_FILE}
heard = struct.unpack_from("h", {LOCK})[0] != fcntl.F_UNLCK"""
MAPPED = """
pages = mmap.mmap(os.open(SHARED, os.O_RDONLY), 4, mmap.MAP_SHARED, mmap.PROT_READ)
class Buffer(ctypes.Structure):
    _fields_ = [("start", ctypes.c_void_p), ("rest", ctypes.c_long * 11)]
buffer = Buffer()
ctypes.pythonapi.PyObject_GetBuffer(ctypes.py_object(pages), ctypes.byref(buffer), 0)
FUTEX = {"x86_64": 202, "aarch64": 98}[os.uname().machine]
"""
NEXT_PIPE = """
def next_pipe():
    ends = os.pipe()
    number = os.fstat(ends[0]).st_ino
    for end in ends: os.close(end)
    return number
"""

# What one does, and how the other notices; each works where workers aren't confined.
PROBES: dict[str, tuple[str, str, str]] = {
    "a lock on a shared file": (
        "",
        f"{FIRST_FILE}fcntl.flock(fd, fcntl.LOCK_EX)",
        f"""{FIRST_FILE}
try: heard = fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError: heard = True""",
    ),
    "a lock on a part of it": (
        "",
        FIRST_FILE + LOCK.format(command="fcntl.F_SETLK", kind="F_RDLCK"),
        IS_LOCKED.format(command="fcntl.F_GETLK", kind="F_WRLCK"),
    ),
    "a lock by an open file": (
        "",
        FIRST_FILE + LOCK.format(command="37", kind="F_RDLCK"),
        IS_LOCKED.format(command="36", kind="F_WRLCK"),
    ),
    "a lock on a device": (
        "",
        "fd = os.open('/dev/null', os.O_RDWR)\nfcntl.flock(fd, fcntl.LOCK_EX)",
        """
try: heard = fcntl.flock(os.open("/dev/null", os.O_RDWR), fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError: heard = True""",
    ),
    "a lease on a shared file": (
        "",
        f"{FIRST_FILE}fcntl.fcntl(fd, 1024, fcntl.F_RDLCK)",
        "heard = any('LEASE' in line for line in open('/proc/locks'))",
    ),
    "a hint about a shared file": (
        "",
        f"{FIRST_FILE}fcntl.fcntl(fd, 1036, struct.pack('Q', 2))",
        f"{FIRST_FILE}heard = fcntl.fcntl(fd, 1035, bytes(8)) == struct.pack('Q', 2)",
    ),
    "a label on a shared file": (
        "",
        "os.setxattr(SHARED, 'user.told', b'x')",
        "heard = 'user.told' in os.listxattr(SHARED)",
    ),
    "a date of a shared file": (
        "before = os.stat(SHARED).st_mtime",
        "os.utime(SHARED, (0, 0))",
        "heard = os.stat(SHARED).st_mtime != before",
    ),
    "who waits at a shared file": (
        f"""{MAPPED}
woken = threading.Event()
def wait():
    value = struct.unpack("I", pages[:4])[0]
    if _libc.syscall(FUTEX, ctypes.c_void_p(buffer.start), 0, value, 0, 0, 0) == 0: woken.set()
threading.Thread(target=wait, daemon=True).start()
time.sleep(0.2)""",
        f"""{MAPPED}
_libc.syscall(FUTEX, ctypes.c_void_p(buffer.start), 1, 9, 0, 0, 0)""",
        "heard = woken.wait(0.2)",
    ),
    "shared memory": (
        "",
        "open('/dev/shm/told-by-a-neighbour', 'w').close()",
        "heard = os.remove('/dev/shm/told-by-a-neighbour') is None",
    ),
    "shared memory of System V": (
        "",
        "libc('shmget', 0x70BD, 4096, 0o1600)",
        "heard = libc('shmctl', libc('shmget', 0x70BD, 0, 0), 0, None) == 0",
    ),
    "a temporary file": (
        "",
        "open('/var/tmp/told-by-a-neighbour', 'w').close()",
        "heard = os.remove('/var/tmp/told-by-a-neighbour') is None",
    ),
    "a socket without a file": (
        "",
        "told = socket.socket(socket.AF_UNIX)\ntold.bind('\\0told')\ntold.listen()",
        "heard = socket.socket(socket.AF_UNIX).connect('\\0told') is None",
    ),
    "processor time": ("", "", "heard = time.clock_gettime((~NEIGHBOUR << 3) | 2) >= 0"),
    "priority": ("", "os.nice(3)", "heard = os.getpriority(os.PRIO_PROCESS, NEIGHBOUR)"),
    "processors": ("", "", "heard = os.sched_getaffinity(NEIGHBOUR)"),
    "session": ("", "", "heard = os.getsid(NEIGHBOUR)"),
    "group": ("", "", "heard = os.getpgid(NEIGHBOUR)"),
    "scheduling": ("", "", "heard = os.sched_getscheduler(NEIGHBOUR) is not None"),
    "limits": ("", "", "heard = resource.prlimit(NEIGHBOUR, resource.RLIMIT_NOFILE)"),
    "existence": ("", "", "heard = os.kill(NEIGHBOUR, 0) is None"),
    "free memory": ("", "", "heard = libc('sysinfo', bytes(256)) == 0"),
    "free disk": ("", "", "heard = os.statvfs('.')"),
    "what is in memory": (
        "",
        "",
        f"{MAPPED}\nheard = libc('mincore', ctypes.c_void_p(buffer.start), 4, bytes(1)) == 0",
    ),
}

# By what they inherit; each has its own, confined or not.
PROBES_OF_DESCRIPTORS: dict[str, tuple[str, str, str]] = {
    "flags of its output": (
        "",
        "fcntl.fcntl(1, fcntl.F_SETFL, os.O_RDWR | os.O_NONBLOCK)",
        "heard = not os.get_blocking(1)",
    ),
    "the owner of its input": (
        "",
        "fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())",
        "heard = fcntl.fcntl(0, fcntl.F_GETOWN)",
    ),
}

# What the kernel counts for all processes of a user; root itself has no such limits.
PROBES_OF_A_USER: dict[str, tuple[str, str, str]] = {
    "space in pipes": (
        "",
        """
kept = [os.pipe() for _ in range(100)]
for size in (2**20, 2**17):
    try:
        for _, end in kept: fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, size)
    except OSError: kept.reverse()""",
        """
kept = [os.pipe() for _ in range(20)]
heard = any(fcntl.fcntl(end, fcntl.F_GETPIPE_SZ) < 2**16 for _, end in kept)""",
    ),
    "descriptors on their way": (
        "",
        """
ours, theirs = socket.socketpair()
for _ in range(2): socket.send_fds(ours, [b"x"], [0] * 200)""",
        """
pair = socket.socketpair()
try: socket.send_fds(pair[0], [b"x"], [0])
except OSError as error: heard = error.errno == 109  # too many references""",
    ),
    "timers": (
        "",
        "for _ in range(200_000): libc('timer_create', 1, None, bytes(8))",
        """
try: libc('timer_create', 1, None, bytes(8))
except OSError as error: heard = error.errno == 11""",
    ),
}

# What is left: by what it reads and creates, a worker moves numbers that others can see.
COUNTERS: dict[str, tuple[str, str, str]] = {
    "numbers of pipes": (
        f"{NEXT_PIPE}\nbefore = next_pipe()",
        f"{NEXT_PIPE}\nfor _ in range(5000): next_pipe()",
        "seen = [before, *(next_pipe() for _ in range(1100))]\n"
        "heard = max(after - before for before, after in zip(seen, seen[1:])) > 1500",
    ),
    "numbers of threads": (
        """
def next_thread():
    thread = threading.Thread(target=int)
    thread.start(); thread.join()
    return thread.native_id
before = next_thread()""",
        """
for _ in range(300):
    thread = threading.Thread(target=int)
    thread.start(); thread.join()""",
        "heard = next_thread() - before > 300",
    ),
    "when a shared file was read": (
        "before = os.stat(SHARED).st_atime_ns",
        "open(SHARED).read()",
        "heard = os.stat(SHARED).st_atime_ns != before",
    ),
    "how many threads it has": (
        "",
        "for _ in range(9): threading.Thread(target=time.sleep, args=(3,), daemon=True).start()",
        "heard = os.stat(f'/proc/{NEIGHBOUR}/task').st_nlink - 2 >= 10",
    ),
}


def heard_on(level: str, user: int, probes: dict[str, tuple[str, str, str]]) -> set[str]:
    """The names of those probes that worked there."""
    if not IS_ROOT:
        if user == 0:
            pytest.skip("only root can be root")
        view = []
    else:  # also as root, for whom folders are open then, so that its workers become nobody
        view = [sys.executable, str(MACHINES / "as_user.py"), str(user)]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        (Path(folder) / "figure").write_text("drawn by hand")
        ran = subprocess.run(
            [*view, sys.executable, "-m", RUN_PAIR, level, folder],
            cwd=PROJECT,
            input=json.dumps(probes),
            text=True,
            check=True,
            stdout=subprocess.PIPE,
            env={"PATH": os.defpath},
        )
    how, heard = json.loads(ran.stdout)
    assert how == confinement.describe(level)
    return set(heard)


@pytest.fixture(params=[0, SOMEBODY], ids=["root", "ordinary user"])
def user(request: pytest.FixtureRequest) -> Iterator[int]:
    yield request.param


def test_each_probe_works_where_nothing_is_confined(user: int) -> None:
    assert heard_on("none", user, PROBES) == PROBES.keys()
    if user:
        assert heard_on("none", user, PROBES_OF_A_USER) == PROBES_OF_A_USER.keys()


@pytest.mark.parametrize("level", ["strong", "acceptable"])
def test_neighbours_tell_each_other_nothing(level: str, user: int) -> None:
    probes = PROBES | PROBES_OF_DESCRIPTORS | PROBES_OF_A_USER
    assert heard_on(level, user, probes) == set()


@pytest.mark.parametrize("level", ["strong", "acceptable"])
def test_what_is_left_is_known(level: str, user: int) -> None:
    """If one of these can be closed, docs/running-it-safely.md has to say less."""
    expected = {"numbers of pipes", "numbers of threads"}
    if level == "acceptable":
        expected |= {"when a shared file was read", "how many threads it has"}
    assert heard_on(level, user, COUNTERS) == expected
