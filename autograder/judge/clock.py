"""The time of one submission, over all its workers.

Cells that a student added have time of their own: what they take is not taken from the answers.
"""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ..engine import Limits, Worker


class Clock:
    """When a submission's time is up (`ends_at`, of `time.monotonic`); it starts at once."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.ends_at = time.monotonic() + limits.submission_timeout_s
        self._begun: set[str] = set()  # own cells, by id
        self._first_left_s = limits.own_cells_timeout_s
        self._again_left_s = limits.own_replays_timeout_s

    @property
    def is_over(self) -> bool:
        """Whether the submission's time is up."""
        return time.monotonic() > self.ends_at

    @property
    def own_time_is_over(self) -> bool:
        """Whether no further own cell may begin."""
        return self._first_left_s <= 0

    def may_run(self, own_cell_id: str) -> bool:
        """Whether there is time for an own cell; one that ran before may always run again."""
        return own_cell_id in self._begun or not self.own_time_is_over

    @contextmanager
    def own_cell(self, cell_id: str, worker: Worker) -> Iterator[float]:
        """While an own cell runs within this block, the other time stands still; how long it may
        take. A replay takes nothing from the time of own cells, but from one for replays; when
        that is over, it takes what all cells share."""
        is_first = cell_id not in self._begun
        self._begun.add(cell_id)
        left_s = self._first_left_s if is_first else self._again_left_s
        worker.ends_at = self.ends_at + left_s
        started_at = time.monotonic()
        try:
            yield left_s if is_first else math.inf
        finally:
            free_s = min(time.monotonic() - started_at, left_s)
            if is_first:
                self._first_left_s -= free_s
            else:
                self._again_left_s -= free_s
            self.ends_at += free_s
            worker.ends_at = self.ends_at
