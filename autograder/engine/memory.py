"""How much memory some work takes, by what the kernel says of its process before and after."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass
class Memory:
    """What a process held before some work, and the most that it took besides during the work.

    Attributes:
        held_bytes: of its own, beyond what it shares with the process it was forked from.
        peak_bytes: known once the work is over.
    """

    held_bytes: int
    peak_bytes: int = 0


@contextlib.contextmanager
def peak_memory(look: Callable[[bool], dict[str, int]]) -> Iterator[Memory]:
    """Look at a process before the block and after it.

    Memory that was there before counts as held, also if the work uses it again: who sets a limit
    sets it for both together.

    Args:
        look: `Machine.memory_bytes` of the process; whether to forget its peak is its argument.
    """
    before = look(True)
    memory = Memory(before["own"])
    yield memory
    memory.peak_bytes = max(0, look(False)["peak"] - before["resident"])
