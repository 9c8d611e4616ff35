"""The start of a process: it must not outlive the one that started it, from the first.

Nothing is imported here but the standard library: what a process has to do is unpickled only when
the kernel already knows to end it, because importing libraries takes seconds. To the kernel, what
started a process is a thread: one that starts processes has to outlive them.
"""

import ctypes
import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable
from typing import Any

PR_SET_PDEATHSIG = 1


def tied(start: Callable[..., object], *args: Any) -> tuple[Callable[..., None], tuple[bytes]]:
    """Target and arguments of a process that does `start(*args)`; it may be given more."""
    return _start, (pickle.dumps((start, args)),)


def _start(pickled: bytes, *more: Any) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid != os.getppid():  # it went before the line above
        os._exit(1)
    start, args = pickle.loads(pickled)  # of the process that started this one
    start(*args, *more)
