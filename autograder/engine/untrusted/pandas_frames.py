"""Data frames, series and indexes of pandas on the wire, column by column, and its own scalars.

Columns cross if they hold numbers, truth values, dates (with a time zone), durations, texts,
categories, intervals, periods, numbers with gaps (`Int64` and its kin), or objects that can cross
one by one. Sparse columns and those of other libraries stay behind, and the frame with them.
"""

import re
import sys
from collections.abc import Callable
from datetime import timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from . import arrays
from .forms import Form, Kind, Reader, Sample, Wire, Writer, distrusted
from .frame import MalformedFrame

LIBRARY = "pandas"
KINDS = (
    *(Kind.FRAME, Kind.SERIES, Kind.INDEX, Kind.RANGE_INDEX, Kind.MULTI_INDEX, Kind.MISSING),
    *(Kind.TIMESTAMP, Kind.TIMEDELTA, Kind.INTERVAL, Kind.MASKED, Kind.STRINGS),
    *(Kind.CATEGORICAL, Kind.ZONED, Kind.INTERVALS, Kind.PERIOD, Kind.PERIODS),
)
ARRAYS = (Kind.ARRAY, Kind.OBJECTS)
COLUMNS = (
    *(*ARRAYS, Kind.MASKED, Kind.STRINGS, Kind.CATEGORICAL),
    *(Kind.ZONED, Kind.INTERVALS, Kind.PERIODS),
)
INDEXES = (Kind.INDEX, Kind.RANGE_INDEX, Kind.MULTI_INDEX)
UNITS = ("s", "ms", "us", "ns")  # of its dates
SIDES = ("left", "right", "both", "neither")  # of an interval, closed
# How long a period is: "M", "2D", "Q-DEC".
FREQUENCY = re.compile(r"[0-9]{0,4}(Y-[A-Z]{3}|Q-[A-Z]{3}|M|W-[A-Z]{3}|D|h|min|s|ms|us|ns)")
ZONE = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,2}")
DAY_S = 24 * 60 * 60
MAX_LEVELS = 32
MAX_LABELS = 2**31  # of a range
MISSING_VALUES = ("NaT", "NA")


def forms() -> tuple[Form, ...]:
    """All that crosses; subclasses stay behind."""
    import pandas as pd

    masked = (pd.arrays.IntegerArray, pd.arrays.FloatingArray, pd.arrays.BooleanArray)
    indexes = (
        *(pd.Index, pd.DatetimeIndex, pd.TimedeltaIndex),
        *(pd.CategoricalIndex, pd.IntervalIndex, pd.PeriodIndex),
    )
    plain = (pd.arrays.NumpyExtensionArray, pd.arrays.DatetimeArray, pd.arrays.TimedeltaArray)
    interval, missing = (pd.Interval,), (type(pd.NaT), type(pd.NA))
    table = (
        Form(Kind.FRAME, (pd.DataFrame,), _write_frame, _read_frame),
        Form(Kind.SERIES, (pd.Series,), _write_series, _read_series),
        Form(Kind.INDEX, indexes, _write_index, _read_index),
        Form(Kind.RANGE_INDEX, (pd.RangeIndex,), _write_range_index, _read_range_index),
        Form(Kind.MULTI_INDEX, (pd.MultiIndex,), _write_multi_index, _read_multi_index),
        Form(Kind.MASKED, masked, _write_masked, _read_masked),
        Form(Kind.STRINGS, _string_arrays(), _write_strings, _read_strings),
        Form(Kind.CATEGORICAL, (pd.Categorical,), _write_categorical, _read_categorical),
        Form(Kind.ZONED, plain, _write_plain_column, _read_zoned),
        Form(Kind.INTERVALS, (pd.arrays.IntervalArray,), _write_intervals, _read_intervals),
        Form(Kind.PERIODS, (pd.arrays.PeriodArray,), _write_periods, _read_periods),
        Form(Kind.PERIOD, (pd.Period,), _write_period, _read_period),
        Form(Kind.MISSING, missing, _write_missing, _read_missing),
        Form(Kind.TIMESTAMP, (pd.Timestamp,), _write_timestamp, _read_timestamp),
        Form(Kind.TIMEDELTA, (pd.Timedelta,), _write_timedelta, _read_timedelta),
        Form(Kind.INTERVAL, interval, _write_interval, _read_interval),
    )
    return tuple(form._replace(read=distrusted(form.read)) for form in table)


