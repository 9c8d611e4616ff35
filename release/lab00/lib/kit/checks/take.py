"""Take a value of the student's: checked for type, dtype, shape and size before it is used.

A test that calculates takes its values with these first. What comes back is plain and as large as
the test said, so that nothing a student returns can broadcast, overflow, be NaN where a comparison
then says nothing, or stand for a size that is never there. Else the check fails, with a message for
the student and without an expected value. A hint is about the form: it is shown with a wrong type,
shape, length or key, not with a wrong dtype, a NaN or a number out of range.
"""

import math
import sys
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from .agreement import agreed
from .compare import as_float
from .counted import counted
from .failure import fail, kind_of, same_keys
from .frames import is_series
from .grids import all_finite, as_plain
from .untaken import opened, wrapped_as

if TYPE_CHECKING:  # a lab without them never loads them
    import numpy as np
    import torch
    from torch import Tensor

    DType = torch.dtype | tuple[torch.dtype, ...]

Shape = Sequence[int | None]
Grid = TypeVar("Grid")  # a tensor or an array


def take_tensor(
    value: Any,
    shape: Shape,
    dtype: "DType",
    what: str = "the result",
    *,
    finite: bool = True,
    least: float | None = None,
    most: float | None = None,
    hint: str = "",
) -> "Tensor":
    """A tensor of this shape and dtype, detached.

    Args:
        shape: its sizes, which come from the lab, never from the student; None: any.
        dtype: or several, of which it has one.
        finite: no NaN and no infinity in it. Only who goes on with `assert_close` may do without.
        least, most: where its values lie; needed before they serve as indices or sizes.

    Raises:
        CheckFailure: naming what differs.
    """
    import torch

    value = opened(value)
    if type(value) is not torch.Tensor and type(value) is not torch.nn.Parameter:
        fail(f"{what} should be a tensor, not of type {kind_of(value)}", hint)
    return _take_grid(value.detach(), shape, dtype, what, finite, least, most, hint)


def take_array(
    value: Any,
    shape: Shape,
    dtype: "str | np.dtype[Any] | tuple[str, ...]",
    what: str = "the result",
    *,
    finite: bool = True,
    least: float | None = None,
    most: float | None = None,
    hint: str = "",
) -> "np.ndarray[Any, Any]":
    """An array of numpy's; see `take_tensor`."""
    import numpy as np

    value = opened(value)
    if type(value) is not np.ndarray:
        fail(f"{what} should be an array, not of type {kind_of(value)}", hint)
    dtypes = tuple(map(np.dtype, dtype)) if isinstance(dtype, tuple) else np.dtype(dtype)
    return _take_grid(value, shape, dtypes, what, finite, least, most, hint)


def take_tensors(
    value: Any, like: Mapping[str, "Tensor"], what: str = "the result", *, hint: str = ""
) -> dict[str, "Tensor"]:
    """A dict of finite tensors with the names, shapes and dtypes of others: of our own model's
    parameters, say, if it holds the student's, their gradients, or what a step made of them.

    Raises:
        CheckFailure: naming the tensor that differs.
    """
    value = opened(value)
    if not isinstance(value, dict):
        fail(f"{what} should be a dict of tensors, not of type {kind_of(value)}", hint)
    same_keys(value, like, what, hint, are_values=False)
    taken = {}
    for name, one in like.items():
        taken[name] = take_tensor(value[name], one.shape, one.dtype, f"{what}[{name!r}]", hint=hint)
    return taken


def take_number(
    value: Any,
    what: str = "the result",
    *,
    least: float | None = None,
    most: float | None = None,
    hint: str = "",
) -> float:
    """A finite number, as a float; a tensor without dimensions counts as one.

    Raises:
        CheckFailure: for anything else, or a number below `least` or above `most`.
    """
    value = opened(value)
    number = _as_python(value)
    if isinstance(number, bool) or not isinstance(number, float | int):
        fail(f"{what} should be a number, not of type {kind_of(value)}", hint)
    number = as_float(number)
    if not math.isfinite(number):
        fail(f"{agreed(what, 'is')} NaN, infinite or far too large")
    if (least is not None and number < least) or (most is not None and number > most):
        fail(f"{agreed(what, 'is')} {_beyond(least, most)}")
    return number


