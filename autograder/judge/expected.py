"""Expected values that are the same for every submission are computed once.

The inputs of a test follow from the run's seed, so what the reference makes of them is known once
one submission has been judged; every judge that is forked after that has it.
"""

import functools
import hashlib
import pickle
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Made = TypeVar("Made")


def computed_once(compute: Callable[Parameters, Made]) -> Callable[Parameters, Made]:
    """Keep what a function of the reference returns, by the content of its arguments.

    Nothing of a submission may be among the arguments, and who gets the value may not change it.
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
    return hashlib.sha256(pickle.dumps(arguments)).digest()