def _string_arrays() -> tuple[type, ...]:
    import pandas as pd

    names = ("StringArray", "ArrowStringArray")
    return tuple({getattr(pd.arrays, name) for name in names if hasattr(pd.arrays, name)})


# -- frames, series, indexes --------------------------------------------------------------------


def _write_frame(writer: Writer, frame: Any, depth: int) -> Wire | None:
    """A frame of one dtype as a single array, else column by column."""
    dtypes = set(frame.dtypes)
    if frame.shape[1] > 1 and len(dtypes) == 1 and _is_plain(*dtypes):
        columns = [frame.to_numpy()]
    else:
        columns = [frame.iloc[:, place].array for place in range(frame.shape[1])]
    return _plain(writer, Kind.FRAME, [frame.columns, frame.index, *columns], depth)


def _is_plain(dtype: Any) -> bool:
    import numpy as np

    return isinstance(dtype, np.dtype) and dtype.kind in "biufcMm"


def _read_frame(reader: Reader, wire: Wire, depth: int) -> Any:
    import pandas as pd

    if len(wire) < 3:
        raise MalformedFrame("no data frame")
    names = reader.read_as(wire[1], depth, *INDEXES)
    index = reader.read_as(wire[2], depth, *INDEXES)
    columns = [reader.read_as(part, depth, *COLUMNS) for part in wire[3:]]
    if len(columns) == 1 and getattr(columns[0], "ndim", 1) == 2:
        frame = pd.DataFrame(columns[0], index=index)
        if frame.shape[1] != len(names):
            raise MalformedFrame("a data frame of another width than its names have")
    else:
        if len(columns) != len(names) or any(_length(one) != len(index) for one in columns):
            raise MalformedFrame("columns of other sizes")
        held = {place: _series(column, index) for place, column in enumerate(columns)}
        frame = pd.DataFrame(held, index=index)
    frame.columns = names
    return frame


def _length(column: Any) -> int:
    if getattr(column, "ndim", 1) != 1:
        raise MalformedFrame("a column with further dimensions")
    return len(column)


def _series(column: Any, index: Any) -> Any:
    import pandas as pd

    return pd.Series(column, index=index, dtype=column.dtype)  # else objects become texts


def _write_series(writer: Writer, series: Any, depth: int) -> Wire | None:
    return _named(writer, Kind.SERIES, series.name, [series.index, series.array], depth)


def _read_series(reader: Reader, wire: Wire, depth: int) -> Any:
    match wire:
        case [_, name, index, column]:
            (name,) = reader.read_keys([name], depth)
            index = reader.read_as(index, depth, *INDEXES)
            column = reader.read_as(column, depth, *COLUMNS)
            if _length(column) == len(index):
                return _series(column, index).rename(name)
    raise MalformedFrame("no series")


def _write_index(writer: Writer, index: Any, depth: int) -> Wire | None:
    return _named(writer, Kind.INDEX, index.name, [index.array], depth)


def _read_index(reader: Reader, wire: Wire, depth: int) -> Any:
    import pandas as pd

    match wire:
        case [_, name, column]:
            (name,) = reader.read_keys([name], depth)
            if _kind(column) == Kind.OBJECTS:  # labels are hashed when one is looked up
                reader.read_keys(column[2:], depth)
            column = reader.read_as(column, depth, *COLUMNS)
            _length(column)
            return pd.Index(column, dtype=column.dtype, name=name)
    raise MalformedFrame("no index")


def _write_range_index(writer: Writer, index: Any, depth: int) -> Wire | None:
    span = range(index.start, index.stop, index.step)
    if len(span) > MAX_LABELS:
        return None
    return _named(writer, Kind.RANGE_INDEX, index.name, [span], depth)


def _read_range_index(reader: Reader, wire: Wire, depth: int) -> Any:
    import pandas as pd

    match wire:
        case [_, name, span]:
            (name,) = reader.read_keys([name], depth)
            span = reader.read_as(span, depth, Kind.RANGE)
            if len(span) <= MAX_LABELS:
                return pd.RangeIndex(span, name=name)
    raise MalformedFrame("no index")


