"""Expected values that are the same for every submission are computed once.

The inputs of a test follow from the run's seed, so what the reference makes of them is known once
one submission has been judged; every judge that is forked after that has it.
"""

import functools
import hashlib
from collections.abc import Callable
from typing import Any, NoReturn, ParamSpec, TypeVar

from ..engine.untrusted.protocol import encode

LIMIT_BYTES = 2**28  # of the arguments of one call
Parameters = ParamSpec("Parameters")
Made = TypeVar("Made")


def computed_once(compute: Callable[Parameters, Made]) -> Callable[Parameters, Made]:
    """Keep what a function of the reference returns, by the content of its arguments.

    Nothing of a submission may be among the arguments, and who gets the value may not change it.

    Raises (when called):
        TypeError: for arguments that could not be sent to a worker either.
    """
    known: dict[bytes, Made] = {}

    @functools.wraps(compute)
    def computed(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Made:
        key = _digest((args, sorted(kwargs.items())))
        if key not in known:
            known[key] = compute(*args, **kwargs)
        return known[key]

    return computed


def _digest(arguments: Any) -> bytes:
    """Of the content alone: a pickled tensor also tells where in memory it lies."""
    frame = encode(arguments, _refuse, LIMIT_BYTES)
    form = repr(_form(arguments)).encode()
    return hashlib.sha256(b"".join((form, b"/", frame.header, b"/", frame.blobs))).digest()


def _form(value: Any) -> Any:
    """What is not sent: exact types, and whether gradients are asked for."""
    kind = type(value)
    if isinstance(value, dict):
        return kind, [(key, _form(item)) for key, item in value.items()]
    if isinstance(value, list | tuple):
        return kind, [_form(item) for item in value]
    return kind, len(value) if kind is str else getattr(value, "requires_grad", None)


def _refuse(value: Any) -> NoReturn:
    raise TypeError(f"the content of a {type(value).__name__} can't be compared")
