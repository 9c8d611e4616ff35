"""Comparisons whose failure says what differs and by how much, never what was expected.

The order matters: type, then shape, dtype and finiteness, then values. A tensor subclass may
lie to `torch.allclose`, an empty tensor broadcasts against anything, and a NaN compares as
neither too small nor too large; each is refused before values are looked at.

A hint is shown only with what it is about: `hint` with wrong values, `form_hint` with a wrong type,
shape or key. A wrong dtype says all itself.
"""

import math
from collections import Counter, deque
from collections.abc import Callable
from functools import wraps
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, ParamSpec

from .agreement import agreed
from .counted import counted
from .failure import CheckFailure, Compared, fail, kind_of, same_keys
from .frames import (
    Counts,
    assert_index_equal,
    compare_frames,
    compare_series,
    is_frame,
    is_index,
    is_series,
)
from .grids import (
    as_plain,
    assert_same_form,
    assert_same_shape_and_dtype,
    assert_same_values,
    close_arrays,
    close_tensors,
    is_array,
    is_image,
    is_plain_tensor,
    is_tensor,
    values_above,
)
from .margins import close_numbers, tell
from .untaken import opened

if TYPE_CHECKING:  # a lab without torch never loads it
    from torch import Tensor


Asked = ParamSpec("Asked")
SIMPLE = (int, str)  # what most lists hold


def _keeps_values(compare: Callable[Asked, None]) -> Callable[Asked, None]:
    """Have a failure hold both values, which public checks show to their student."""

    @wraps(compare)
    def compared(*arguments: Asked.args, **named: Asked.kwargs) -> None:
        try:
            compare(*arguments, **named)
        except CheckFailure as failure:
            values = dict(zip(("actual", "expected"), arguments, strict=False)) | named
            bounds = (getattr(compare, "__kwdefaults__", None) or {}) | named
            rtol, atol = (float(bounds.get(name, 0)) for name in ("rtol", "atol"))
            one = Compared(opened(values["actual"]), values["expected"], rtol, atol)
            failure.compared.append(one)
            raise

    return compared


@_keeps_values
def assert_equal(
    actual: Any,
    expected: Any,
    what: str = "the result",
    *,
    hint: str = "",
    form_hint: str = "",
) -> None:
    """Equal values of the same type, element by element in lists, tuples, dicts, arrays and frames.

    A NaN equals a NaN, as a gap in a column equals a gap.

    Raises:
        CheckFailure: naming the place that differs, not its expected value.
    """
    actual, expected = as_plain(opened(actual)), as_plain(expected)
    _same_type(actual, expected, what, form_hint)
    if is_tensor(expected):
        assert_tensor_equal(actual, expected, what, hint=hint, form_hint=form_hint)
    elif is_array(expected):
        assert_same_shape_and_dtype(actual, expected, what, form_hint)
        assert_same_values(actual, expected, what, hint, _is_equal)
    elif is_frame(expected):
        compare_frames(actual, expected, what, hint, form_hint)
    elif is_series(expected):
        compare_series(actual, expected, what, hint, form_hint)
    elif is_index(expected):
        assert_index_equal(actual, expected, what, hint, form_hint)
    elif isinstance(expected, dict):
        same_keys(actual, expected, what, form_hint, are_values=True)
        for key, value in expected.items():
            where = f"{what}[{key!r}]"
            assert_equal(actual[key], value, where, hint=hint, form_hint=form_hint)
    elif isinstance(expected, list | tuple | deque):
        _same_length(actual, expected, what, hint)
        for index, value in enumerate(expected):
            if type(actual[index]) is type(value) in SIMPLE and actual[index] == value:
                continue  # most elements are so, and there may be thousands
            where = f"element {index} of {what}"
            assert_equal(actual[index], value, where, hint=hint, form_hint=form_hint)
    elif isinstance(expected, set | frozenset):
        _same_members(actual, expected, what, hint)
    elif isinstance(expected, BaseException):
        says = f"what {what} says"
        assert_equal(actual.args, expected.args, says, hint=hint, form_hint=form_hint)
    elif is_image(expected):
        _same_image(actual, expected, what, hint, form_hint)
    elif actual != expected and not _are_gaps(actual, expected):
        fail(f"{agreed(what, 'has')} the wrong value", hint)