def _write_multi_index(writer: Writer, index: Any, depth: int) -> Wire | None:
    levels, codes = map(_listed, index.levels), [level.copy() for level in index.codes]
    return _plain(writer, Kind.MULTI_INDEX, [list(index.names), *levels, *codes], depth)


def _listed(index: Any) -> Any:
    """An index label by label: a range may claim more of them than memory holds, where pandas
    writes all of them down."""
    import pandas as pd

    if type(index) is pd.RangeIndex:
        return pd.Index(index.to_numpy(), name=index.name)
    return index


def _read_multi_index(reader: Reader, wire: Wire, depth: int) -> Any:
    import pandas as pd

    match wire:
        case [_, [Kind.LIST, *names], *parts] if 0 < len(names) <= MAX_LEVELS and len(
            parts
        ) == 2 * len(names):
            names = reader.read_keys(names, depth)
            half = len(names)
            levels = [reader.read_as(part, depth, Kind.INDEX) for part in parts[:half]]
            codes = [reader.read_as(part, depth, Kind.ARRAY) for part in parts[half:]]
            if all(one.ndim == 1 and one.dtype.kind == "i" for one in codes):
                return pd.MultiIndex(levels=levels, codes=codes, names=names)
    raise MalformedFrame("no index")


def _plain(writer: Writer, kind: int, parts: list[Any], depth: int) -> Wire | None:
    wires = writer.write_plain(parts, depth)
    return None if wires is None else [kind, *wires]


def _named(writer: Writer, kind: int, name: Any, parts: list[Any], depth: int) -> Wire | None:
    names = writer.write_keys([name], depth)
    wires = writer.write_plain(parts, depth)
    return None if names is None or wires is None else [kind, *names, *wires]


def _kind(wire: Any) -> Any:
    return wire[0] if type(wire) is list and wire else None


# -- columns ------------------------------------------------------------------------------------


def _write_plain_column(writer: Writer, column: Any, depth: int) -> Any:
    """A column of numpy's dtypes as the array that it is; dates of a zone by their time in UTC."""
    import pandas as pd

    if isinstance(column.dtype, pd.DatetimeTZDtype):
        zone = _zone_name(column.dtype.tz)
        moments = column.asi8.view(f"M8[{column.dtype.unit}]")
        return None if zone is None else _plain(writer, Kind.ZONED, [zone, moments], depth)
    return writer.write(column.to_numpy(), depth)


def _read_zoned(reader: Reader, wire: Wire, depth: int) -> Any:
    import pandas as pd

    match wire:
        case [_, zone, moments]:
            moments = reader.read_as(moments, depth, Kind.ARRAY)
            if moments.ndim == 1 and moments.dtype.kind == "M":
                return pd.Series(moments).dt.tz_localize("UTC").dt.tz_convert(_zone(zone)).array
    raise MalformedFrame("no dates")


def _write_masked(writer: Writer, column: Any, depth: int) -> Wire | None:
    return _plain(writer, Kind.MASKED, [column._data, column._mask], depth)


def _read_masked(reader: Reader, wire: Wire, depth: int) -> Any:
    import pandas as pd

    match wire:
        case [_, data, mask]:
            data, mask = (reader.read_as(part, depth, Kind.ARRAY) for part in (data, mask))
            kinds = {
                "i": pd.arrays.IntegerArray,
                "u": pd.arrays.IntegerArray,
                "f": pd.arrays.FloatingArray,
                "b": pd.arrays.BooleanArray,
            }
            is_mask = mask.dtype == bool and data.ndim == 1 and data.shape == mask.shape
            if is_mask and data.dtype.kind in kinds:
                return kinds[data.dtype.kind](data, mask)
    raise MalformedFrame("no column with gaps")


def _write_strings(writer: Writer, column: Any, depth: int) -> Wire | None:
    import pandas as pd

    texts = [text if type(text) is str else None for text in column]
    return [Kind.STRINGS, column.dtype.na_value is pd.NA, *writer.write_all(texts, depth)]


def _read_strings(reader: Reader, wire: Wire, depth: int) -> Any:
    import numpy as np
    import pandas as pd

    match wire:
        case [_, bool(shows_na), *texts] if all(
            text is None or type(text) is str for text in texts
        ):
            dtype = pd.StringDtype(na_value=pd.NA if shows_na else np.nan)
            return pd.array(arrays.boxed(texts), dtype=dtype)
    raise MalformedFrame("no texts")


