"""A value of the student's that no test has looked at yet: it can be taken or compared, no more.

Where a lab asks for it (`take_values` in its `lab.toml`), whatever comes back from a worker and is
no handle arrives as one of these, so that an author of tests can't forget to say what it is.
"""

from collections.abc import Callable
from typing import Any, NoReturn

OPERATORS = (
    *("bool", "len", "iter", "next", "contains", "getitem", "call", "reversed", "format"),
    *("eq", "ne", "lt", "le", "gt", "ge", "int", "float", "complex", "index", "round", "trunc"),
    *("neg", "pos", "abs", "invert", "add", "radd", "sub", "rsub", "mul", "rmul", "matmul"),
    *("rmatmul", "truediv", "rtruediv", "floordiv", "rfloordiv", "mod", "rmod", "divmod"),
    *("rdivmod", "pow", "rpow", "and", "rand", "or", "ror", "xor", "rxor", "lshift", "rlshift"),
    *("rshift", "rrshift"),
)


class TakeValuesFirst(TypeError):
    """A test uses what a student returned before it has looked at it."""


class Untaken:
    """What a worker returned, not to be calculated with; `opened` gives it to those who check it.

    Args:
        value: plain data, a tensor or an array.
        wrap: makes elements of it `Untaken`, too, except handles.
    """

    __slots__ = ("_value", "_wrap")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, value: Any, wrap: Callable[[Any], Any]) -> None:
        self._value, self._wrap = value, wrap

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):  # Python and libraries look such names up
            raise AttributeError(f"an untaken value has no {name}")
        raise _refusal(self)

    def __repr__(self) -> str:
        return f"<untaken {type(self._value).__name__}>"


def _refuse(self: Untaken, *_: object) -> NoReturn:
    raise _refusal(self)


def _refusal(untaken: Untaken) -> TakeValuesFirst:
    wrong = f"{untaken!r}: compare it with `assert_equal`, or take it first"
    return TakeValuesFirst(f"{wrong}, with `take_number`, `take_tensor` …")


for name in OPERATORS:
    setattr(Untaken, f"__{name}__", _refuse)


def opened(value: Any) -> Any:
    """The value itself, for who goes on to check it."""
    return value._value if type(value) is Untaken else value


def wrapped_as(given: Any, element: Any) -> Any:
    """An element of what was given: untaken, if that was."""
    return given._wrap(element) if type(given) is Untaken else element
