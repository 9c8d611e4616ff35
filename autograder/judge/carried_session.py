"""A question tried on top of the solution's earlier answers, which a worker of their own holds."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..engine import Loan, Submission, Worker
from .session import Session, derive_seed


@dataclass(kw_only=True)
class CarriedSession(Session):
    """The student's worker; instead of running some cells, it borrows the names that they set.

    Attributes:
        solution: the cells before the question, solved; `close` it, too.
        borrowed: cell id -> names.
    """

    solution: Session
    borrowed: Mapping[str, set[str]]

    @contextmanager
    def at_question(self, question: str, test_name: str) -> Iterator[Submission]:
        """As in a session of its own, with the solution's worker seeded alike."""
        self._loan.begin_test(derive_seed(self.seed, "worker", test_name))
        with super().at_question(question, test_name) as submission:
            yield submission

    @cached_property
    def _loan(self) -> Loan:
        names = set().union(*self.borrowed.values())
        return Loan(self.solution.run_all(), names, self.zygote.limits.frame_limit_bytes)

    def _fork(self) -> Worker:
        worker = super()._fork()
        worker.lender = self._loan.answer
        return worker

    def _run(self, cell: Any, worker: Worker) -> bool:
        if cell.id not in self.borrowed:
            return super()._run(cell, worker)
        worker.ask("borrow", sorted(self.borrowed[cell.id]))
        return True
