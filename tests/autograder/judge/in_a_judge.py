"""in_a_judge.py FOLDER: try in a judge what no judge may do, and what every judge has to.

Answers with a JSON object: what came of each attempt, "done" or the exception's name.
"""

import ctypes
import json
import os
import resource
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
from autograder.engine import Limits
from autograder.engine.untrusted.linux import OwnStatus
from autograder.judge.harmless import become_harmless

folder = Path(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)
listener = socket.socket(socket.AF_UNIX)
listener.bind(str(folder / "socket"))
listener.listen()
kept_open = (folder / "log").open("wb", buffering=0)
data = (folder / "data").open("rb", buffering=0)


def of_libc(name: str, *arguments: int | bytes) -> None:
    if getattr(libc, name)(*arguments) == -1:
        raise OSError(ctypes.get_errno(), name)


def connect() -> None:
    with socket.socket(socket.AF_UNIX) as ours:
        ours.connect(str(folder / "socket"))


def talk() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        socket.send_fds(ours, [b"x"], [0])
        socket.recv_fds(theirs, 1, 1)


def thread() -> None:
    one = threading.Thread(target=int)
    one.start()
    one.join()


def compute() -> None:
    import statistics  # a module that nothing has loaded

    statistics.mean([1.0, 2.0])


REFUSED: dict[str, Callable[[], object]] = {
    "a new file": lambda: (folder / "new").open("xb"),
    "a new folder": lambda: (folder / "new").mkdir(),
    "a new link": lambda: (folder / "new").symlink_to("data"),
    "a new pipe": lambda: os.mkfifo(folder / "new"),
    "an existing file": lambda: (folder / "data").open("ab").write(b"more"),
    "a file emptied": lambda: (folder / "data").open("wb"),
    "a file cut short": lambda: os.truncate(folder / "data", 1),
    "a file removed": lambda: (folder / "data").unlink(),
    "a file renamed": lambda: (folder / "data").rename(folder / "new"),
    "a file linked": lambda: (folder / "new").hardlink_to(folder / "data"),
    "a file that was open": lambda: kept_open.write(b"more"),
    "memory with a name": lambda: os.open("/dev/shm/left-by-a-judge", os.O_CREAT | os.O_RDWR),
    "memory without": lambda: os.memfd_create("left-by-a-judge"),
    "a socket": connect,
    "a socket that was open": lambda: listener.getsockname(),
    "the network": lambda: socket.create_connection(("127.0.0.1", 9), 1),
    "a fork": lambda: os.fork() or os._exit(0),
    "a program": lambda: subprocess.run(["true"], check=True),
    "another program instead": lambda: os.execv("/bin/true", ["true"]),
    "a signal to its parent": lambda: os.kill(os.getppid(), 0),
    "a signal to all": lambda: os.kill(-1, 0),
    "limits of its parent": lambda: resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (9, 9)),
    "memory of its parent": lambda: of_libc("ptrace", 16, os.getppid(), 0, 0),
    "more memory": lambda: resource.setrlimit(resource.RLIMIT_AS, (2**45, 2**45)),
    "too much memory": lambda: bytearray(2**34),
    "another name": lambda: of_libc("sethostname", b"judge", 5),
    "namespaces": lambda: of_libc("unshare", 0x10000000),
    "a mount": lambda: of_libc("mount", b"none", b"/mnt", b"tmpfs", 0, b""),
}
NEEDED: dict[str, Callable[[], object]] = {
    "reading a file": lambda: (folder / "data").read_bytes(),
    "reading an open file": lambda: data.read(),
    "reading a folder": lambda: list(folder.iterdir()),
    "talking to a worker": talk,
    "a thread": thread,
    "a module": compute,
    "printing": lambda: print("x" * 10**5, file=sys.stderr),
    "randomness": lambda: os.urandom(8),
}


def outcome(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except BaseException as error:
        return type(error).__name__
    return "done"


size_bytes = OwnStatus().size_bytes
reader, writer = os.pipe()
if os.fork() == 0:
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # as the warm process does
        become_harmless({writer}, Limits(judge_memory_bytes=2**30), size_bytes, confine=True)
        tried = {name: outcome(attempt) for name, attempt in (REFUSED | NEEDED).items()}
        os.write(writer, json.dumps(tried).encode())
    finally:
        os._exit(0)
os.close(writer)
with os.fdopen(reader, "rb") as answer:
    tried = json.loads(answer.read() or b"{}")
    print(json.dumps({"refused": {name: tried.get(name) for name in REFUSED},
                      "needed": {name: tried.get(name) for name in NEEDED}}))  # fmt: skip