def take_integer(
    value: Any, what: str = "the result", *, least: int, most: int, hint: str = ""
) -> int:
    """A whole number within bounds; a tensor of integers without dimensions counts as one.

    Raises:
        CheckFailure: for anything else, 3.0 and True as well.
    """
    value = opened(value)
    number = _as_python(value)
    if isinstance(number, bool) or not isinstance(number, int):
        fail(f"{what} should be a whole number, not of type {kind_of(value)}", hint)
    if not least <= number <= most:
        fail(f"{agreed(what, 'is')} {_beyond(least, most)}")
    return number


def take_flag(value: Any, what: str = "the result", *, hint: str = "") -> bool:
    """True or False; a tensor of that kind without dimensions counts as well.

    Raises:
        CheckFailure: for anything else, 1 and 0 as well.
    """
    value = opened(value)
    flag = _as_python(value)
    if not isinstance(flag, bool):
        fail(f"{what} should be True or False, not of type {kind_of(value)}", hint)
    return flag


def take_text(value: Any, what: str = "the result", *, longest: int = 1000, hint: str = "") -> str:
    """A string of at most so many characters.

    Raises:
        CheckFailure: for anything else.
    """
    value = opened(value)
    if not isinstance(value, str):
        fail(f"{what} should be a string, not of type {kind_of(value)}", hint)
    if len(value) > longest:
        fail(f"{agreed(what, 'is')} far too long")
    return value


def take_list(
    value: Any, length: int | range, what: str = "the result", *, hint: str = ""
) -> list[Any]:
    """The elements of a list or tuple, each still to be taken.

    Args:
        length: how many there are; a range where several are right.

    Raises:
        CheckFailure: for anything else.
    """
    items = opened(value)
    if not isinstance(items, list | tuple):
        fail(f"{what} should be a list or tuple, not of type {kind_of(items)}", hint)
    _fits(len(items), length, "element", what, hint)
    return [wrapped_as(value, item) for item in items]


def take_dict(
    value: Any, keys: Collection[str], what: str = "the result", *, hint: str = ""
) -> dict[str, Any]:
    """What stands under these keys, each still to be taken; further ones are left out.

    Raises:
        CheckFailure: for what is no dict, or lacks a key.
    """
    items = opened(value)
    if not isinstance(items, dict):
        fail(f"{what} should be a dict, not of type {kind_of(items)}", hint)
    if missing := [key for key in keys if key not in items]:
        fail(f"{what} lacks {', '.join(map(repr, missing))}", hint)
    return {key: wrapped_as(value, items[key]) for key in keys}


def take_set(
    value: Any, size: int | range, what: str = "the result", *, hint: str = ""
) -> frozenset[Any]:
    """The elements of a set: texts, numbers and tuples of them, each still to be looked at.

    Args:
        size: how many there are; a range where several are right.

    Raises:
        CheckFailure: for anything else.
    """
    value = opened(value)
    if not isinstance(value, set | frozenset):
        fail(f"{what} should be a set, not of type {kind_of(value)}", hint)
    _fits(len(value), size, "element", what, hint)
    return frozenset(value)


