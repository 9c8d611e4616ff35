"""How much memory a process takes, counted by the kernel: nothing in the process is asked."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .failures import EngineUnavailable

FORGET_PEAK = "5"  # what `clear_refs` takes it for, see proc(5)


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
def peak_memory(pid: int) -> Iterator[Memory]:
    """Watch a process during the block.

    Memory that was there before counts as held, also if the work uses it again: who sets a limit
    sets it for both together.

    Raises:
        EngineUnavailable: if this machine doesn't show it.
    """
    with contextlib.suppress(OSError):  # then an earlier peak counts, too
        Path(f"/proc/{pid}/clear_refs").write_text(FORGET_PEAK)
    before = _status(pid)
    parent = _status(before["PPid"])
    memory = Memory(1024 * max(0, before["RssAnon"] - parent["RssAnon"]))
    yield memory
    memory.peak_bytes = 1024 * max(0, _status(pid)["VmHWM"] - before["VmRSS"])


def _status(pid: int) -> dict[str, int]:
    """The figures that the kernel has of a process; sizes are in KiB."""
    try:
        text = Path(f"/proc/{pid}/status").read_text("utf-8", "replace")
    except OSError as error:
        raise EngineUnavailable(f"the memory of workers can't be measured: {error}") from None
    return {name: int(value) for name, value in re.findall(r"^(\w+):\s+(\d+)", text, re.MULTILINE)}