@_keeps_values
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
    assert_same_form(actual, expected, what, form_hint, any_dtype)
    assert_same_values(actual, expected, what, hint, _is_equal)


@_keeps_values
def assert_close(
    actual: Any,
    expected: Any,
    what: str = "the result",
    *,
    rtol: float = 1e-4,
    atol: float = 1e-5,
    any_dtype: bool = False,
    hint: str = "",
    form_hint: str = "",
) -> None:
    """Numbers with |actual - expected| <= atol + rtol * |expected|: two of them, or all those in
    tensors, arrays, series and frames, or in lists, tuples and dicts. All else there is equal.

    Args:
        any_dtype: see `assert_tensor_equal`; of arrays and columns as well.

    Raises:
        CheckFailure: with the form that differs, or how far off the worst value is.
    """
    actual, expected = as_plain(opened(actual)), as_plain(expected)
    if isinstance(expected, float | int | complex) and not isinstance(expected, bool):
        close_numbers(actual, expected, what, rtol, atol, hint, form_hint)
    elif is_tensor(expected):
        close_tensors(actual, expected, what, rtol, atol, hint, form_hint, any_dtype)
    elif is_array(expected) and expected.dtype.kind in "biufc":
        close_arrays(actual, expected, what, rtol, atol, hint, form_hint, any_dtype)
    elif is_frame(expected):
        counts = Counts(dtype=not any_dtype, rtol=rtol, atol=atol)
        compare_frames(actual, expected, what, hint, form_hint, counts)
    elif is_series(expected):
        counts = Counts(dtype=not any_dtype, rtol=rtol, atol=atol)
        compare_series(actual, expected, what, hint, form_hint, counts)
    elif isinstance(expected, dict | list | tuple):
        _same_type(actual, expected, what, form_hint)
        pairs: list[tuple[str, Any, Any]]
        if isinstance(expected, dict):
            same_keys(actual, expected, what, form_hint, are_values=True)
            pairs = [(f"{what}[{key!r}]", actual[key], expected[key]) for key in expected]
        else:
            _same_length(actual, expected, what, hint)
            places = enumerate(zip(actual, expected, strict=True))
            pairs = [(f"element {place} of {what}", *pair) for place, pair in places]
        same: dict[str, Any] = {"rtol": rtol, "atol": atol, "any_dtype": any_dtype}
        for name, one, other in pairs:
            assert_close(one, other, name, **same, hint=hint, form_hint=form_hint)
    else:
        assert_equal(actual, expected, what, hint=hint, form_hint=form_hint)


def assert_above(actual: Any, least: float, message: str, *, hint: str = "") -> None:
    """Every value above a positive bound that separates it from rounding; no NaN or infinity is.

    Raises:
        CheckFailure: with the message, also if there are no values.
    """
    actual = as_plain(opened(actual))
    if isinstance(actual, float | int):
        value = abs(as_float(actual))
        tell(message, value / least)
        if not least < value < math.inf:
            fail(message, hint)
    elif not (is_array(actual) or is_plain_tensor(actual)):
        fail(message, hint)
    else:
        values_above(actual, least, message, hint)


def assert_frame_equal(
    actual: Any,
    expected: Any,
    what: str = "the data frame",
    *,
    check_index: bool = True,
    check_column_order: bool = True,
    check_dtype: bool = True,
    rtol: float = 1e-5,
    atol: float = 1e-8,
    hint: str = "",
    form_hint: str = "",
) -> None:
    """Equal data frames of pandas or polars: columns, rows, index, dtypes, then values; numbers up
    to a tolerance. A gap equals a gap.

    Args:
        check_index: the labels of the rows count, and their names (pandas).
        check_column_order: columns stand in the same order.
        check_dtype: columns have the same dtypes; else `1` equals `1.0`, and a text of either kind.

    Raises:
        CheckFailure: naming columns and dtypes that differ, or the share of wrong values.
    """
    actual = opened(actual)
    if not is_frame(expected):
        raise TypeError(f"a data frame is expected, not a {type(expected).__name__}")
    counts = Counts(check_index, check_column_order, check_dtype, rtol=rtol, atol=atol)
    compare_frames(actual, expected, what, hint, form_hint, counts)


