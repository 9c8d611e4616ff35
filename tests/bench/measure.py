"""Two ways of doing the same thing, side by side: how many times the one takes what the other does.

Seconds and bytes say more about the machine than about the code, so only ratios leave this file.
"""

import gc
import multiprocessing
import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

Run = Callable[[], object]  # does the work that is measured
Prepare = Callable[[], Run]  # sets it up, unmeasured
Clock = Callable[[], float]


@dataclass(frozen=True)
class Row:
    """One line of the table; a goal is an upper or a lower bound, or there is none."""

    name: str
    ratio: float
    at_most: float | None = None
    at_least: float | None = None

    @property
    def is_met(self) -> bool:
        """Whether the ratio keeps to its bounds."""
        too_high = self.at_most is not None and not self.ratio <= self.at_most
        too_low = self.at_least is not None and not self.ratio >= self.at_least
        return not (too_high or too_low)

    @property
    def goal(self) -> str:
        """The bounds in words; empty if there are none."""
        bounds = (("at most", self.at_most), ("at least", self.at_least))
        return ", ".join(f"{word} {bound:g}" for word, bound in bounds if bound is not None)


def time_ratio(
    numerator: Prepare, denominator: Prepare, rounds: int = 5, clock: Clock = time.process_time
) -> float:
    """How many times as long the first takes: the median over rounds that run both in turn.

    Whatever slows the machine down for a while slows both down. CPU time by default; work that
    waits for other processes needs `time.perf_counter`.
    """
    ratios = []
    for number in range(rounds):
        seconds: dict[Prepare, float] = {}
        pair = (numerator, denominator)
        for prepare in pair if number % 2 else reversed(pair):  # none is always the first
            run = prepare()
            gc.collect()
            start = clock()
            run()
            seconds[prepare] = clock() - start
        ratios.append(seconds[numerator] / seconds[denominator])
    return statistics.median(ratios)


def memory_ratio(numerator: Prepare, denominator: Prepare) -> float:
    """How many times as much memory the first needs while it runs, each in a process of its own.

    Both have to be functions of a module: the processes import them.
    """
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        needed = pool.map(_peak_growth_bytes, (numerator, denominator), chunksize=1)
    return needed[0] / needed[1]


def _peak_growth_bytes(prepare: Prepare) -> int:
    torch.set_num_threads(1)
    run = prepare()
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew from what is held now
    before = _resident_bytes("VmRSS")
    kept = run()
    growth = _resident_bytes("VmHWM") - before
    del kept
    return growth


def _resident_bytes(field: str) -> int:
    status = Path("/proc/self/status").read_text("ascii")
    kibibytes = re.search(rf"^{field}:\s+(\d+) kB$", status, re.MULTILINE)
    assert kibibytes is not None
    return int(kibibytes[1]) * 1024
