"""A process must not outlive the one that started it.

To the kernel, what started a process is a thread: one that starts processes has to outlive them.
Only the standard library is imported, so that this comes first and takes no time.
"""

import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1


def die_with(parent_pid: int) -> None:
    """Have the kernel end this process when its parent is gone; end now if it is gone already."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        os._exit(1)
