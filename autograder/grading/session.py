"""Walks a submission's cells in a worker, up to the question that is asked for.

A cell or a call that costs the worker its life (a time limit, `os._exit`, a crash) costs that
cell or that question; a fresh worker replays the other cells and grading goes on.
"""

import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ..engine import Limits, Remote, Worker, WorkerLost, Zygote
from .assignment import is_skipped, question_id
from .results import CellFailure


class QuestionLost(AssertionError):
    """The rest of a question that already cost its worker; the message is for the student."""


@dataclass
class Session:
    """One submission being graded; `close` it when done."""

    zygote: Zygote
    cells: list[Any]  # the composed notebook's
    limits: Limits
    seed: int
    failures: dict[str, CellFailure] = field(default_factory=dict)
    _worker: Worker | None = None
    _next: int = 0  # the first cell that this worker has not passed
    _fatal: set[str] = field(default_factory=set)  # cells that ended a worker
    _lost: dict[str, str] = field(default_factory=dict)  # question id -> what ended its worker
    _ends_at: float = field(init=False)

    def __post_init__(self) -> None:
        self._ends_at = time.monotonic() + self.limits.submission_timeout_s

    def at_question(self, question: str, test_name: str) -> Remote:
        """The notebook's namespace as it is at the question's check cell, freshly seeded.

        Raises:
            QuestionLost: if an earlier test of the question cost the worker.
        """
        if question in self._lost:
            raise QuestionLost(f"not run: an earlier check of {question} {self._lost[question]}")
        worker = self._advance_to(question)
        worker.seed(derive_seed(self.seed, test_name))
        return worker.submission

    def lose(self, question: str, reason: str) -> None:
        """Record that a test of this question cost the worker."""
        self._lost[question] = reason
        self.close()

    def close(self) -> None:
        """End the worker, if one lives."""
        if self._worker is not None:
            self._worker.kill()
        self._worker, self._next = None, 0

    def _advance_to(self, question: str) -> Worker:
        target = next(i for i, cell in enumerate(self.cells) if question_id(cell) == question)
        if self._worker is None or self._next > target:
            self.close()
        while self._worker is None or self._next < target:
            self._step(target)
        return self._worker

    def _step(self, target: int) -> None:
        """Run the next cell before `target`; on a loss leave no worker, so that all replay."""
        if self._worker is None:
            self._worker = self.zygote.fork(derive_seed(self.seed, "cells"), self._ends_at)
            self._next = 0
            return
        cell = self.cells[self._next]
        if self._is_executed(cell):
            try:
                error = self._worker.execute(cell.source, self.limits.cell_timeout_s)
            except WorkerLost as loss:
                self._fatal.add(cell.id)
                self.failures[cell.id] = CellFailure(cell.id, "Stopped", str(loss))
                self.close()
                return
            if error is not None:
                self.failures[cell.id] = CellFailure(cell.id, error.name, error.message)
        self._next += 1

    def _is_executed(self, cell: Any) -> bool:
        return (
            cell.cell_type == "code"
            and question_id(cell) is None
            and not is_skipped(cell)
            and cell.id not in self._fatal
        )


def derive_seed(seed: int, *names: str) -> int:
    """A seed for one purpose, the same on every machine: 63 bits of a hash."""
    digest = hashlib.sha256("/".join([str(seed), *names]).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def blame(failures: Iterable[CellFailure]) -> str:
    """One sentence on cells that failed before a name could be defined."""
    return "; ".join(f"cell {f.cell_id} raised {f.name}: {f.message}" for f in failures)
