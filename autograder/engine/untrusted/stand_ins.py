"""The side of a loan that has stand-ins for what another worker holds.

A stand-in knows nothing of the thing but its number: no name, text, code or object of it is here.
Each use of it goes, by value, through the grader to the other worker.
"""

import builtins
import contextlib
import functools
import importlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from . import networks
from .frame import Frame
from .lending import CACHED, FUNCTION, LIBRARY, NETWORK, OBJECT, ROOT, SET
from .protocol import decode, encode

ONLY_VALUES = "only plain data, tensors and arrays can be given to what an earlier answer defines"
Borrow = Callable[..., Any]


class Borrower:
    """Asks the grader for what earlier answers define.

    Args:
        exchange: sends a frame and returns the one that comes back.
        limit_bytes: of a frame.
    """

    def __init__(self, exchange: Callable[[Frame], Frame], limit_bytes: int) -> None:
        self._exchange = exchange
        self._limit_bytes = limit_bytes
        self._nonce: bytes | None = None
        self._one_at_a_time = threading.Lock()

    @contextlib.contextmanager
    def during(self, nonce: bytes) -> Iterator[None]:
        """While a question is answered, the grader may be asked in turn."""
        self._nonce = nonce
        try:
            yield
        finally:
            with self._one_at_a_time:
                self._nonce = None

    def bind(self, names: list[str], namespace: dict[str, Any]) -> None:
        """Set names as the other worker has them; one that it doesn't lend is not defined."""
        for name in names:
            namespace.pop(name, None)
            with contextlib.suppress(Exception):
                namespace[name] = self.borrow("get", ROOT, name)

    def borrow(self, operation: str, number: int, /, *args: Any, **kwargs: Any) -> Any:
        """Have something done with what was lent by a number."""
        with self._one_at_a_time:
            if self._nonce is None:
                raise RuntimeError("what earlier answers define is there during a check only")
            wanted = (self._nonce, "borrow", operation, number, args, kwargs)
            answer = self._exchange(encode(wanted, _refuse, self._limit_bytes))
        _, outcome, value = decode(answer, self._stand_in, Path)
        if outcome == "raised":
            raise getattr(builtins, value)("raised by what an earlier answer defines")
        return value

    def _stand_in(self, number: int, kind: str) -> Any:
        if kind == LIBRARY:
            return imported(*self.borrow("origin", number))
        if kind == SET:
            return set(self.borrow("list", number))
        if kind == CACHED:
            return functools.cache(Function(self.borrow, number))
        if kind == NETWORK:
            return networks.stand_in(self.borrow, number)
        return {FUNCTION: Function, OBJECT: Object}[kind](self.borrow, number)


class Function:
    """Calls a function, or makes an instance of a class."""

    __slots__ = ("_borrow", "_number")

    def __init__(self, borrow: Borrow, number: int) -> None:
        self._borrow, self._number = borrow, number

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self._borrow("call", self._number, *args, **kwargs)

    def __deepcopy__(self, memo: Any) -> "Function":
        return self


class Object(Function):
    """Reads attributes and items of an instance, asks for its length, calls its methods."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._borrow("get", self._number, name)

    def __getitem__(self, key: Any) -> Any:
        return self._borrow("item", self._number, key)

    def __len__(self) -> int:
        return int(self._borrow("len", self._number))


def imported(module: str, name: str) -> Any:
    """What a library defines under a name; the library itself if that is empty."""
    return functools.reduce(getattr, filter(None, name.split(".")), importlib.import_module(module))


def _refuse(value: Any) -> NoReturn:
    raise TypeError(ONLY_VALUES)
