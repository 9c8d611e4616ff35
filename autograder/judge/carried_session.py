"""A question tried on top of the solution's earlier answers, which another worker holds."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..engine import Loan, Submission, Worker
from .dependencies import names_in, runs
from .session import Session, derive_seed


@dataclass(kw_only=True)
class CarriedSession(Session):
    """The student's worker. It doesn't run the cells in `lent`: it borrows the names they set.

    Attributes:
        solution: the cells before the question, solved; it is for the caller to close.
        lent: cell id -> names.
        needed: names that the right answer, the lab or its tests use. Only these may be functions
            or objects: others could do in the solution's worker what the student's should do.
    """

    solution: Session
    lent: Mapping[str, set[str]]
    needed: set[str]

    @contextmanager
    def at_question(self, question: str, test_name: str) -> Iterator[Submission]:
        """As without a loan, and the solution's worker is seeded alike."""
        self._loan.begin_test(derive_seed(self.seed, "worker", test_name))
        with super().at_question(question, test_name) as submission:
            yield submission

    @cached_property
    def _loan(self) -> Loan:
        names = set().union(*self.lent.values())
        limit_bytes = self.zygote.limits.frame_limit_bytes
        lender = self.solution.run_all()
        if self.solution.files:  # a function of its own that reads files would lend their text
            lender.hide()
        return Loan(lender, names, self.needed, limit_bytes)

    @cached_property
    def _mentioned(self) -> set[str]:
        """What the cells mention that the student's worker runs; other names can wait."""
        return names_in(cell for cell in self.cells if runs(cell) and cell.id not in self.lent)

    def _fork(self) -> Worker:
        worker = super()._fork()
        worker.lender = self._loan.answer
        return worker

    def _run(self, cell: Any, worker: Worker) -> bool:
        if cell.id not in self.lent:
            return super()._run(cell, worker)
        worker.ask("borrow", sorted(self.lent[cell.id] & self._mentioned))
        return True
