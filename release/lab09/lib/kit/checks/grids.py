"""Comparisons of tensors and arrays: form first, then values. Neither library is loaded here."""

import cmath
import math
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import margins
from .agreement import agreed
from .counted import counted
from .failure import fail, kind_of
from .margins import order_of, tell

if TYPE_CHECKING:  # a lab without torch never loads it
    from torch import Tensor


def is_tensor(value: Any) -> bool:
    """Whether it is a tensor, of a subclass too."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def is_plain_tensor(value: Any) -> bool:
    """Whether it is a tensor of no subclass, which could answer as it likes."""
    torch: Any = sys.modules.get("torch")
    return torch is not None and type(value) in (torch.Tensor, torch.nn.Parameter)


def is_array(value: Any) -> bool:
    """Whether it is an array of numpy's."""
    np = sys.modules.get("numpy")
    return np is not None and isinstance(value, np.ndarray)


def is_image(value: Any) -> bool:
    """Whether it is an image of PIL's."""
    module: Any = sys.modules.get("PIL.Image")
    return module is not None and isinstance(value, module.Image)


def as_plain(value: Any) -> Any:
    """One of numpy's own numbers and texts as Python has it; all else as it is."""
    np = sys.modules.get("numpy")
    if np is None or not isinstance(value, np.generic) or value.dtype.kind not in "biufcUS":
        return value
    return value.item()


def all_finite(grid: Any) -> bool:
    """Whether no NaN and no infinity is in a tensor or an array."""
    if is_array(grid):
        import numpy as np

        return bool(np.isfinite(grid).all())
    # The sum costs a quarter. One that overflows says nothing.
    return cmath.isfinite(grid.sum().item()) or bool(grid.isfinite().all())


def close_tensors(
    actual: Any,
    expected: "Tensor",
    what: str,
    rtol: float,
    atol: float,
    hint: str,
    form_hint: str,
    any_dtype: bool,
) -> None:
    """Fail unless two tensors have one form and close values."""
    assert_same_form(actual, expected, what, form_hint, any_dtype)
    actual, expected = _in_double(actual), _in_double(expected)
    if not all_finite(actual):
        fail(f"{agreed(what, 'contains')} NaN or infinity", hint)
    error, bound = (actual - expected).abs(), atol + rtol * expected.abs()
    _observe(what, error, bound)
    wrong = error > bound
    if bool(wrong.any()):
        _fail_far(what, int(wrong.sum()), wrong.numel(), wrong.ndim, float(error.max()), hint)


def close_arrays(
    actual: Any,
    expected: Any,
    what: str,
    rtol: float,
    atol: float,
    hint: str,
    form_hint: str,
    any_dtype: bool,
) -> None:
    """Fail unless two arrays have one form and close values; a NaN belongs where one is
    expected."""
    import numpy as np

    if type(actual) is not np.ndarray:
        fail(f"{what} should be an array, not of type {kind_of(actual)}", form_hint)
    if actual.dtype.kind not in "biufc":
        fail(f"{agreed(what, 'has')} dtype {actual.dtype}, not {expected.dtype}")
    counts = any_dtype and "c" not in (actual.dtype.kind, expected.dtype.kind)
    assert_same_shape_and_dtype(actual, expected, what, form_hint, counts)
    wide = np.complex128 if expected.dtype.kind == "c" else np.float64
    actual, expected = actual.astype(wide), expected.astype(wide)
    settled = ~np.isfinite(expected) & (
        (actual == expected) | (np.isnan(actual) & np.isnan(expected))
    )
    if not bool((np.isfinite(actual) | settled).all()):
        fail(f"{agreed(what, 'contains')} NaN or infinity", hint)
    with np.errstate(all="ignore"):
        error = np.where(settled, 0.0, np.abs(actual - expected))
        bound = np.where(settled, 0.0, atol + rtol * np.abs(expected))
    wrong = ~(error <= bound)
    _observe(what, error, bound)
    if bool(wrong.any()):
        _fail_far(what, int(wrong.sum()), wrong.size, wrong.ndim, float(error.max()), hint)


