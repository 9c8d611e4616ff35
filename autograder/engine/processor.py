"""How much processor time some work takes, by what the kernel says of its process."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass
class ProcessorTime:
    """What a process took for some work; `seconds` is known once the work is over."""

    seconds: float = 0.0


@contextlib.contextmanager
def processor_time(look: Callable[[], float]) -> Iterator[ProcessorTime]:
    """Look at a process before the block and after it.

    Args:
        look: what it has taken so far, in seconds.
    """
    before = look()
    taken = ProcessorTime()
    yield taken
    taken.seconds = max(0.0, look() - before)
