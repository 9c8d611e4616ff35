"""Zygotes in the processes of a pool, which must not outlive the one that started them."""

import atexit
import multiprocessing
import os
from pathlib import Path

from .confinement import Policy
from .limits import Limits
from .untrusted.confine import die_with_parent
from .zygote import Zygote


def zygote_of_this_process(
    support_dir: Path | None, limits: Limits, policy: Policy | None = None
) -> Zygote:
    """For the start of a pool's process: a warm zygote that lives as long as the process.

    The kernel ends the process when its parent is gone: it waits for work on a lock, where
    nothing else would tell it.
    """
    die_with_parent()
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid != os.getppid():  # it went before the line above
        os._exit(1)
    zygote = Zygote(support_dir, limits, policy)
    zygote.__enter__()  # the kernel ends it with this process
    atexit.register(zygote.__exit__)
    return zygote
