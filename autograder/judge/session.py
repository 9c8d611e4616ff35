"""Walks a submission's cells in a worker, up to the question that is asked for.

A cell or a call that costs the worker its life (a time limit, `os._exit`, a crash) costs that
cell or that question; a fresh worker replays the other cells and grading goes on.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import InitVar, dataclass, field, replace
from functools import cached_property
from typing import Any, Self

from ..assignment import is_own, is_skipped, question_id
from ..engine import Cause, CellError, StudentError, Submission, Worker, WorkerLost, Zygote
from .clock import Clock
from .content import ExtraFile
from .dependencies import spans
from .hidden_door import CELL, HiddenDoor
from .results import CellFailure

SOURCE_LIMIT = 500_000  # characters of a cell; a frame's header has room for four times as much


class QuestionLost(AssertionError):
    """The rest of a question that already cost its worker; the message is for the student."""

    cause = Cause.NOT_RUN


@dataclass
class Session:
    """One submission being graded; `close` it when done."""

    zygote: Zygote
    cells: list[Any]  # the composed notebook's
    seed: int
    continued: InitVar[Clock | None] = None  # that of another session, if it continues one
    clock: Clock = field(init=False)
    failures: dict[str, CellFailure] = field(default_factory=dict)
    files: tuple[ExtraFile, ...] = ()  # that were handed in besides the notebook
    listens: bool = False  # whether `answered` is kept
    lenient: bool = False  # whether slips that stop answers are overlooked
    answered: list[Any] = field(default_factory=list)  # all that was answered in the last test
    asked: dict[str, set[str]] = field(default_factory=dict)  # question -> names its tests used
    slips: dict[str, set[str]] = field(default_factory=dict)  # question -> those overlooked
    text_of_lab: str = ""  # of its tests and of what these are written with, once they run
    _worker: Worker | None = None
    _next: int = 0  # the first cell that this worker has not passed
    _left_out: set[str] = field(default_factory=set)  # cells that don't run
    _lost: dict[str, str] = field(default_factory=dict)  # question id -> what ended its worker

    def __post_init__(self, continued: Clock | None) -> None:
        self.clock = continued or Clock(self.zygote.limits)

    @cached_property
    def text(self) -> str:
        """All that stands in cells."""
        return "\n".join(cell.source for cell in self.cells)

    @cached_property
    def door(self) -> HiddenDoor:
        """What messages of hidden tests pass."""
        handed_in = [file.content.decode("utf-8", "replace") for file in self.files if file.content]
        names = {
            name for file in self.files for name in (file.name, f"{file.name}, which {file.why}")
        }
        text = "\n".join([self.text, *handed_in])
        return HiddenDoor(text, self.text_of_lab, frozenset({CELL, *names}))

    @cached_property
    def question_order(self) -> dict[str, int]:
        """Question id -> index of its check cell."""
        ids = {question_id(cell): index for index, cell in enumerate(self.cells)}
        return {name: index for name, index in ids.items() if name is not None}

    @cached_property
    def _question_of(self) -> dict[str, str]:
        """The question that a cell leads up to, by the cell's id; none after the last check."""
        return {
            cell.id: question
            for question, (start, check) in spans(self.cells).items()
            for cell in self.cells[start:check]
        }

    @property
    def remarks(self) -> list[str]:
        """What ended a worker, for the grader: cells, and questions given up."""
        cells = [f"cell {f.cell_id}: {f.message}" for f in self.failures.values() if f.stopped]
        lost = [f"{question}: a check {loss}" for question, loss in self._lost.items()]
        left_out = [f"{self._own_took_too_long}; the rest of them was not run"]
        return cells + lost + left_out * self.clock.own_time_is_over

    @contextmanager
    def at_question(self, question: str, test_name: str) -> Iterator[Submission]:
        """The notebook's namespace as it is at the question's check cell, freshly seeded.

        Within the block all calls together have the time limit of one test. Who sees a
        `WorkerLost` there says so with `lose`.

        Raises:
            QuestionLost: if an earlier test of the question cost the worker.
        """
        if question in self._lost:
            raise QuestionLost(f"not run, because a check before it {self._lost[question]}")
        worker = self._advance_to(self.question_order[question])
        limits = self.zygote.limits.of(question)
        with worker.time_limit(limits.test_timeout_s, limits.call_timeout_s):
            # Not that of the test's inputs, which the submission could draw by it in advance.
            worker.seed(derive_seed(self.seed, "worker", test_name))
            worker.names_asked.clear()
            self.answered = []
            worker.heard = self.answered if self.listens else None
            try:
                yield worker.submission
            finally:
                worker.heard = None
                if self.lenient:
                    self.slips.setdefault(question, set()).update(worker.slips())
                self.asked.setdefault(question, set()).update(worker.names_asked)

    def failure_behind(self, missing_name: str, naming_only: bool = False) -> CellFailure | None:
        """The failed cell to blame for a name that is not there: the first one that has it in
        its text, else the first one, unless only such count; None if no cell failed."""
        word = re.compile(rf"\b{re.escape(missing_name)}\b")
        sources = {cell.id: cell.source for cell in self.cells}
        failures = list(self.failures.values())
        naming = [failure for failure in failures if word.search(sources[failure.cell_id])]
        return next(iter([*naming, *([] if naming_only else failures)]), None)

    def lose(self, question: str, loss: WorkerLost) -> None:
        """Give up the worker, and with it the rest of this question."""
        self._lost[question] = str(loss)
        self.close()

    def run_all(self) -> Worker:
        """A worker that has run all cells."""
        return self._advance_to(len(self.cells))

    def leniently(self) -> Self:
        """The same from its start, where slips that stop answers are overlooked. The time that is
        left is its own as well, and cells that ended a worker don't run again."""
        return self._anew(lenient=True)

    def leaving_out(self, cells: Iterable[str]) -> Self:
        """The same from its start, without some cells, in the time that is left."""
        return self._anew(_left_out=self._left_out.union(cells))

    def _anew(self, **changes: Any) -> Self:
        fresh: dict[str, Any] = {
            "continued": self.clock,
            "failures": {},
            "answered": [],
            "asked": {},
            "slips": {},
            "_worker": None,
            "_next": 0,
            "_left_out": set(self._left_out),
            "_lost": {},
        }
        return replace(self, **fresh | changes)

    def close(self) -> None:
        """End the worker, if one lives."""
        if self._worker is not None:
            self._worker.kill()
        self._worker, self._next = None, 0

    def _advance_to(self, target: int) -> Worker:
        """A worker that has run the cells before index `target` and none after it."""
        if self._next > target:
            self.close()
        while self._worker is None or self._next < target:
            if self._worker is None:
                self._worker = self._fork()
            elif not self._run(self.cells[self._next], self._worker):
                self.close()  # without the cell that ended this worker, replay the others
            else:
                self._next += 1
        return self._worker

    def _fork(self) -> Worker:
        if self.clock.is_over:
            raise QuestionLost("not run, because the submission used up its time limit")
        worker = self.zygote.fork(derive_seed(self.seed, "cells"), self.clock.ends_at)
        for file in self.files:
            _hand_over(file, worker)
        if self.lenient:
            worker.be_lenient()
        return worker

    def _run(self, cell: Any, worker: Worker) -> bool:
        """Execute a cell, if it is to be; False if that cost the worker."""
        skipped = question_id(cell) is not None or is_skipped(cell) or cell.id in self._left_out
        if cell.cell_type != "code" or skipped:
            return True
        if len(cell.source) > SOURCE_LIMIT:
            text = f"this cell was not run, as it has more than {SOURCE_LIMIT} characters"
            self.failures[cell.id] = CellFailure(cell.id, "", text, Cause.TOO_LONG)
            return True
        if is_own(cell) and not self.clock.may_run(cell.id):
            text = f"this cell was not run, as {self._own_took_too_long}"
            self.failures[cell.id] = CellFailure(cell.id, "", text, Cause.NOT_RUN)
            return True
        try:
            error = self._execute(cell, worker)
        except WorkerLost as loss:
            self._left_out.add(cell.id)
            own_over = is_own(cell) and loss.cause is Cause.TIME and self.clock.own_time_is_over
            text = f"was stopped, as {self._own_took_too_long}" if own_over else str(loss)
            self.failures[cell.id] = CellFailure(cell.id, "", f"this cell {text}", loss.cause)
            return False
        if error is not None:
            if self.asked:  # it may have kept what tests before it gave to its functions
                error = self.door.cell_error(error)
            failure = CellFailure(cell.id, error.name, str(error), error.cause, error.errno)
            self.failures[cell.id] = failure
        return True

    def _execute(self, cell: Any, worker: Worker) -> CellError | None:
        limit_s = self.zygote.limits.of(self._question_of.get(cell.id)).cell_timeout_s
        if not is_own(cell):
            return worker.execute(cell.source, limit_s)
        with self.clock.own_cell(cell.id, worker) as left_s:
            return worker.execute(cell.source, min(left_s, limit_s))

    @property
    def _own_took_too_long(self) -> str:
        limit_s = self.clock.limits.own_cells_timeout_s
        return f"your own cells took longer than {limit_s:g} s together"


def _hand_over(file: ExtraFile, worker: Worker) -> None:
    if file.content is None:
        return worker.lack(file.name, file.why)
    try:
        worker.place(file.name, file.content)
    except StudentError as error:  # the folder has a size
        worker.kill()
        raise QuestionLost(f"not run, because there is no room for {file.name}") from error


def derive_seed(seed: int, *names: str) -> int:
    """A seed for one purpose, the same on every machine: 63 bits of a hash."""
    digest = hashlib.sha256("/".join([str(seed), *names]).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
