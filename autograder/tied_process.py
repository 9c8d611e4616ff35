"""Starts a fresh process of ours that is tied to this one, and talks to it.

Fresh, not forked: a forked copy of a process with threads (progress bars, a database) may hang.
"""

import gc
import os
import signal
import socket
import subprocess
import sys
from multiprocessing.connection import Connection

# Tied to its parent before it imports anything that takes time. What it imports stays to the end:
# to look for garbage there takes a fifth of the time, and to free it piece by piece another fifth.
BOOT = """
import atexit, gc, importlib, os, signal, sys
from multiprocessing.connection import Connection

gc.disable()
signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who started this
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
connection = Connection(int(sys.argv[1]))
try:
    sys.path[:] = connection.recv()
    from autograder.lifeline import die_with
    die_with(int(sys.argv[2]))
    importlib.import_module(sys.argv[3]).main(connection)
except (BrokenPipeError, ConnectionResetError, EOFError):
    pass  # who started this has ended
atexit._run_exitfuncs()
os._exit(0)
"""


def start_tied(module: str) -> tuple[subprocess.Popen[bytes], Connection]:
    """Start `main(connection)` of a module of ours, and give the near end of the connection.

    It collects no garbage before it calls `keep_for_ever`. The thread that calls has to outlive
    the process.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # until it ignores it
        try:
            process = subprocess.Popen(
                [sys.executable, "-c", BOOT, str(theirs.fileno()), str(os.getpid()), module],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
    connection = Connection(ours.detach())
    connection.send(sys.path)
    return process, connection


def keep_for_ever() -> None:
    """In such a process: all that is there by now stays, and garbage is collected from now on."""
    gc.freeze()
    gc.enable()
