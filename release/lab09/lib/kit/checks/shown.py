"""Small values as students read them: what was called, what was expected and what came.

Only public checks in a student's own kernel show values; messages of graded tests never do.
"""

from collections.abc import Callable
from functools import update_wrapper
from types import FunctionType
from typing import Any

from .failure import Compared
from .grids import is_array, is_tensor

LONGEST = 90  # characters of a value that is shown whole
MOST_NUMBERS = 12  # of a tensor that is shown whole


class Watched:
    """A function of the student's that remembers how it was called and what came."""

    def __init__(self, function: Callable[..., Any], calls: list[tuple[str, Any]]) -> None:
        update_wrapper(self, function)
        self.function, self._calls = function, calls

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call it; what is shown of the arguments is how they were before."""
        given = [written(value) for value in arguments]
        given += [f"{name}={written(value)}" for name, value in named.items()]
        result = self.function(*arguments, **named)
        name = getattr(self.function, "__name__", "your function")
        self._calls.append((f"{name}({', '.join(given)})", result))
        return result

    def __getattr__(self, name: str) -> Any:
        return getattr(self.function, name)


def can_be_watched(value: Any) -> bool:
    """Whether it is a function, also one that caches; classes and objects stay what they are."""
    return isinstance(value, FunctionType) or hasattr(value, "cache_info")


def details_of(compared: list[Compared], calls: list[tuple[str, Any]]) -> tuple[str, ...]:
    """The largest part of a comparison that can be shown, and the call that it came from."""
    pairs = [(expected, got) for expected, got in map(_pair, compared) if expected != got]
    short = [pair for pair in pairs if max(map(len, pair)) <= LONGEST]
    if not short:
        return ()
    expected, got = short[-1]
    results = [one.actual for one in compared]
    call = next(
        (text for text, result in reversed(calls) if any(_is_part(one, result) for one in results)),
        "",
    )
    lines = [call] if call and len(call) <= LONGEST else []
    return (*lines, f"expected {expected}", f"got      {got}")


def _is_part(value: Any, result: Any) -> bool:
    parts = result if isinstance(result, tuple | list) else ()
    return value is result or any(value is part for part in parts)


def _pair(compared: Compared) -> tuple[str, str]:
    """What was expected and what came: whole, or at the first place that differs."""
    actual, expected = compared.actual, compared.expected
    are_tensors = is_tensor(actual) and is_tensor(expected) and actual.shape == expected.shape
    if not are_tensors or not actual.ndim or actual.numel() <= MOST_NUMBERS:
        return written(expected), written(actual)
    place = _first_difference(actual, expected, compared.rtol, compared.atol)
    if place is None:
        return written(expected), written(actual)
    at = f"at {list(place)}: "
    return at + written(expected[place]), at + written(actual[place])


def _first_difference(actual: Any, expected: Any, rtol: float, atol: float) -> Any:
    ours, theirs = expected.detach().cpu().double(), actual.detach().cpu().double()
    off = ~((theirs - ours).abs() <= atol + rtol * ours.abs())
    places = off.nonzero().tolist()
    return tuple(places[0]) if places else None


def written(value: Any) -> str:
    """A value in a few characters; a large one by its type and size."""
    try:
        return _written(value)
    except Exception:  # a student's own object may be unable to say what it is
        return f"a {type(value).__name__}"


def _written(value: Any) -> str:
    if is_tensor(value):
        if value.numel() > MOST_NUMBERS:
            return f"tensor of shape {tuple(value.shape)}"
        if not value.ndim:
            return _number(value.item())
        dtype = "" if str(value.dtype) in ("torch.float32", "torch.int64") else f", {value.dtype}"
        return f"tensor({_rounded(value.tolist())}{dtype})"
    if is_array(value):
        if value.size > MOST_NUMBERS:
            return f"array of shape {value.shape}"
        return f"array({_rounded(value.tolist())})"
    text = _number(value) if isinstance(value, float) else repr(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 2]} …"


def _number(number: Any) -> str:
    return f"{number:.4g}" if isinstance(number, float) else repr(number)


def _rounded(values: Any) -> str:
    if isinstance(values, list):
        return f"[{', '.join(_rounded(value) for value in values)}]"
    return _number(values)
