"""What one worker may use of another one's: functions, objects and data, all by value.

The lender runs the solution, the borrower a submission. All that passes between them passes here:
requests from a closed list one way, values and numbers of stand-ins the other. Of an exception that
the lender raises, the borrower learns the type, if it is one of Python's own.
"""

import builtins
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from .failures import StudentError, WorkerLost
from .untrusted.lending import KINDS, NAMESPACE
from .untrusted.protocol import Frame, MalformedFrame, Unsendable, encode
from .worker import Worker

OPERATIONS = frozenset({"get", "call", "item", "len", "list", "origin", "state", "load"})
CALL_LIMIT = 20_000  # of one test


@dataclass(frozen=True)
class Lent:
    """Something that stays with the lender, by its number."""

    number: int
    kind: str


class Loan:
    """Answers what a borrower asks of the lender.

    Args:
        lender: a worker that has run the solution's cells.
        names: what the borrower may have of its notebook.
        limit_bytes: of an answer.
    """

    def __init__(self, lender: Worker, names: Collection[str], limit_bytes: int) -> None:
        self._lender, self._names, self._limit_bytes = lender, names, limit_bytes
        self._calls_left = CALL_LIMIT

    def begin_test(self, seed: int) -> None:
        """Seed the lender's generators as those of the borrower, and count calls afresh."""
        self._lender.seed(seed)
        self._calls_left = CALL_LIMIT

    def answer(self, nonce: bytes, wanted: list[Any], deadline: float) -> Frame:
        """Have the lender do what is wanted, until the deadline (of `time.monotonic`).

        Raises:
            MalformedFrame: if this is nothing that a stand-in asks, or too much of it.
        """
        outcome = self._outcome(wanted, deadline)
        try:
            return encode((nonce, *outcome), _number_of, self._limit_bytes)
        except Unsendable:
            return encode((nonce, "raised", "TypeError"), _number_of, self._limit_bytes)

    def _outcome(self, wanted: list[Any], deadline: float) -> tuple[str, Any]:
        self._calls_left -= 1
        if self._calls_left < 0 or not self._is_allowed(wanted):
            raise MalformedFrame("nothing that a stand-in asks")
        timeout_s = max(deadline - time.monotonic(), 1e-3)
        try:
            return "lent", self._lender.ask("lend", *wanted, timeout_s=timeout_s, unwrap=_lent)
        except StudentError as error:
            return "raised", _neutral(error.name)
        except WorkerLost:
            return "raised", "RuntimeError"
        except TypeError:  # a number of its own objects among the arguments
            raise MalformedFrame("nothing that a stand-in sends") from None

    def _is_allowed(self, wanted: list[Any]) -> bool:
        match wanted:
            case [str("get"), int(number), tuple((str(name),)), dict(named)] if not named:
                return name in self._names if number == NAMESPACE else not name.startswith("_")
            case [str(operation), int(number), tuple(), dict()]:
                return operation in OPERATIONS - {"get"} and number != NAMESPACE
        return False


def _lent(number: int, kind: str) -> Lent:
    if kind not in KINDS:
        raise MalformedFrame("a stand-in of no known kind")
    return Lent(number, kind)


def _number_of(lent: Lent) -> tuple[int, str]:
    return lent.number, lent.kind


def _neutral(name: str) -> str:
    """The name of an exception of Python's own; what it is not, is told as another."""
    found = getattr(builtins, name, None)
    is_known = isinstance(found, type) and issubclass(found, Exception)
    return name if is_known else "TypeError" if not name else "Exception"
