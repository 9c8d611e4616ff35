"""Comparisons whose failure says what differs and by how much, never what was expected.

The order matters: type, then dtype, shape and finiteness, then values. A tensor subclass may
lie to `torch.allclose`, an empty tensor broadcasts against anything, and a NaN compares as
neither too small nor too large; each is refused before values are looked at.
"""

import math
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:  # a lab without torch never loads it
    from torch import Tensor

# Told of every comparison with a tolerance: what is compared, and the least bound / error.
observers: list[Callable[[str, float], None]] = []


class CheckFailure(AssertionError):
    """A failed check; its message is written for the student."""


def fail(message: str, hint: str = "") -> NoReturn:
    """Fail the running test with a message for the student.

    Raises:
        CheckFailure: always.
    """
    raise CheckFailure(f"{message}. {hint}".removesuffix(". ") if hint else message)


def assert_equal(actual: Any, expected: Any, what: str = "the result", *, hint: str = "") -> None:
    """Equal plain data of the same type, element by element in lists, tuples and dicts.

    Raises:
        CheckFailure: naming the place that differs, not its expected value.
    """
    if type(actual) is not type(expected):
        fail(f"{what} should be of type {_kind(expected)}, not {_kind(actual)}", hint)
    if _is_tensor(expected):
        assert_tensor_equal(actual, expected, what, hint=hint)
    elif isinstance(expected, dict):
        _same_keys(actual, expected, what, hint)
        for key, value in expected.items():
            assert_equal(actual[key], value, f"{what}[{key!r}]", hint=hint)
    elif isinstance(expected, list | tuple):
        if len(actual) != len(expected):
            wrong_length = f"{what} has {len(actual)} elements where {len(expected)} belong"
            fail(wrong_length, hint)
        for index, value in enumerate(expected):
            assert_equal(actual[index], value, f"element {index} of {what}", hint=hint)
    elif actual != expected:
        fail(f"{what} has the wrong value", hint)


def assert_tensor_equal(
    actual: Any, expected: "Tensor", what: str = "the result", *, hint: str = ""
) -> None:
    """Exactly equal tensors: type, dtype, shape, then every value.

    Raises:
        CheckFailure: with the dtypes or shapes that differ, or the share of wrong values.
    """
    _same_form(actual, expected, what, hint)
    wrong = int((actual != expected).sum())
    if wrong:
        fail(f"{what} has {wrong} of {expected.numel()} values wrong", hint)


def assert_close(
    actual: Any,
    expected: "Tensor | float",
    what: str = "the result",
    *,
    rtol: float = 1e-4,
    atol: float = 1e-5,
    hint: str = "",
) -> None:
    """Tensors (or two numbers) with |actual - expected| <= atol + rtol * |expected|.

    Raises:
        CheckFailure: with the form that differs, or how far off the worst value is.
    """
    if isinstance(expected, float | int):
        if isinstance(actual, bool) or not isinstance(actual, float | int):
            fail(f"{what} should be a number, not of type {_kind(actual)}", hint)
        _close_numbers(float(actual), expected, what, atol + rtol * abs(expected), hint)
        return
    import torch

    _same_form(actual, expected, what, hint)
    actual, expected = actual.detach(), expected.detach()
    if not bool(torch.isfinite(actual).all()):
        fail(f"{what} contains NaN or infinity", hint)
    error, bound = (actual - expected).abs(), atol + rtol * expected.abs()
    _observe(what, error, bound)
    wrong = error > bound
    if bool(wrong.any()):
        share = f"{int(wrong.sum())} of {wrong.numel()} values" if wrong.ndim else "the value"
        fail(f"{what}: {share} off by up to {float(error.max()):.2g}", hint)


def _close_numbers(actual: float, expected: float, what: str, bound: float, hint: str) -> None:
    if not math.isfinite(actual):
        fail(f"{what} contains NaN or infinity", hint)
    error = abs(actual - expected)
    _tell(what, bound / error if error else math.inf)
    if error > bound:
        fail(f"{what}: the value off by up to {error:.2g}", hint)


def assert_above(actual: "Tensor | float", least: float, message: str, *, hint: str = "") -> None:
    """Every value above a positive bound that separates it from rounding; a NaN is not.

    Raises:
        CheckFailure: with the message.
    """
    if isinstance(actual, float | int):
        _tell(message, abs(actual) / least)
        if not abs(actual) > least:
            fail(message, hint)
        return
    import torch

    values = actual.detach().abs()
    _observe(message, torch.full_like(values, least), values)
    if not bool((values > least).all()):
        fail(message, hint)


def _observe(what: str, error: "Tensor", bound: "Tensor") -> None:
    """Tell how often the largest error fits into its bound."""
    if observers:
        off = error > 0
        _tell(what, float((bound[off] / error[off]).min()) if bool(off.any()) else math.inf)


def _tell(what: str, margin: float) -> None:
    for observe in observers:
        observe(what, margin)


def _is_tensor(value: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def _same_form(actual: Any, expected: "Tensor", what: str, hint: str) -> None:
    import torch

    if type(actual) is not torch.Tensor and type(actual) is not torch.nn.Parameter:
        fail(f"{what} should be a tensor, not of type {_kind(actual)}", hint)
    if actual.shape != expected.shape:
        fail(f"{what} has shape {tuple(actual.shape)}, not {tuple(expected.shape)}", hint)
    if actual.dtype != expected.dtype:
        fail(f"{what} has dtype {actual.dtype}, not {expected.dtype}", hint)


def _same_keys(actual: dict[Any, Any], expected: dict[Any, Any], what: str, hint: str) -> None:
    missing = [key for key in expected if key not in actual]
    unknown = [key for key in actual if key not in expected]
    if missing or unknown:
        parts = [f"lacks {missing}"] * bool(missing) + [f"has unknown {unknown}"] * bool(unknown)
        fail(f"{what} {' and '.join(parts)}", hint)


def _kind(value: Any) -> str:
    # A handle to something in the worker says itself what it stands for.
    return str(getattr(value, "type_name", type(value).__name__))
