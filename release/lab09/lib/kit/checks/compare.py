"""Comparisons whose failure says what differs and by how much, never what was expected.

The order matters: type, then shape, dtype and finiteness, then values. A tensor subclass may
lie to `torch.allclose`, an empty tensor broadcasts against anything, and a NaN compares as
neither too small nor too large; each is refused before values are looked at.

A hint is shown only with what it is about: `hint` with wrong values, `form_hint` with a wrong type,
shape or key. A wrong dtype says all itself.
"""

import math
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from .untaken import opened

if TYPE_CHECKING:  # a lab without torch never loads it
    from torch import Tensor

# Told of every comparison with a tolerance: what is compared, and the least bound / error.
observers: list[Callable[[str, float], None]] = []
SHOWN = 20  # keys, and characters of each


class CheckFailure(AssertionError):
    """A failed check; its message is written for the student. `what` is the message without the
    hint, which may be a guess."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(f"{what}. {hint}".removesuffix(". ") if hint else what)
        self.what = what


def fail(message: str, hint: str = "") -> NoReturn:
    """Fail the running test with a message for the student.

    Raises:
        CheckFailure: always.
    """
    raise CheckFailure(message, hint)


def assert_equal(
    actual: Any,
    expected: Any,
    what: str = "the result",
    *,
    hint: str = "",
    form_hint: str = "",
) -> None:
    """Equal plain data of the same type, element by element in lists, tuples and dicts.

    Raises:
        CheckFailure: naming the place that differs, not its expected value.
    """
    actual = opened(actual)
    if type(actual) is not type(expected):
        fail(f"{what} should be of type {kind_of(expected)}, not {kind_of(actual)}", form_hint)
    if _is_tensor(expected):
        assert_tensor_equal(actual, expected, what, hint=hint, form_hint=form_hint)
    elif _is_array(expected):
        _same_shape_and_dtype(actual, expected, what, form_hint)
        _same_values(actual, expected, what, hint)
    elif isinstance(expected, dict):
        same_keys(actual, expected, what, form_hint)
        for key, value in expected.items():
            where = f"{what}[{key!r}]"
            assert_equal(actual[key], value, where, hint=hint, form_hint=form_hint)
    elif isinstance(expected, list | tuple):
        if len(actual) != len(expected):
            wrong_length = f"{what} has {len(actual)} elements where {len(expected)} belong"
            fail(wrong_length, hint)
        for index, value in enumerate(expected):
            where = f"element {index} of {what}"
            assert_equal(actual[index], value, where, hint=hint, form_hint=form_hint)
    elif actual != expected:
        fail(f"{what} has the wrong value", hint)


def assert_tensor_equal(
    actual: Any,
    expected: "Tensor",
    what: str = "the result",
    *,
    any_dtype: bool = False,
    hint: str = "",
    form_hint: str = "",
) -> None:
    """Exactly equal tensors: type, dtype, shape, then every value.

    Args:
        any_dtype: numbers of another dtype will do; then another test asks for the dtype.

    Raises:
        CheckFailure: with the dtypes or shapes that differ, or the share of wrong values.
    """
    actual = opened(actual)
    _same_form(actual, expected, what, form_hint, any_dtype)
    _same_values(actual, expected, what, hint)


def assert_close(
    actual: Any,
    expected: "Tensor | float",
    what: str = "the result",
    *,
    rtol: float = 1e-4,
    atol: float = 1e-5,
    any_dtype: bool = False,
    hint: str = "",
    form_hint: str = "",
) -> None:
    """Tensors (or two numbers) with |actual - expected| <= atol + rtol * |expected|.

    Args:
        any_dtype: see `assert_tensor_equal`.

    Raises:
        CheckFailure: with the form that differs, or how far off the worst value is.
    """
    actual = opened(actual)
    if isinstance(expected, float | int):
        if isinstance(actual, bool) or not isinstance(actual, float | int):
            fail(f"{what} should be a number, not of type {kind_of(actual)}", form_hint)
        _close_numbers(as_float(actual), expected, what, atol + rtol * abs(expected), hint)
        return
    import torch

    _same_form(actual, expected, what, form_hint, any_dtype)
    actual, expected = _in_double(actual), _in_double(expected)
    if not bool(torch.isfinite(actual).all()):
        fail(f"{what} contains NaN or infinity", hint)
    error, bound = (actual - expected).abs(), atol + rtol * expected.abs()
    _observe(what, error, bound)
    wrong = error > bound
    if bool(wrong.any()):
        share = f"{int(wrong.sum())} of {wrong.numel()} values" if wrong.ndim else "the value"
        fail(f"{what}: {share} off by up to {_order_of(float(error.max()))}", hint)


def _close_numbers(actual: float, expected: float, what: str, bound: float, hint: str) -> None:
    if not math.isfinite(actual):
        fail(f"{what} contains NaN or infinity", hint)
    error = abs(actual - expected)
    _tell(what, bound / error if error else math.inf)
    if error > bound:
        fail(f"{what}: the value off by up to {_order_of(error)}", hint)


def _order_of(error: float) -> str:
    """The next power of ten: enough to learn from, too coarse to search for a value with."""
    return f"{10.0 ** math.ceil(math.log10(error)):g}" if 0 < error < math.inf else f"{error:g}"


def assert_above(actual: "Tensor | float", least: float, message: str, *, hint: str = "") -> None:
    """Every value above a positive bound that separates it from rounding; no NaN or infinity is.

    Raises:
        CheckFailure: with the message, also if there are no values.
    """
    actual = opened(actual)
    if isinstance(actual, float | int):
        value = abs(as_float(actual))
        _tell(message, value / least)
        if not least < value < math.inf:
            fail(message, hint)
        return
    import torch

    if not _is_plain(actual) or not actual.numel():
        fail(message, hint)
    values = _in_double(actual).abs()
    _observe(message, torch.full_like(values, least), values)
    if not bool(((values > least) & (values < math.inf)).all()):
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


def _is_array(value: Any) -> bool:
    np = sys.modules.get("numpy")
    return np is not None and isinstance(value, np.ndarray)


def as_float(number: float) -> float:
    """The number as a float; infinity for an integer that is too large for one."""
    try:
        return float(number)
    except OverflowError:
        return math.inf


def _is_plain(value: Any) -> bool:
    """Whether it is a tensor of no subclass, which could answer as it likes."""
    import torch

    return type(value) is torch.Tensor or type(value) is torch.nn.Parameter


def _in_double(tensor: "Tensor") -> "Tensor":
    """Where integers don't wrap around and half precision doesn't round: differences count."""
    import torch

    return tensor.detach().cpu().to(torch.complex128 if tensor.is_complex() else torch.float64)


def _same_form(
    actual: Any, expected: "Tensor", what: str, form_hint: str, any_dtype: bool = False
) -> None:
    if not _is_plain(actual):
        fail(f"{what} should be a tensor, not of type {kind_of(actual)}", form_hint)
    counts = any_dtype and not actual.is_complex() and not expected.is_complex()
    _same_shape_and_dtype(actual, expected, what, form_hint, counts)


def _same_shape_and_dtype(
    actual: Any, expected: Any, what: str, form_hint: str, any_dtype: bool = False
) -> None:
    if actual.shape != expected.shape:
        fail(f"{what} has shape {tuple(actual.shape)}, not {tuple(expected.shape)}", form_hint)
    if actual.dtype != expected.dtype and not any_dtype:
        fail(f"{what} has dtype {actual.dtype}, not {expected.dtype}")


def _same_values(actual: Any, expected: Any, what: str, hint: str) -> None:
    wrong = int((actual != expected).sum())
    if wrong:
        fail(f"{what} has {wrong} of {math.prod(expected.shape)} values wrong", hint)


def same_keys(actual: Mapping[Any, Any], expected: Mapping[Any, Any], what: str, hint: str) -> None:
    """Fail unless both have the same keys, in any order."""
    missing = [key for key in expected if key not in actual]
    unknown = [key for key in actual if key not in expected]
    if missing or unknown:
        parts = [f"lacks {missing}"] * bool(missing)
        parts += [f"has unknown {_shown(unknown)}"] * bool(unknown)
        fail(f"{what} {' and '.join(parts)}", hint)


def _shown(keys: list[Any]) -> str:
    """The first of a student's keys, each cut short: there may be thousands, of any length."""
    texts = [repr(key[:SHOWN] if isinstance(key, str | bytes) else key) for key in keys[:SHOWN]]
    more = [f"and {len(keys) - SHOWN} more"] * (len(keys) > SHOWN)
    return f"[{', '.join([text[:SHOWN] for text in texts] + more)}]"


def kind_of(value: Any) -> str:
    """The name of a value's type, for a message."""
    # A handle to something in the worker says itself what it stands for.
    return str(getattr(value, "type_name", type(value).__name__))
