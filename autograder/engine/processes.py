"""Zygotes in the processes of a pool."""

import atexit
from pathlib import Path

from .confinement import Policy
from .limits import Limits
from .zygote import Zygote


def zygote_of_this_process(
    support_dir: Path | None, limits: Limits, policy: Policy | None = None
) -> Zygote:
    """For the start of a pool's process: a warm zygote that lives as long as the process."""
    zygote = Zygote(support_dir, limits, policy)
    zygote.__enter__()  # the kernel ends it with this process
    atexit.register(zygote.__exit__)
    return zygote