def take_frame(
    value: Any,
    columns: Mapping[str, str] | Collection[str],
    rows: int | range,
    what: str = "the data frame",
    *,
    library: str = "pandas",
    finite: bool = True,
    hint: str = "",
) -> Any:
    """A data frame with these columns, in this order; further ones are left out.

    Args:
        columns: their names; as a dict, with the name of each one's dtype.
        rows: how many there are; a range where several are right.
        library: whose frame it has to be, "pandas" or "polars".
        finite: no gap, NaN or infinity in any of these columns.

    Raises:
        CheckFailure: naming what differs.
    """
    value = opened(value)
    frame_type = getattr(sys.modules.get(library), "DataFrame", None)
    if type(value) is not frame_type:
        fail(f"{what} should be a data frame of {library}, not of type {kind_of(value)}", hint)
    names = list(value.columns)
    if missing := [name for name in columns if name not in names]:
        fail(f"{what} lacks the columns {', '.join(map(repr, missing))}", hint)
    if twice := [name for name in columns if names.count(name) > 1]:
        fail(f"{agreed(what, 'has')} more than one column {', '.join(map(repr, twice))}", hint)
    _fits(len(value), rows, "row", what, hint)
    for name in columns:
        dtype = columns[name] if isinstance(columns, Mapping) else None
        named = f"column {name!r} of {what}"
        take_series(
            value[name], len(value), dtype, named, library=library, finite=finite, hint=hint
        )
    return value[list(columns)]


def take_series(
    value: Any,
    length: int | range,
    dtype: str | None = None,
    what: str = "the series",
    *,
    library: str = "pandas",
    finite: bool = True,
    hint: str = "",
) -> Any:
    """A series of this length and dtype; see `take_frame`."""
    value = opened(value)
    if not is_series(value) or not type(value).__module__.startswith(library):
        fail(f"{what} should be a series of {library}, not of type {kind_of(value)}", hint)
    _fits(len(value), length, "value", what, hint)
    if dtype is not None and str(value.dtype) != dtype:
        fail(f"{agreed(what, 'has')} dtype {value.dtype}, not {dtype}", hint)
    if finite and _has_gaps(value):
        fail(f"{agreed(what, 'contains')} gaps, NaN or infinity", hint)
    return value


def _has_gaps(series: Any) -> bool:
    values = series.to_list()
    floats = [value for value in values if isinstance(value, float)]
    gaps = series.is_null() if hasattr(series, "is_null") else series.isna()
    return bool(gaps.any()) or not all(map(math.isfinite, floats))


def _fits(size: int, wanted: int | range, of_what: str, what: str, hint: str) -> None:
    if size not in (wanted if isinstance(wanted, range) else (wanted,)):
        belong = "" if isinstance(wanted, range) else f" where {wanted} belong"
        fail(f"{what}: {counted(size, of_what)}{belong}", hint)


def _as_python(value: Any) -> Any:
    """A tensor without dimensions, or one of numpy's own numbers, as Python has it."""
    torch = sys.modules.get("torch")
    if torch is not None and type(value) in (torch.Tensor, torch.nn.Parameter):
        return value.item() if value.ndim == 0 else value
    return as_plain(value)


def _take_grid(
    value: Grid,
    shape: Shape,
    dtype: Any,
    what: str,
    finite: bool,
    least: float | None,
    most: float | None,
    hint: str,
) -> Grid:
    grid: Any = value
    sizes = tuple(grid.shape)
    fits = (size == wanted or wanted is None for size, wanted in zip(sizes, shape, strict=False))
    if len(sizes) != len(shape) or not all(fits):
        wanted = ", ".join("any" if size is None else str(size) for size in shape)
        fail(f"{agreed(what, 'has')} shape {sizes}, not ({wanted}{',' * (len(shape) == 1)})", hint)
    dtypes = dtype if isinstance(dtype, tuple) else (dtype,)
    if grid.dtype not in dtypes:
        fail(f"{agreed(what, 'has')} dtype {grid.dtype}, not {' or '.join(map(str, dtypes))}")
    if finite and not all_finite(grid):
        fail(f"{agreed(what, 'contains')} NaN or infinity")
    too_small = least is not None and bool((grid < least).any())
    if too_small or (most is not None and bool((grid > most).any())):
        fail(f"{agreed(what, 'holds')} numbers {_beyond(least, most)}")
    return value


def _beyond(least: float | None, most: float | None) -> str:
    """Where a number lies that is out of range."""
    sides = [f"below {least}"] * (least is not None) + [f"above {most}"] * (most is not None)
    return " or ".join(sides)
