"""A borrower whose lender is in this process: all that crosses is encoded and decoded, as it is."""

import types
from typing import Any

from autograder.engine.untrusted.frame import Frame
from autograder.engine.untrusted.lending import Lender
from autograder.engine.untrusted.protocol import decode, encode
from autograder.engine.untrusted.stand_ins import Borrower

LIMIT_BYTES = 2**20
NONCE = b"a nonce."


class Here:
    """Answers a borrower; `asked` are the operations that it asked for."""

    def __init__(self, source: str) -> None:
        self.notebook = types.ModuleType("__main__")
        exec(source, vars(self.notebook))
        self.asked: list[str] = []
        self._lender = Lender(self.notebook)
        self.borrower = Borrower(self._exchange, LIMIT_BYTES)

    def borrow(self, name: str) -> Any:
        """What the borrower has under a name."""
        namespace: dict[str, Any] = {}
        with self.borrower.during(NONCE):
            self.borrower.bind([name], namespace)
        return namespace[name]

    def _exchange(self, frame: Frame) -> Frame:
        nonce, word, *wanted = decode(frame, _no_handles)
        assert (nonce, word) == (NONCE, "borrow")
        self.asked.append(wanted[0])
        try:
            result = self._lender.answer(*wanted)
            return encode((nonce, "lent", result), self._lender.lend, LIMIT_BYTES)
        except Exception as error:
            answer = (nonce, "raised", type(error).__name__)
            return encode(answer, self._lender.lend, LIMIT_BYTES)


def _no_handles(number: int, kind: str) -> Any:
    raise AssertionError("a stand-in sends values only")
