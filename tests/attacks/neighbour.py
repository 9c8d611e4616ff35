"""Telling a neighbour something, or harming it: two submissions that are judged at the same time.

Of a pair one tells, by holding something for a while, and the other listens; or one does harm and
the other, an honest one, needs what it harms.
"""

from typing import Any

from .recipe import Attack, answer, beside

TOOLS = '''
import array, fcntl, mmap, resource, signal, socket, struct, threading, time
from importlib.util import find_spec
SHARED = find_spec("msgpack").origin  # a file of a library that every worker can read
X86 = os.uname().machine == "x86_64"
def listen(is_heard):
    """Raise Loot as soon as something is heard, Nothing if that takes too long."""
    deadline = time.monotonic() + 0.5
    while time.monotonic() < deadline:
        if is_heard(): raise Loot("heard the neighbour")
        time.sleep(0.01)
    raise Nothing("heard nothing")
def neighbours():
    """Other processes that this one's parent started; where they can't be listed, near numbers."""
    own, parent = os.getpid(), os.getppid()
    try: found = map(int, open(f"/proc/{parent}/task/{parent}/children").read().split())
    except OSError: found = range(max(2, own - 9), own + 9)
    return [pid for pid in found if pid not in (own, parent)]
def one_that_allows(ask):
    """Ask for each neighbour; the first that is answered, or else why the last one wasn't."""
    why = Nothing("there is no neighbour")
    for pid in neighbours():
        try: return ask(pid)
        except OSError as error: why = error
    raise why
def lock(fd, command, kind):
    """What the kernel says when asked for a lock."""
    answer = fcntl.fcntl(fd, command, struct.pack("hhqqi4x", kind, 0, 0, 0, 0))
    return struct.unpack_from("h", answer)[0]
class Word(ctypes.Structure):
    """The first four bytes of a file, in the memory of all that look at it."""
    _fields_ = [("start", ctypes.c_void_p), ("rest", ctypes.c_long * 11)]
    def __init__(self):
        self.pages = mmap.mmap(os.open(SHARED, os.O_RDONLY), 4, mmap.MAP_SHARED, mmap.PROT_READ)
        ctypes.pythonapi.PyObject_GetBuffer(ctypes.py_object(self.pages), ctypes.byref(self), 0)
    def futex(self, command, value):
        where = ctypes.c_void_p(self.start)
        number = 202 if X86 else 98
        return ctypes.CDLL(None).syscall(number, where, command, value, 0, 0, 0)
'''

RIGHT = "def centre(x): return x - x.mean(dim=1, keepdim=True)"
HOLD = "    time.sleep(0.5)\nexcept OSError: pass\n"


def signal(name: str, tell: str, listen: str, **more: Any) -> Attack:
    """A pair: the neighbour does what `tell` says for half a second, meanwhile the other listens.

    Both have the other questions right; the one who tells has all.
    """
    lines = "".join(f"    {line}\n" for line in tell.strip().splitlines() or ["pass"])
    teller = beside(f"{name}, who tells", f"{TOOLS}\ntry:\n{lines}{HOLD}")
    return answer(name, 6, listen, given=TOOLS, neighbour=teller, **more)


def harm(name: str, source: str, need: str, **more: Any) -> Attack:
    """A pair: an attack, and an honest solution that needs something a moment later."""
    victim = answer(f"{name}, the neighbour", 10, f"{need}\n{RIGHT}", given=TOOLS)
    return answer(name, 6, source, given=TOOLS, neighbour=victim, **more)


def of_a_neighbour(name: str, ask: str) -> Attack:
    """A pair: what can be asked of the other's process, or done to it."""
    source = f"time.sleep(0.2)\none_that_allows(lambda pid: {ask})\nraise Loot('was answered')"
    return signal(name, "", source)