def _write_categorical(writer: Writer, column: Any, depth: int) -> Wire | None:
    parts = [bool(column.ordered), column.codes.copy(), _listed(column.categories)]
    return _plain(writer, Kind.CATEGORICAL, parts, depth)


def _read_categorical(reader: Reader, wire: Wire, depth: int) -> Any:
    import pandas as pd

    match wire:
        case [_, bool(ordered), codes, categories]:
            codes = reader.read_as(codes, depth, Kind.ARRAY)
            categories = reader.read_as(categories, depth, Kind.INDEX)
            if codes.ndim == 1 and codes.dtype.kind == "i":
                return pd.Categorical.from_codes(codes, categories=categories, ordered=ordered)
    raise MalformedFrame("no categories")


def _write_intervals(writer: Writer, column: Any, depth: int) -> Wire | None:
    ends = _listed(column.left), _listed(column.right)
    return _plain(writer, Kind.INTERVALS, [column.closed, *ends], depth)


def _read_intervals(reader: Reader, wire: Wire, depth: int) -> Any:
    import pandas as pd

    match wire:
        case [_, str(side), left, right] if side in SIDES:
            left, right = (reader.read_as(part, depth, Kind.INDEX) for part in (left, right))
            return pd.arrays.IntervalArray.from_arrays(left, right, closed=side)
    raise MalformedFrame("no intervals")


def _write_periods(writer: Writer, column: Any, depth: int) -> Wire | None:
    length = column.freqstr
    return (
        _plain(writer, Kind.PERIODS, [length, column.asi8], depth) if _is_length(length) else None
    )


def _read_periods(reader: Reader, wire: Wire, depth: int) -> Any:
    import pandas as pd

    match wire:
        case [_, length, numbers] if _is_length(length):
            numbers = reader.read_as(numbers, depth, Kind.ARRAY)
            if numbers.ndim == 1 and numbers.dtype == "int64":
                return pd.arrays.PeriodArray(numbers, dtype=pd.PeriodDtype(length))
    raise MalformedFrame("no periods")


def _is_length(name: Any) -> bool:
    return type(name) is str and FREQUENCY.fullmatch(name) is not None


# -- scalars ------------------------------------------------------------------------------------


def _write_missing(writer: Writer, value: Any, depth: int) -> Wire:
    import pandas as pd

    return [Kind.MISSING, int(value is pd.NA)]


def _read_missing(reader: Reader, wire: Wire, depth: int) -> Any:
    import pandas as pd

    match wire:
        case [_, int(place)] if type(place) is int and 0 <= place < len(MISSING_VALUES):
            return getattr(pd, MISSING_VALUES[place])
    raise MalformedFrame("no missing value")


def _write_timestamp(writer: Writer, value: Any, depth: int) -> Wire | None:
    zone = None if value.tz is None else _zone_name(value.tz)
    if value.tz is not None and zone is None:
        return None
    return [Kind.TIMESTAMP, zone, value.unit, value.asm8.astype("int64").item()]


def _read_timestamp(reader: Reader, wire: Wire, depth: int) -> Any:
    import pandas as pd

    match wire:
        case [_, zone, str(unit), number] if unit in UNITS and _is_moment(number):
            moment = pd.Timestamp(arrays.moment("M", number, unit))
            return moment if zone is None else moment.tz_localize("UTC").tz_convert(_zone(zone))
    raise MalformedFrame("no moment")


def _write_timedelta(writer: Writer, value: Any, depth: int) -> Wire:
    return [Kind.TIMEDELTA, value.unit, value.asm8.astype("int64").item()]


def _read_timedelta(reader: Reader, wire: Wire, depth: int) -> Any:
    import pandas as pd

    match wire:
        case [_, str(unit), number] if unit in UNITS and _is_moment(number):
            return pd.Timedelta(arrays.moment("m", number, unit))
    raise MalformedFrame("no duration")


def _is_moment(number: Any) -> bool:
    return type(number) is int and -(2**63) < number < 2**63  # the least one means: not a time


def _write_interval(writer: Writer, value: Any, depth: int) -> Wire | None:
    return _plain(writer, Kind.INTERVAL, [value.closed, value.left, value.right], depth)


