"""What one worker may use of another one's: functions, objects and data, all by value.

The lender runs the solution, the borrower a submission. All that passes between them passes here:
requests from a closed list one way, values and numbers of stand-ins the other. Of an exception that
the lender raises, the borrower learns the type, if it is one of Python's own.
"""

import builtins
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from .failures import StudentError, WorkerLost
from .untrusted.forms import Unsendable
from .untrusted.frame import Frame, MalformedFrame
from .untrusted.lending import NOTEBOOK, ROOT, USES
from .untrusted.protocol import encode
from .worker import Worker

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
        values: names of its notebook that the borrower may have the plain data of.
        things: those of them whose functions and objects it may use as well.
        limit_bytes: of an answer.
    """

    def __init__(
        self,
        lender: Worker,
        values: Collection[str],
        things: Collection[str],
        limit_bytes: int,
    ) -> None:
        self._lender, self._limit_bytes = lender, limit_bytes
        self._values, self._things = values, things
        self._kinds = {ROOT: NOTEBOOK}
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
        match wanted:
            case [str(operation), int(number), tuple(arguments), dict()]:
                kind = self._kinds.get(number)
                if kind is None or operation not in USES[kind] or self._calls_left < 0:
                    raise MalformedFrame("nothing that a stand-in does")
                if operation == "get" and not self._may_get(kind, arguments):
                    return "raised", "AttributeError"
            case _:
                raise MalformedFrame("nothing that a stand-in asks")
        timeout_s = max(deadline - time.monotonic(), 1e-3)
        try:
            value = self._lender.ask("lend", *wanted, timeout_s=timeout_s, unwrap=self._lend)
        except StudentError as error:
            return "raised", _neutral(error.name)
        except WorkerLost:
            return "raised", "RuntimeError"
        except Unsendable:
            return "raised", "TypeError"
        except TypeError:  # a number of the borrower's own among the arguments
            raise MalformedFrame("nothing that a stand-in sends") from None
        if kind == NOTEBOOK and isinstance(value, Lent) and arguments[0] not in self._things:
            return "raised", "AttributeError"
        return "lent", value

    def _may_get(self, kind: str, arguments: tuple[Any, ...]) -> bool:
        match arguments:
            case (str(name),):
                return name in self._values if kind == NOTEBOOK else not name.startswith("_")
        return False

    def _lend(self, number: int, kind: str) -> Lent:
        if kind not in USES:
            raise MalformedFrame("a stand-in of no known kind")
        self._kinds[number] = kind
        return Lent(number, kind)


def _number_of(lent: Lent) -> tuple[int, str]:
    return lent.number, lent.kind


def _neutral(name: str) -> str:
    """The name of an exception of Python's own, in place of any other's."""
    found = getattr(builtins, name, None)
    is_known = isinstance(found, type) and issubclass(found, Exception)
    return name if is_known else "Exception" if name else "TypeError"