ATTACKS: list[Attack] = [
    # -- by files that all can read -----------------------------------------------------------
    signal("a lock on a shared file", """
fcntl.flock(held := os.open(SHARED, os.O_RDONLY), fcntl.LOCK_EX)
""", """
        def is_heard():
            try: return fcntl.flock(os.open(SHARED, os.O_RDONLY), fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError: return True
        listen(is_heard)
    """),
    signal("a lock on a part of a shared file", """
lock(held := os.open(SHARED, os.O_RDONLY), fcntl.F_SETLK, fcntl.F_RDLCK)
""", """
        shared = os.open(SHARED, os.O_RDONLY)
        listen(lambda: lock(shared, fcntl.F_GETLK, fcntl.F_WRLCK) == fcntl.F_RDLCK)
    """),
    signal("a lock by an open file", """
lock(held := os.open(SHARED, os.O_RDONLY), 37, fcntl.F_RDLCK)  # F_OFD_SETLK
""", """
        shared = os.open(SHARED, os.O_RDONLY)
        listen(lambda: lock(shared, 36, fcntl.F_WRLCK) == fcntl.F_RDLCK)
    """),
    signal("a lock on a device", """
fcntl.flock(held := os.open("/dev/null", os.O_RDWR), fcntl.LOCK_EX)
""", """
        def is_heard():
            try: return fcntl.flock(os.open("/dev/null", os.O_RDWR), fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError: return True
        listen(is_heard)
    """),
    signal("who waits at a word of a shared file", """
word = Word()
for _ in range(10):
    word.futex(1, 100)
    time.sleep(0.02)
""", """
        word, woken = Word(), threading.Event()
        def wait():
            if word.futex(0, struct.unpack("I", word.pages[:4])[0]) == 0: woken.set()
        threading.Thread(target=wait, daemon=True).start()
        listen(woken.is_set)
    """),
    signal("a hint about a shared file", """
fcntl.fcntl(held := os.open(SHARED, os.O_RDONLY), 1036, struct.pack("Q", 3))  # F_SET_RW_HINT
""", """
        shared = os.open(SHARED, os.O_RDONLY)
        hint = lambda: fcntl.fcntl(shared, 1035, bytes(8))
        try: listen(lambda: hint() == struct.pack("Q", 3))
        finally: fcntl.fcntl(shared, 1036, bytes(8))
    """),
    signal("who opens a shared file", """
for _ in range(10):
    open(SHARED).close()
    time.sleep(0.02)
""", """
        watcher = libc("inotify_init1", os.O_NONBLOCK)
        libc("inotify_add_watch", watcher, SHARED.encode(), 0x20)
        def is_heard():
            try: return os.read(watcher, 4096)
            except BlockingIOError: return False
        listen(is_heard)
    """),
    # -- by descriptors that the grader left ----------------------------------------------------
    signal("flags of an open file", """
fcntl.fcntl(2, fcntl.F_SETFL, os.O_RDWR | os.O_NONBLOCK)
""", """
        try: listen(lambda: not os.get_blocking(2))
        finally: os.set_blocking(2, True)
    """),
    signal("the owner of an open file", """
fcntl.fcntl(2, fcntl.F_SETOWN, os.getpid())
""", """
        try: listen(lambda: fcntl.fcntl(2, fcntl.F_GETOWN))
        finally: fcntl.fcntl(2, fcntl.F_SETOWN, 0)
    """),
    # -- by names that all can use ----------------------------------------------------------------
    signal("a name in shared memory", """
open("/dev/shm/" + $marker, "w").close()
""", """
        listen(lambda: os.path.exists("/dev/shm/" + $marker))
    """),
    signal("a number of shared memory", """
libc("shmget", 0x70BD, 4096, 0o1600)
""", """
        def is_heard():
            try: return libc("shmctl", libc("shmget", 0x70BD, 0, 0), 0, 0) == 0  # removes it
            except FileNotFoundError: return False
        listen(is_heard)
    """),
    signal("a queue of messages", """
libc("mq_open", b"/" + $marker.encode(), os.O_CREAT | os.O_RDWR, 0o600, 0)
""", """
        def is_heard():
            try: return libc("mq_unlink", b"/" + $marker.encode()) == 0
            except FileNotFoundError: return False
        listen(is_heard)
    """),
    signal("a socket that is called", """
server = socket.socket(socket.AF_UNIX)
server.bind("\\0" + $marker)
server.listen()
""", """
        def is_heard():
            try: return socket.socket(socket.AF_UNIX).connect("\\0" + $marker) is None
            except ConnectionRefusedError: return False
        listen(is_heard)
    """),
    signal("a file beside the own folder", """
open("/tmp/" + $marker, "w").close()
""", """
        listen(lambda: os.path.exists("/tmp/" + $marker))
    """),
    answer("the neighbours' folders", 6, """
        folder = os.path.dirname(os.path.dirname(os.getcwd()))
        raise Loot(f"neighbours are {len(os.listdir(folder))}")
    """),
    # -- by what is asked of a process -----------------------------------------------------------
    of_a_neighbour("the time that a neighbour took", "time.clock_gettime((~pid << 3) | 2)"),
    of_a_neighbour("the priority of a neighbour", "os.getpriority(os.PRIO_PROCESS, pid)"),
    of_a_neighbour("the processors of a neighbour", "os.sched_getaffinity(pid)"),
    of_a_neighbour("the limits of a neighbour", "resource.prlimit(pid, resource.RLIMIT_NOFILE)"),
    of_a_neighbour("whether a neighbour is there", "os.kill(pid, 0)"),
    of_a_neighbour("an open file of a neighbour",
                   "libc('syscall', 438, libc('syscall', 434, pid, 0), 0, 0)"),
    of_a_neighbour("the memory of a neighbour", """[
        libc("process_vm_readv", pid, struct.pack("QQ", ctypes.addressof(room), 8), 1,
             struct.pack("QQ", id(room), 8), 1, 0)
        for room in [ctypes.create_string_buffer(8)]]"""),
    # -- by what all have together ----------------------------------------------------------------
    answer("how much memory is free", 6, """
        libc("sysinfo", bytes(256))
        raise Loot("what neighbours take can be seen")
    """),
    answer("how much disk is free", 6, """
        raise Loot(f"what neighbours write can be seen: {os.statvfs('.').f_bfree}")
    """),
    answer("equal pages", 6, """
        import mmap
        mmap.mmap(-1, 2**20).madvise(mmap.MADV_MERGEABLE)
        raise Loot("what takes long to write, a neighbour has, too")
    """),
    answer("timers of all", 6, """
        for number in range(10_000): libc("timer_create", 1, 0, bytes(8))
        raise Loot("took 10,000")
    """),
    answer("signals of all", 6, """
        import signal
        signal.pthread_sigmask(signal.SIG_BLOCK, [40])
        for number in range(10_000): os.kill(os.getpid(), 40)
        raise Loot("10,000 wait")
    """),
    answer("space in pipes of all", 6, """
        import fcntl
        kept = [os.pipe() for _ in range(64)]
        for _, end in kept: fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, 2**20)
        raise Loot("took 64 MiB")
    """),
    answer("descriptors on their way", 6, """
        import socket
        pair = socket.socketpair()
        for _ in range(2): socket.send_fds(pair[0], [b"x"], [0] * 200)
        raise Loot("400 are under way")
    """),
    answer("a disk filled at once", 6, """
        for name in range(4):
            libc("fallocate", os.open(f"room{name}", os.O_CREAT | os.O_WRONLY), 0, 0, 60 * 2**20)
        raise Loot("took 240 MiB")
    """),
    answer("a disk that has to write", 6, """
        os.open("waiting", os.O_CREAT | os.O_WRONLY | os.O_SYNC)
        raise Loot("each write holds up the disk")
    """),
    # -- harm ----------------------------------------------------------------------------------
    harm("fifty threads", """
        import hashlib
        def work(): hashlib.pbkdf2_hmac("sha256", b"", b"", 3_000_000)  # holds no lock of Python's
        for _ in range(50): threading.Thread(target=work, daemon=True).start()
        time.sleep(0.7)
        raise Nothing("worked for 0.7 s")
    """, """
time.sleep(0.05)
started, worked = time.monotonic(), time.process_time()
while time.process_time() - worked < 0.06:  # a 25th of the processors isn't enough for that
    if time.monotonic() - started > 0.8: raise Nothing("no time to work")
"""),
    harm("no threads for a neighbour", """
        threading.stack_size(2**16)
        done = threading.Event()
        try:
            for _ in range(4000): threading.Thread(target=done.wait, daemon=True).start()
            time.sleep(0.3)
        finally: done.set()
        raise Nothing("started 4,000")
    """, """
for _ in range(20):
    threading.Thread(target=int).start()
    time.sleep(0.02)
""", only_here="root, as whom it grades here, may have as many as it likes"),
    harm("the end of a neighbour", """
        time.sleep(0.05)
        children = f"/proc/{os.getppid()}/task/{os.getppid()}/children"
        for pid in map(int, open(children).read().split()):  # nobody else's are to be killed
            if pid != os.getpid(): os.kill(pid, 9)
        raise Nothing("killed all there were")
    """, "time.sleep(0.3)"),
    harm("no files for a neighbour", """
        time.sleep(0.05)
        one_that_allows(lambda pid: resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, 3)))
        raise Nothing("changed")
    """, "time.sleep(0.3)\nopen(SHARED).close()"),
    harm("a lease on what a neighbour needs", """
        fcntl.fcntl(held := os.open(SHARED, os.O_RDONLY), 1024, fcntl.F_WRLCK)
        time.sleep(0.5)
        raise Nothing("held it")
    """, "time.sleep(0.2)\nopen(SHARED).close()"),
    harm("a lock on what a neighbour needs", """
        fcntl.flock(held := os.open(SHARED, os.O_RDONLY), fcntl.LOCK_EX)
        time.sleep(0.5)
        raise Nothing("held it")
    """, """
time.sleep(0.2)
fcntl.flock(os.open(SHARED, os.O_RDONLY), fcntl.LOCK_SH | fcntl.LOCK_NB)
"""),
]  # fmt: skip
