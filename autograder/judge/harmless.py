"""A judge gives up all that it doesn't need, before it meets a hostile value.

It may read, compute, talk to its workers and give its one answer. Whatever a value makes of it
beyond that, the kernel refuses: files, other processes and programs, the network, the terminal,
more memory and time than a judge needs.
"""

import contextlib
import fcntl
import math
import os
import resource
from pathlib import Path

from ..engine import Limits
from ..engine.untrusted import landlock, seccomp
from ..engine.untrusted.confine import DEVICES, PR_SET_NO_NEW_PRIVS, die_with_parent
from ..engine.untrusted.linux import call, stay_on_this_core

TO_FORK = {"sendmsg"}  # the zygote gets a worker's end of the connection from its judge
FIRST_TO_GO = "500"  # of 1000: out of memory, the kernel ends judges, not who starts them


def become_harmless(kept_fds: set[int], limits: Limits, size_bytes: int, confine: bool) -> None:
    """For good; the process must have one thread.

    Args:
        kept_fds: what can still be written to, besides standard output, which goes nowhere.
        size_bytes: of the address space in use, which the limit of memory is added to.
        confine: False only where no worker can be confined either.

    Raises:
        OSError: if the kernel can't.
    """
    die_with_parent()
    # It and its worker take turns. On one core each wakes the other at once and for little; and
    # whatever the submission starts takes nothing from its neighbours.
    stay_on_this_core()
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO)
    os.dup2(1, 2)  # else hostile text could reach the terminal
    _close_writable(kept_fds | {1, 2})
    for name, most in {
        resource.RLIMIT_AS: size_bytes + limits.judge_memory_bytes,
        resource.RLIMIT_CPU: math.ceil(limits.judge_cpu_s),
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }.items():
        resource.setrlimit(name, (most, most))
    if confine:
        call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        landlock.restrict(["/"], [], DEVICES)
        seccomp.restrict(TO_FORK)


def _close_writable(kept_fds: set[int]) -> None:
    """Files, sockets and pipes that were open for writing; a test's data stays open to be read."""
    for fd in {int(path.name) for path in Path("/proc/self/fd").iterdir()} - kept_fds:
        try:
            mode = fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE
        except OSError:  # what listed them
            continue
        if mode != os.O_RDONLY:
            os.close(fd)
