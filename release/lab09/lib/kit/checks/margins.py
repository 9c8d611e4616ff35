"""How far a number may be off, and who is told how far it was."""

import math
from collections.abc import Callable
from typing import Any

from .agreement import agreed
from .failure import fail, kind_of

# Told of every comparison with a tolerance: what is compared, and the least bound / error.
observers: list[Callable[[str, float], None]] = []


def close_numbers(
    actual: Any, expected: complex, what: str, rtol: float, atol: float, hint: str, form_hint: str
) -> None:
    """Fail unless a number is close to another one; whole or not is the same."""
    kinds = float | int | complex if isinstance(expected, complex) else float | int
    if isinstance(actual, bool) or not isinstance(actual, kinds):
        fail(f"{what} should be a number, not of type {kind_of(actual)}", form_hint)
    size = _size(expected)
    if math.isnan(size) or math.isinf(size):  # an expected NaN or infinity is met exactly
        if actual == expected or (actual != actual and expected != expected):
            return
        fail(f"{agreed(what, 'has')} the wrong value", hint)
    if not math.isfinite(_size(actual)):
        fail(f"{agreed(what, 'contains')} NaN or infinity", hint)
    error, bound = abs(actual - expected), atol + rtol * size
    tell(what, bound / error if error else math.inf)
    if error > bound:
        fail(f"{what}: the value off by up to {order_of(error)}", hint)


def _size(number: complex) -> float:
    try:
        return abs(complex(number))
    except OverflowError:  # a whole number too large for a float
        return math.inf


def order_of(error: float) -> str:
    """The next power of ten: enough to learn from, too coarse to search for a value with."""
    return f"{10.0 ** math.ceil(math.log10(error)):g}" if 0 < error < math.inf else f"{error:g}"


def tell(what: str, margin: float) -> None:
    """Tell all observers how often the largest error fits into its bound."""
    for observe in observers:
        observe(what, margin)
