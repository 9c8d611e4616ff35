"""Comparisons of data frames and series, of pandas and of polars: form first, then values.

Neither library is loaded here: who compares frames has loaded one.
"""

import math
import sys
from typing import Any, NamedTuple

from . import margins
from .agreement import agreed
from .counted import counted
from .failure import fail, kind_of, shown
from .margins import order_of, tell

LIBRARIES = ("pandas", "polars")
NUMBERS = "biuf"


class Column(NamedTuple):
    """A column by its values, as Python has them, None standing for a gap; or as an array."""

    dtype: str
    numbers: Any  # an array of numbers, NaN where one is missing; None for other columns
    values: list[Any]  # of other columns


class Counts(NamedTuple):
    """What counts when two frames or series are compared, and how far numbers may be off."""

    labels: bool = True  # the index
    column_order: bool = True
    dtype: bool = True
    name: bool = True  # of a series
    rtol: float = 0.0
    atol: float = 0.0


EVERYTHING = Counts()


def is_frame(value: Any) -> bool:
    """Whether it is a data frame."""
    return _is_a(value, "DataFrame")


def is_series(value: Any) -> bool:
    """Whether it is a series."""
    return _is_a(value, "Series")


def is_index(value: Any) -> bool:
    """Whether it is an index of pandas."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, pandas.Index)


def _is_a(value: Any, name: str) -> bool:
    libraries = filter(None, map(sys.modules.get, LIBRARIES))
    return any(type(value) is getattr(library, name, None) for library in libraries)


def compare_frames(
    actual: Any, expected: Any, what: str, hint: str, form_hint: str, counts: Counts = EVERYTHING
) -> None:
    """Fail unless two frames are equal; see `assert_frame_equal`."""
    if type(actual) is not type(expected):
        fail(f"{what} should be a {_words(expected)}, not of type {kind_of(actual)}", form_hint)
    names, wanted = list(actual.columns), list(expected.columns)
    _same_names(names, wanted, what, form_hint, counts.column_order)
    if len(actual) != len(expected):
        fail(f"{what}: {counted(len(actual), 'row')} where {len(expected)} belong", hint)
    _same_index(actual, expected, what, hint, form_hint, counts)
    ours, theirs = _by_name(actual, names), _by_name(expected, wanted)
    order = wanted if counts.column_order else sorted(wanted, key=repr)
    pairs = [(name, ours[name].pop(0), theirs[name].pop(0)) for name in order]
    if counts.dtype:
        for name, one, other in pairs:
            _same_dtype(one, other, f"column {_shown(name)} of {what}")
    for name, one, other in pairs:
        named = f"column {_shown(name)} of {what}"
        _same_values(_column(one), _column(other), named, hint, counts)


def _by_name(frame: Any, names: list[Any]) -> dict[Any, list[Any]]:
    """The columns under each name, of which there may be several."""
    found: dict[Any, list[Any]] = {}
    for place, name in enumerate(names):
        is_pandas = hasattr(frame, "iloc")
        column = frame.iloc[:, place] if is_pandas else frame.get_column(name)
        found.setdefault(name, []).append(column)
    return found


def _same_names(
    names: list[Any], wanted: list[Any], what: str, form_hint: str, check_order: bool
) -> None:
    missing = [name for name in wanted if name not in names]
    unknown = [name for name in names if name not in wanted]
    if missing or unknown:
        parts = [f"lacks the columns {shown(missing)}"] * bool(missing)
        parts += [f"has unknown columns {shown(unknown)}"] * bool(unknown)
        fail(f"{what} {' and '.join(parts)}", form_hint)
    if len(names) != len(wanted) or sorted(map(repr, names)) != sorted(map(repr, wanted)):
        fail(f"{what}: {counted(len(names), 'column')} where {len(wanted)} belong", form_hint)
    if check_order and names != wanted:
        fail(f"{agreed(what, 'has')} its columns in another order", form_hint)


def compare_series(
    actual: Any, expected: Any, what: str, hint: str, form_hint: str, counts: Counts = EVERYTHING
) -> None:
    """Fail unless two series are equal; see `assert_series_equal`."""
    if type(actual) is not type(expected):
        fail(f"{what} should be a {_words(expected)}, not of type {kind_of(actual)}", form_hint)
    if len(actual) != len(expected):
        fail(f"{what}: {counted(len(actual), 'value')} where {len(expected)} belong", hint)
    if counts.name and (type(actual.name), actual.name) != (type(expected.name), expected.name):
        fail(f"{agreed(what, 'has')} another name", form_hint)
    _same_index(actual, expected, what, hint, form_hint, counts)
    if counts.dtype:
        _same_dtype(actual, expected, what)
    _same_values(_column(actual), _column(expected), what, hint, counts)


def _same_index(
    actual: Any, expected: Any, what: str, hint: str, form_hint: str, counts: Counts
) -> None:
    if counts.labels and is_index(getattr(expected, "index", None)):
        assert_index_equal(actual.index, expected.index, f"the index of {what}", hint, form_hint)


def assert_index_equal(
    actual: Any, expected: Any, what: str, hint: str, form_hint: str = ""
) -> None:
    """Fail unless two indexes have the same names and labels; a range of labels is as good as a
    list of them."""
    if not is_index(actual):
        fail(f"{what} should be an index, not of type {kind_of(actual)}", form_hint)
    if len(actual) != len(expected):
        fail(f"{what}: {counted(len(actual), 'label')} where {len(expected)} belong", hint)
    if actual.nlevels != expected.nlevels:
        fail(f"{what}: {counted(actual.nlevels, 'level')}, not {expected.nlevels}", form_hint)
    if list(actual.names) != list(expected.names):
        fail(f"{agreed(what, 'has')} another name", form_hint)
    for level in range(expected.nlevels):
        one, other = actual.get_level_values(level), expected.get_level_values(level)
        name = f"level {level} of {what}" if expected.nlevels > 1 else what
        _same_dtype(one, other, name)
        wrong = _num_wrong(_column(one), _column(other), EVERYTHING)[0]
        if wrong:
            fail(f"{name}: {wrong} of {counted(len(expected), 'label')} wrong", hint)


def _words(frame: Any) -> str:
    library = type(frame).__module__.partition(".")[0]
    return f"{'data frame' if is_frame(frame) else 'series'} of {library}"


def _shown(name: Any) -> str:
    return shown([name])[1:-1]


def _same_dtype(actual: Any, expected: Any, what: str) -> None:
    one, other = actual.dtype, expected.dtype
    if str(one) != str(other):
        fail(f"{agreed(what, 'has')} dtype {one}, not {other}")
    if one != other:
        fail(f"{agreed(what, 'has')} dtype {one} with other categories, or in another order")


def _column(series: Any) -> Column:
    """The values of a series or an index, whichever library made it."""
    dtype = str(series.dtype)
    if hasattr(series, "is_null"):  # of polars
        values = series.to_list()
        kinds = {type(value) for value in values} - {type(None)}
        return _made(dtype, values, kinds <= {int, float, bool} and series.dtype.is_numeric())
    kind = getattr(series.dtype, "kind", "O")
    if type(series.dtype).__module__.startswith("numpy"):
        return Column(dtype, series.to_numpy(), []) if kind in NUMBERS + "c" else _objects(series)
    return _objects(series, is_numeric=kind in NUMBERS and not hasattr(series.dtype, "categories"))


def _objects(series: Any, is_numeric: bool = False) -> Column:
    gaps = series.isna()
    values = [
        None if gap else value for value, gap in zip(series.tolist(), gaps.tolist(), strict=True)
    ]
    return _made(str(series.dtype), values, is_numeric)


def _made(dtype: str, values: list[Any], is_numeric: bool) -> Column:
    import numpy as np

    if not is_numeric:
        return Column(dtype, None, values)
    if all(type(value) is not float for value in values) and None not in values:
        return Column(dtype, np.array(values, dtype=None if values else np.int64), [])
    numbers = [math.nan if value is None else value for value in values]
    return Column(dtype, np.array(numbers, dtype=np.float64), [])


def _same_values(actual: Column, expected: Column, what: str, hint: str, counts: Counts) -> None:
    wrong, error, margin = _num_wrong(actual, expected, counts)
    if margins.observers and (counts.rtol or counts.atol) and margin is not None:
        tell(what, margin)
    count = len(expected.values) if expected.numbers is None else len(expected.numbers)
    if wrong:
        off = f", off by up to {order_of(error)}" if 0 < error < math.inf else ""
        fail(f"{what}: {wrong} of {counted(count, 'value')} wrong{off}", hint)


def _num_wrong(actual: Column, expected: Column, counts: Counts) -> tuple[int, float, float | None]:
    """How many values differ, the largest error of a number, and how often it fits its bound."""
    if actual.numbers is None or expected.numbers is None:
        ours, theirs = _listed(actual), _listed(expected)
        pairs = zip(ours, theirs, strict=True)
        return sum(not _is_same(one, other, counts.dtype) for one, other in pairs), 0.0, None
    return _numbers_wrong(actual.numbers, expected.numbers, counts.rtol, counts.atol)


def _numbers_wrong(
    actual: Any, expected: Any, rtol: float, atol: float
) -> tuple[int, float, float | None]:
    import numpy as np

    with np.errstate(all="ignore"):
        same = (actual == expected) | ((actual != actual) & (expected != expected))
        wide = np.complex128 if "c" in (actual.dtype.kind, expected.dtype.kind) else np.float64
        error = np.abs(actual.astype(wide) - expected.astype(wide))
        bound = atol + rtol * np.abs(expected.astype(wide))
        close = np.isfinite(bound) & (error <= bound) if rtol or atol else same
        wrong = ~(same | close)
        off = ~same & np.isfinite(error)
        fits = bound[off] / error[off]
    margin = float(fits.min()) if fits.size else math.inf
    largest = float(error[wrong & np.isfinite(error)].max(initial=0.0))
    return int(wrong.sum()), largest, margin


def _listed(column: Column) -> list[Any]:
    return column.values if column.numbers is None else column.numbers.tolist()


def _is_same(actual: Any, expected: Any, strict: bool) -> bool:
    if strict and type(actual) is not type(expected):
        return False
    if isinstance(expected, list | tuple):
        return len(actual) == len(expected) and all(
            _is_same(one, other, strict) for one, other in zip(actual, expected, strict=True)
        )
    same = actual == expected
    if isinstance(same, bool):
        return same or (actual != actual and expected != expected)
    return bool(getattr(same, "all", lambda: False)()) and getattr(actual, "shape", 0) == getattr(
        expected, "shape", 1
    )