def assert_series_equal(
    actual: Any,
    expected: Any,
    what: str = "the series",
    *,
    check_index: bool = True,
    check_dtype: bool = True,
    check_name: bool = True,
    rtol: float = 1e-5,
    atol: float = 1e-8,
    hint: str = "",
    form_hint: str = "",
) -> None:
    """Equal series of pandas or polars; see `assert_frame_equal`.

    Raises:
        CheckFailure: naming what differs.
    """
    actual = opened(actual)
    if not is_series(expected):
        raise TypeError(f"a series is expected, not a {type(expected).__name__}")
    counts = Counts(labels=check_index, dtype=check_dtype, name=check_name, rtol=rtol, atol=atol)
    compare_series(actual, expected, what, hint, form_hint, counts)


def as_float(number: float) -> float:
    """The number as a float; infinity for an integer that is too large for one."""
    try:
        return float(number)
    except OverflowError:
        return math.inf


def _same_type(actual: Any, expected: Any, what: str, form_hint: str) -> None:
    """Of tuples, dicts and paths some of a subclass come as plain ones, so any of them will do."""
    kinds: tuple[Any, ...] = (tuple, PurePath)
    kinds += (Counter,) if isinstance(expected, Counter) else (dict,)
    family = next((kind for kind in kinds if isinstance(expected, kind)), None)
    if family is not None and isinstance(actual, family):
        return
    if is_index(expected) and is_index(actual):
        return
    if type(actual) is not type(expected):
        fail(f"{what} should be of type {kind_of(expected)}, not {kind_of(actual)}", form_hint)


def _same_length(actual: Any, expected: Any, what: str, hint: str) -> None:
    if len(actual) != len(expected):
        fail(f"{what}: {counted(len(actual), 'element')} where {len(expected)} belong", hint)


def _same_members(actual: Any, expected: Any, what: str, hint: str) -> None:
    missing, unknown = len(expected - actual), len(actual - expected)
    if missing or unknown:
        of_all = f"{missing} of {counted(len(expected), 'element')}"
        parts = [f"{of_all} missing"] * bool(missing) + [f"{unknown} too many"] * bool(unknown)
        fail(f"{what}: {' and '.join(parts)}", hint)


def _same_image(actual: Any, expected: Any, what: str, hint: str, form_hint: str) -> None:
    if actual.mode != expected.mode:
        fail(f"{agreed(what, 'has')} mode {actual.mode}, not {expected.mode}", form_hint)
    if actual.size != expected.size:
        fail(f"{agreed(what, 'has')} size {actual.size}, not {expected.size}", form_hint)
    wide = {"1": "L", "P": "RGB"}.get(expected.mode)
    ours, theirs = (
        one.convert(wide).tobytes() if wide else one.tobytes() for one in (actual, expected)
    )
    step = max(1, len(theirs) // max(1, math.prod(expected.size)))
    places = range(0, len(theirs), step)
    wrong = sum(ours[at : at + step] != theirs[at : at + step] for at in places)
    if wrong:
        pixels = counted(math.prod(expected.size), "pixel")
        fail(f"{what}: {wrong} of {pixels} wrong", hint)


def _are_gaps(actual: Any, expected: Any) -> bool:
    """Whether neither equals itself: a NaN and a NaN, or no time and no time."""
    return bool(actual != actual and expected != expected)


def _is_equal(actual: Any, expected: Any) -> bool:
    try:
        assert_equal(actual, expected)
    except CheckFailure:
        return False
    return True
