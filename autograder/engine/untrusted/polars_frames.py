"""Data frames and series of polars on the wire, column by column.

Columns of numbers, truth values, texts, bytes, dates, times, durations, categories and nothing at
all cross, gaps included. Lists, structs and the like stay behind, and the frame with them.
"""

import re
import sys
from pathlib import Path
from typing import Any

from .forms import Form, Kind, Reader, Sample, Wire, Writer, distrusted
from .frame import MalformedFrame

LIBRARY = "polars"
KINDS = (Kind.POLARS_FRAME, Kind.POLARS_SERIES)
NUMBERS = (
    *("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64"),
    *("Float32", "Float64"),
)
TEXTS = {"String": str, "Binary": bytes, "Boolean": bool, "Categorical": str, "Null": type(None)}
TIMES = ("Date", "Time", "Datetime", "Duration")  # by the whole numbers that stand for them
UNITS = {"ms": 10**3, "us": 10**6, "ns": 10**9}  # in a second
DAY_S = 24 * 60 * 60
FIRST_AND_LAST_DAY = (-719_162, 2_932_896)  # of the years 1 to 9999, from 1970-01-01
MOST_COLUMNS = 10_000
OF_THE_POOL = re.compile(r"polars-\d+")  # what its threads are called that compute


def has_threads() -> bool:
    """Whether it has computed in this process: who is forked from it and computes waits for ever
    for threads that no fork has."""
    names = (thread.read_text() for thread in Path("/proc/self/task").glob("*/comm"))
    return any(OF_THE_POOL.match(name) for name in names)


def forms() -> tuple[Form, ...]:
    """Frames and series; a lazy frame stays behind until it is collected."""
    import polars as pl

    return (
        Form(Kind.POLARS_FRAME, (pl.DataFrame,), _write_frame, distrusted(_read_frame)),
        Form(Kind.POLARS_SERIES, (pl.Series,), _write_series, distrusted(_read_series)),
    )


def _write_frame(writer: Writer, frame: Any, depth: int) -> Wire | None:
    columns = writer.write_plain(frame.get_columns(), depth)
    return None if columns is None else [Kind.POLARS_FRAME, *columns]


def _read_frame(reader: Reader, wire: Wire, depth: int) -> Any:
    import polars as pl

    columns = [reader.read_as(part, depth, Kind.POLARS_SERIES) for part in wire[1:]]
    return pl.DataFrame(columns)


def _write_series(writer: Writer, series: Any, depth: int) -> Wire | None:
    import polars as pl

    dtype, name = series.dtype, str(series.dtype.base_type())
    zone, unit = getattr(dtype, "time_zone", None), getattr(dtype, "time_unit", None)
    if name in TIMES:
        series = series.to_physical()
    elif name not in NUMBERS and name not in TEXTS:
        return None
    if name in TEXTS or series.null_count():
        values: Any = (
            series.cast(pl.String).to_list() if name == "Categorical" else series.to_list()
        )
    else:
        values = series.to_numpy()
    wire = writer.write(values, depth)
    return [Kind.POLARS_SERIES, series.name, name, unit, zone, wire]


def _read_series(reader: Reader, wire: Wire, depth: int) -> Any:
    match wire:
        case [_, str(name), str(dtype), unit, zone, values]:
            values = reader.read_as(values, depth, Kind.ARRAY, Kind.LIST)
            return _series(name, dtype, unit, zone, values)
    raise MalformedFrame("no series")


def _series(name: str, dtype: str, unit: Any, zone: Any, values: Any) -> Any:
    import polars as pl

    is_array = not isinstance(values, list)
    if dtype in TIMES:
        kind: Any = getattr(pl, dtype)
        if dtype in ("Datetime", "Duration"):
            if unit not in UNITS or not (zone is None or type(zone) is str):
                raise MalformedFrame("no unit of time")
            kind = kind(unit, zone) if dtype == "Datetime" else kind(unit)
        whole = _series(name, "Int32" if dtype == "Date" else "Int64", None, None, values)
        _check_times(whole, dtype, unit)
        return whole.cast(kind)
    if dtype in NUMBERS:
        kind = getattr(pl, dtype)
        if is_array and values.ndim == 1 and values.dtype.kind in "iuf":
            series = pl.Series(name, values)
            if series.dtype == kind:
                return series
        elif not is_array and all(type(value) in (int, float, type(None)) for value in values):
            return pl.Series(name, values, dtype=kind, strict=True)
    elif (
        dtype in TEXTS
        and not is_array
        and all(value is None or type(value) is TEXTS[dtype] for value in values)
    ):
        return pl.Series(name, values, dtype=getattr(pl, dtype), strict=True)
    raise MalformedFrame("no column")


def _check_times(whole: Any, dtype: str, unit: Any) -> None:
    """Refuse times that no calendar has: whoever shows them would panic."""
    least, most = {
        "Date": FIRST_AND_LAST_DAY,
        "Time": (0, DAY_S * UNITS["ns"] - 1),
        "Datetime": tuple(day * DAY_S * UNITS.get(unit, 1) for day in FIRST_AND_LAST_DAY),
    }.get(dtype, (None, None))
    if least is None or not len(whole) or whole.min() is None:
        return
    if whole.min() < least or whole.max() > most:
        raise MalformedFrame("no such time")


def _is_known(value: Any) -> bool:
    pl = sys.modules.get(LIBRARY)
    return pl is not None and isinstance(value, pl.DataFrame | pl.Series)


def filled(value: Any, number: float) -> Any:
    """A frame or series of the same form with one number, or its text, in every place that takes
    one; None for others."""
    if not _is_known(value):
        return None
    import polars as pl

    if isinstance(value, pl.DataFrame):
        return pl.DataFrame([filled(column, number) for column in value.get_columns()])
    name = str(value.dtype.base_type())
    if name in ("Float32", "Float64"):
        items: list[Any] = [float(number)]
    elif name in NUMBERS:
        items = [int(number != 0)]
    elif name in ("String", "Categorical"):
        items = [str(number)]
    elif name == "Boolean":
        items = [bool(number)]
    else:
        items = value.to_list()[:1]
    return pl.Series(value.name, items * len(value), dtype=value.dtype)


def drawn(value: Any, seed: int) -> Any:
    """The same by chance; None for others."""
    return filled(value, seed % 10)


def sampled(value: Any, sample: Sample) -> Any:
    """Form and some values; None for others."""
    if not _is_known(value):
        return None
    import polars as pl

    if isinstance(value, pl.DataFrame):
        return [sampled(column, sample) for column in value.get_columns()[: sample.most]]
    items = value.to_list()
    chosen = [items[place] for place in sample.places(len(items))]
    kept = [item if type(item) in (bool, int, float) else str(item) for item in chosen]
    return value.name, str(value.dtype), len(items), kept
