"""Starts a fresh process of ours that is tied to this one, and talks to it.

Fresh, not forked: a forked copy of a process with threads (progress bars, a database) may hang.
"""

import os
import signal
import socket
import subprocess
import sys
from multiprocessing.connection import Connection

# Tied to its parent before it imports anything that takes time.
BOOT = """
import importlib, signal, sys
from multiprocessing.connection import Connection

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
"""


def start_tied(module: str) -> tuple[subprocess.Popen[bytes], Connection]:
    """Start `main(connection)` of a module of ours, and give the near end of the connection.

    The thread that calls has to outlive the process.
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