def _fail_far(what: str, wrong: int, size: int, ndim: int, error: float, hint: str) -> None:
    share = f"{wrong} of {size} values" if ndim else "the value"
    fail(f"{what}: {share} off by up to {order_of(error)}", hint)


def values_above(actual: Any, least: float, message: str, hint: str) -> None:
    """Fail unless every value of a tensor or an array is above a bound, in size, and finite."""
    if is_array(actual):
        if actual.dtype.kind not in "biufc":
            fail(message, hint)
        import numpy as np

        values = np.abs(actual.astype(np.complex128 if actual.dtype.kind == "c" else np.float64))
        size, smallest = values.size, float(values.min()) if values.size else 0.0
    else:
        values = _in_double(actual).abs()
        size, smallest = values.numel(), float(values.min()) if values.numel() else 0.0
    if not size:
        fail(message, hint)
    tell(message, smallest / least)
    if not bool(((values > least) & (values < math.inf)).all()):
        fail(message, hint)


def _observe(what: str, error: Any, bound: Any) -> None:
    """Tell how often the largest error, in a tensor or an array, fits into its bound."""
    if margins.observers:
        off = error > 0
        tell(what, float((bound[off] / error[off]).min()) if bool(off.any()) else math.inf)


def _in_double(tensor: "Tensor") -> "Tensor":
    """Where integers don't wrap around and half precision doesn't round: differences count."""
    import torch

    return tensor.detach().cpu().to(torch.complex128 if tensor.is_complex() else torch.float64)


def assert_same_form(
    actual: Any, expected: "Tensor", what: str, form_hint: str, any_dtype: bool = False
) -> None:
    """Fail unless both are plain tensors of the same shape and dtype."""
    if not is_plain_tensor(actual):
        fail(f"{what} should be a tensor, not of type {kind_of(actual)}", form_hint)
    counts = any_dtype and not actual.is_complex() and not expected.is_complex()
    assert_same_shape_and_dtype(actual, expected, what, form_hint, counts)


def assert_same_shape_and_dtype(
    actual: Any, expected: Any, what: str, form_hint: str, any_dtype: bool = False
) -> None:
    """Fail unless shapes and dtypes are the same; texts may be of any width."""
    if actual.shape != expected.shape:
        shapes = f"{tuple(actual.shape)}, not {tuple(expected.shape)}"
        fail(f"{agreed(what, 'has')} shape {shapes}", form_hint)
    if actual.dtype != expected.dtype and not any_dtype and not _are_texts(actual, expected):
        fail(f"{agreed(what, 'has')} dtype {actual.dtype}, not {expected.dtype}")


def _are_texts(actual: Any, expected: Any) -> bool:
    kinds = {getattr(actual.dtype, "kind", ""), getattr(expected.dtype, "kind", "")}
    return kinds in ({"U"}, {"S"})


def assert_same_values(
    actual: Any,
    expected: Any,
    what: str,
    hint: str,
    is_equal: Callable[[Any, Any], bool],
) -> None:
    """Fail unless all values are equal; a NaN equals a NaN.

    Args:
        is_equal: compares two objects of an array of objects.
    """
    if is_array(expected) and expected.dtype.kind == "O":
        pairs = zip(actual.ravel().tolist(), expected.ravel().tolist(), strict=True)
        wrong = sum(not is_equal(one, other) for one, other in pairs)
    elif is_array(expected) and expected.dtype.kind in "US":
        wrong = int((actual != expected).sum())
    else:
        both_nan = (actual != actual) & (expected != expected)
        wrong = int(((actual != expected) & ~both_nan).sum())
    if wrong:
        values = counted(math.prod(expected.shape), "value")
        fail(f"{what}: {wrong} of {values} wrong", hint)
