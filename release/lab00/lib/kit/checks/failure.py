"""How a check fails: with a message for the student, which holds no expected value."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from .counted import counted

# Their values cross, unless something in them can't: then they stay behind a handle.
BY_VALUE = ("set", "frozenset", "ndarray", "DataFrame", "Series", "Index", "Tensor", "Image")
SHOWN = 20  # keys, and characters of each


@dataclass(frozen=True)
class Compared:
    """Two values that should agree, as a comparison was given them."""

    actual: Any
    expected: Any
    rtol: float = 0.0
    atol: float = 0.0


class CheckFailure(AssertionError):
    """A failed check; its message is written for the student. `what` is the message without the
    hint, which may be a guess. `compared` is what did not agree, an element first and then what
    holds it: nothing for a graded student's eyes."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(f"{what}. {hint}".removesuffix(". ") if hint else what)
        self.what = what
        self.compared: list[Compared] = []


def fail(message: str, hint: str = "") -> NoReturn:
    """Fail the running test with a message for the student.

    Raises:
        CheckFailure: always.
    """
    raise CheckFailure(message, hint)


def same_keys(
    actual: Mapping[Any, Any],
    expected: Mapping[Any, Any],
    what: str,
    hint: str,
    *,
    are_values: bool,
) -> None:
    """Fail unless both have the same keys, in any order.

    Args:
        are_values: the keys belong to what is expected, so none that is missing is told; else they
            are names that the lab gives.
    """
    missing = [key for key in expected if key not in actual]
    unknown = [key for key in actual if key not in expected]
    if missing or unknown:
        told = f"{len(missing)} of {counted(len(expected), 'key')}" if are_values else missing
        parts = [f"lacks {told}"] * bool(missing)
        parts += [f"has unknown {shown(unknown)}"] * bool(unknown)
        fail(f"{what} {' and '.join(parts)}", hint)


def shown(keys: list[Any]) -> str:
    """The first of a student's keys, each cut short: there may be thousands, of any length."""
    texts = [repr(key[:SHOWN] if isinstance(key, str | bytes) else key) for key in keys[:SHOWN]]
    more = [f"and {len(keys) - SHOWN} more"] * (len(keys) > SHOWN)
    return f"[{', '.join([text[:SHOWN] for text in texts] + more)}]"


def kind_of(value: Any) -> str:
    """The name of a value's type, for a message."""
    kind = type(value)
    if not hasattr(kind, "type_name"):
        return kind.__name__
    name = str(value.type_name)  # a handle to something in the worker says what it stands for
    return f"{name} with something in it that can't be checked" if name in BY_VALUE else name