def _read_interval(reader: Reader, wire: Wire, depth: int) -> Any:
    import pandas as pd

    match wire:
        case [_, str(side), left, right] if side in SIDES:
            ends = reader.read_keys([left, right], depth)
            return pd.Interval(*ends, closed=side)
    raise MalformedFrame("no interval")


def _write_period(writer: Writer, value: Any, depth: int) -> Wire | None:
    length = value.freqstr
    return [Kind.PERIOD, length, int(value.ordinal)] if _is_length(length) else None


def _read_period(reader: Reader, wire: Wire, depth: int) -> Any:
    import pandas as pd

    match wire:
        case [_, length, number] if _is_length(length) and _is_moment(number):
            return pd.Period(ordinal=number, freq=length)
    raise MalformedFrame("no period")


def _zone_name(zone: Any) -> str | int | None:
    """The name of a time zone, or its distance to UTC in seconds; None if it has neither."""
    key = getattr(zone, "key", None)
    if type(key) is str and ZONE.fullmatch(key):
        return key
    offset = zone.utcoffset(None)
    return None if offset is None else int(offset.total_seconds())


def _zone(name: Any) -> Any:
    if type(name) is str and ZONE.fullmatch(name):
        return ZoneInfo(name)
    if type(name) is int and abs(name) < DAY_S:
        return timezone(timedelta(seconds=name))
    raise MalformedFrame("no time zone")


# -- what liars and reports make of them --------------------------------------------------------


def _is_known(value: Any) -> bool:
    pd = sys.modules.get(LIBRARY)
    return pd is not None and isinstance(value, pd.DataFrame | pd.Series | pd.Index)


def filled(value: Any, number: float) -> Any:
    """A frame, series or index of the same form with one number, or its text, in every place that
    takes one; None for others."""
    return _changed(value, lambda array: arrays.filled(array, number), number)


def drawn(value: Any, seed: int) -> Any:
    """The same with random numbers; None for others."""
    return _changed(value, lambda array: arrays.drawn(array, seed), seed % 10)


def _changed(value: Any, change: Callable[[Any], Any], number: float) -> Any:
    if not _is_known(value):
        return None
    import pandas as pd

    if isinstance(value, pd.DataFrame):
        columns = [value.iloc[:, place] for place in range(value.shape[1])]
        held = {place: _changed(column, change, number) for place, column in enumerate(columns)}
        frame = pd.DataFrame(held, index=value.index)
        frame.columns = value.columns
        return frame
    if isinstance(value, pd.MultiIndex):
        return value.take([0] * len(value))
    column = _changed_column(value, change, number)
    if isinstance(value, pd.Index):
        return pd.Index(column, dtype=value.dtype, name=value.name)
    return pd.Series(column, index=value.index, dtype=value.dtype, name=value.name)


def _changed_column(value: Any, change: Callable[[Any], Any], number: float) -> Any:
    import numpy as np
    import pandas as pd

    if isinstance(value.dtype, pd.StringDtype):
        return [str(number)] * len(value)
    if isinstance(value.dtype, np.dtype):
        return change(value.to_numpy(copy=True))
    if isinstance(value.array, pd.arrays.FloatingArray):
        return [number] * len(value)
    if isinstance(value.array, pd.arrays.IntegerArray | pd.arrays.BooleanArray):
        return [number != 0] * len(value)
    return value.array.take([0] * len(value))  # of categories, moments and intervals the first


def sampled(value: Any, sample: Sample) -> Any:
    """Form and some values, as texts where they are no numbers; None for others."""
    if not _is_known(value):
        return None
    import pandas as pd

    if isinstance(value, pd.DataFrame):
        columns = [sampled(value.iloc[:, place], sample) for place in range(value.shape[1])]
        return list(map(str, value.columns[: sample.most])), columns[: sample.most]
    labels = list(map(str, value.index[: sample.most])) if isinstance(value, pd.Series) else []
    size = len(value)
    chosen = [
        value.iloc[place] if isinstance(value, pd.Series) else value[place]
        for place in sample.places(size)
    ]
    plain = [item.item() if hasattr(item, "item") else item for item in chosen]
    kept = [item if type(item) in (bool, int, float) else str(item) for item in plain]
    return str(getattr(value, "dtype", "")), size, labels, kept
