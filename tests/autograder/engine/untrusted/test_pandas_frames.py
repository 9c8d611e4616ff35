"""Data frames come back as they were, and no bytes make pandas do what it shouldn't."""

import contextlib
import subprocess
import sys
from datetime import date, timedelta, timezone
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.engine.untrusted import pandas_frames
from autograder.engine.untrusted.forms import Kind, Sample
from autograder.engine.untrusted.frame import Frame, MalformedFrame
from autograder.engine.untrusted.protocol import decode, encode

from .crossing import LIMIT_BYTES, through, unwrap, wrap

PROJECT = Path(__file__).resolve().parents[4]
EAST = timezone(timedelta(hours=1))

COLUMNS: dict[str, Any] = {
    "whole": [1, 2],
    "real": [1.5, np.nan],
    "small": np.array([1, 2], dtype="int8"),
    "half": np.array([1, 2], dtype="float32"),
    "complex": [1j, 2.0],
    "truth": [True, False],
    "text": ["x", None],
    "text with NA": pd.array(["x", None], dtype="string"),
    "objects": pd.Series([[1], "a"], dtype=object),
    "dates in objects": pd.Series([date(2020, 1, 1), None], dtype=object),
    "dates": pd.to_datetime(["2020-01-01", None]),
    "nanoseconds": pd.Series(["2020-01-01", None], dtype="datetime64[ns]"),
    "zoned": pd.to_datetime(["2020-01-01", "2020-07-01"]).tz_localize("Europe/Berlin"),
    "at a distance": pd.to_datetime(["2020-01-01", None]).tz_localize(EAST),
    "durations": pd.to_timedelta(["1s", None]),
    "category": pd.Categorical(["u", None]),
    "ordered": pd.Categorical([2, 1], categories=[2, 1, 3], ordered=True),
    "Int64": pd.array([1, None], dtype="Int64"),
    "UInt8": pd.array([1, None], dtype="UInt8"),
    "Float32": pd.array([1.5, None], dtype="Float32"),
    "boolean": pd.array([True, None], dtype="boolean"),
    "intervals": pd.interval_range(0, 2),
    "bins": pd.cut([1, 5], 3),
    "months": pd.PeriodIndex(["2020-01", None], freq="M"),
    "pairs of days": pd.period_range("2020", periods=2, freq="2D"),
}
INDEXES: dict[str, pd.Index] = {
    "range": pd.RangeIndex(1, 7, 3, name="r"),
    "whole": pd.Index([2, 1], name="n"),
    "real": pd.Index([2.5, np.nan]),
    "text": pd.Index(["a", "b"], name="t"),
    "mixed": pd.Index(["a", 1, (1, 2)][1:], name=("x", 1)),
    "dates": pd.date_range("2020", periods=2)._with_freq(None),
    "zoned": pd.DatetimeIndex(["2020-01-01", "2021-01-01"], tz="UTC"),
    "durations": pd.TimedeltaIndex(["1D", "2D"]),
    "categories": pd.CategoricalIndex(["a", "b"]),
    "intervals": pd.interval_range(0, 2),
    "quarters": pd.PeriodIndex(["2020Q1", "2021Q4"], freq="Q", name="q"),
    "levels": pd.MultiIndex.from_tuples([(1, "a"), (2, "b")], names=["q", None]),
    "Int64": pd.Index([1, None], dtype="Int64"),
}
FRAMES: dict[str, pd.DataFrame] = {
    "all columns": pd.DataFrame(COLUMNS),
    "one dtype": pd.DataFrame(np.arange(6.0).reshape(2, 3), columns=list("abc"), index=["x", "y"]),
    "one dtype of dates": pd.DataFrame({"a": COLUMNS["dates"], "b": COLUMNS["dates"]}),
    "nothing": pd.DataFrame(),
    "no rows": pd.DataFrame({"a": np.zeros(0), "b": np.zeros(0, dtype=int)}),
    "no columns": pd.DataFrame(index=[1, 2, 3]),
    "one cell": pd.DataFrame({"a": [1]}),
    "names twice": pd.DataFrame([[1, "a"]], columns=["x", "x"]),
    "names of all kinds": pd.DataFrame([[1, "a", 2.5]], columns=[1, "x", None]),
    "names on levels": pd.DataFrame({("a", 1): [1], ("a", 2): [2.5]}),
    "made by groups": pd.DataFrame({"a": [1, 2, 2], "b": list("xyy")})
    .groupby("b")
    .agg({"a": ["sum", "mean"]}),
    "many columns": pd.DataFrame(np.zeros((2, 2000))),
}
SCALARS: list[Any] = [
    pd.Timestamp("2020-01-01 12:00:00.123456789"), pd.Timestamp("2020", tz="Europe/Berlin"),
    pd.Timestamp("2020", tz=EAST), pd.Timedelta("1s"), pd.NaT, pd.NA, pd.Interval(0, 1),
    pd.Interval(pd.Timestamp("2020"), pd.Timestamp("2021"), closed="both"),
    pd.Period("2020-01"), pd.Period("2020Q2", freq="2Q-MAR"), pd.Period(year=-9999, freq="Y"),
]  # fmt: skip


@pytest.mark.parametrize("name", FRAMES)
def test_frames_come_back(name: str) -> None:
    pd.testing.assert_frame_equal(through(FRAMES[name]), FRAMES[name], check_freq=False)


@pytest.mark.parametrize("name", COLUMNS)
def test_series_come_back(name: str) -> None:
    series = pd.Series(COLUMNS[name], name=("a", 1), index=["p", "q"])
    pd.testing.assert_series_equal(through(series), series)


@pytest.mark.parametrize("name", INDEXES)
def test_indexes_come_back(name: str) -> None:
    pd.testing.assert_index_equal(through(INDEXES[name]), INDEXES[name], exact=True)
    series = pd.Series([1, 2], index=INDEXES[name])
    pd.testing.assert_series_equal(through(series), series)


@pytest.mark.parametrize("name", [name for name in COLUMNS if hasattr(COLUMNS[name], "dtype")])
def test_columns_alone_come_back(name: str) -> None:
    column = pd.Series(COLUMNS[name]).array
    back = through(column)
    assert pd.Series(back, dtype=back.dtype).equals(pd.Series(column, dtype=column.dtype))


@pytest.mark.parametrize("value", SCALARS, ids=str)
def test_scalars_come_back_also_as_keys(value: Any) -> None:
    assert (type(through(value)), str(through(value))) == (type(value), str(value))
    assert repr(through({value: 1})) == repr({value: 1})


class Mine(pd.DataFrame): ...


STAYS: dict[str, Any] = {
    "an endless index": pd.RangeIndex(2**40),
    "a subclass": Mine({"a": [1]}),
    "a column of functions": pd.DataFrame({"a": [print]}),
    "a list of functions in a cell": pd.Series([[print]]),
    "a sparse column": pd.Series(pd.arrays.SparseArray([0, 1])),
    "groups": pd.Series([1]).groupby([1]),
    "a window": pd.Series([1]).rolling(1),
}


@pytest.mark.parametrize("name", STAYS)
def test_others_stay_behind(name: str) -> None:
    assert through(STAYS[name]) == ("handle", 7, type(STAYS[name]).__name__)
    assert not encode(STAYS[name], wrap, LIMIT_BYTES).blobs


def test_what_comes_belongs_to_nobody_else_and_can_be_changed() -> None:
    frame = through(FRAMES["all columns"])
    frame.loc[0, "whole"] = 7
    frame["new"] = 1
    assert frame.loc[0, "whole"] == 7 and "new" not in FRAMES["all columns"]


def array(values: Any) -> list[Any]:
    """The wire of an array whose bytes `blobs` has."""
    return [Kind.ARRAY, "?BHILbhilefdFD".index(np.dtype(values).char), 2]


ROWS = [Kind.RANGE_INDEX, None, [Kind.RANGE, 0, 2, 1]]
NAMES = [Kind.INDEX, None, [Kind.OBJECTS, [1], "a"]]
LONGS = np.array([0, 5]).tobytes()
MALFORMED: dict[str, tuple[Any, bytes]] = {
    "nothing": ([Kind.FRAME], b""),
    "no rows": ([Kind.FRAME, NAMES], b""),
    "a list as index": ([Kind.FRAME, NAMES, [Kind.LIST], array("l")], LONGS),
    "two names of one column": ([Kind.FRAME, ROWS, ROWS, array("l")], LONGS),
    "more rows than values": (
        [Kind.FRAME, NAMES, [Kind.RANGE_INDEX, None, [Kind.RANGE, 0, 3, 1]], array("l")], LONGS),
    "a column of lists": ([Kind.FRAME, NAMES, ROWS, [Kind.LIST, 1, 2]], b""),
    "a column of columns": ([Kind.FRAME, NAMES, ROWS, [Kind.ARRAY, 7, 2, 1, 1]], LONGS),
    "a name that is a list": ([Kind.SERIES, [Kind.LIST], ROWS, array("l")], LONGS),
    "a name that is a handle": ([Kind.SERIES, [Kind.HANDLE, 1, "x"], ROWS, array("l")], LONGS),
    "labels that are lists": ([Kind.INDEX, None, [Kind.OBJECTS, [1], [Kind.LIST]]], b""),
    "labels chosen to collide": (
        [Kind.INDEX, None, [Kind.OBJECTS, [3000], *([Kind.TUPLE, n] for n in range(3000))]], b""),
    "levels without codes": ([Kind.MULTI_INDEX, [Kind.LIST, "a"], NAMES], b""),
    "codes beyond their level": ([Kind.MULTI_INDEX, [Kind.LIST, "a"], NAMES, array("l")], LONGS),
    "codes beyond their categories": ([Kind.CATEGORICAL, False, array("l"), NAMES], LONGS),
    "categories that are no index": ([Kind.CATEGORICAL, False, array("l"), [Kind.LIST]], LONGS),
    "gaps of numbers": ([Kind.MASKED, array("l"), array("l")], LONGS * 2),
    "gaps of another size": ([Kind.MASKED, array("l"), [Kind.ARRAY, 0, 1]], LONGS + b"\x00"),
    "texts of numbers": ([Kind.STRINGS, True, 1], b""),
    "a zone of elsewhere": ([Kind.ZONED, "../../etc/passwd", [Kind.ARRAY, 24, 2]], LONGS),
    "a zone that is none": ([Kind.ZONED, "Atlantis/Capital", [Kind.ARRAY, 24, 2]], LONGS),
    "a zone of two days": ([Kind.ZONED, 200_000, [Kind.ARRAY, 24, 2]], LONGS),
    "zoned numbers": ([Kind.ZONED, "UTC", array("l")], LONGS),
    "a moment of no unit": ([Kind.TIMESTAMP, None, "weeks", 1], b""),
    "a moment of text": ([Kind.TIMESTAMP, None, "ns", "1"], b""),
    "a moment out of range": ([Kind.TIMESTAMP, "Europe/Berlin", "s", 2**62], b""),
    "a duration out of range": ([Kind.TIMEDELTA, "s", 2**70 % 2**64 - 2**63], b""),
    "an interval with odd ends": ([Kind.INTERVAL, "left", "a", "b"], b""),
    "an interval of lists": ([Kind.INTERVAL, "left", [Kind.LIST], [Kind.LIST]], b""),
    "an open question": ([Kind.INTERVAL, "ajar", 0, 1], b""),
    "intervals backwards": ([Kind.INTERVALS, "left", NAMES, ROWS], b""),
    "endless rows": ([Kind.FRAME, NAMES, [Kind.RANGE_INDEX, None, [Kind.RANGE, 0, 2**60, 1]]], b""),
    "endless categories": (
        [Kind.CATEGORICAL, False, array("l"), [Kind.RANGE_INDEX, None, [Kind.RANGE, 0, 2**30, 1]]],
        LONGS),
    "no missing value": ([Kind.MISSING, 2], b""),
    "periods of no length": ([Kind.PERIODS, "B", array("l")], LONGS),
    "periods of truth": ([Kind.PERIODS, "M", array("?")], b"\x00\x01"),
    "a period of text": ([Kind.PERIOD, "M", "1"], b""),
    "a period of endless length": ([Kind.PERIOD, "9" * 99 + "M", 1], b""),
    "a period of no length": ([Kind.PERIOD, "0M", 1], b""),
}  # fmt: skip


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_frames_are_refused(name: str) -> None:
    wire, blobs = MALFORMED[name]
    with pytest.raises(MalformedFrame):
        decode(Frame(msgpack.packb(wire), blobs), unwrap)


wires = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-9, 9), st.floats(), st.text(max_size=3),
        st.sampled_from([ROWS, NAMES, array("l"), [Kind.ARRAY, 0, 2], "UTC", "left", "ns"]),
    ),
    lambda inner: st.tuples(
        st.sampled_from([*pandas_frames.KINDS, *pandas_frames.COLUMNS]), st.lists(inner, max_size=5)
    ).map(lambda pair: [pair[0], *pair[1]]),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(wires, st.binary(max_size=80))
def test_any_wire_is_a_value_or_malformed(wire: Any, blobs: bytes) -> None:
    with contextlib.suppress(MalformedFrame):
        decode(Frame(msgpack.packb(wire), blobs), unwrap)


FIXED = [encode(value, wrap, LIMIT_BYTES) for value in (FRAMES["all columns"], *INDEXES.values())]


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(FIXED), st.integers(0), st.integers(0, 255))
def test_a_changed_byte_is_a_value_or_malformed(sent: Frame, place: int, byte: int) -> None:
    header = bytearray(sent.header)
    header[place % len(header)] = byte
    with contextlib.suppress(MalformedFrame):
        str(decode(Frame(header, sent.blobs), unwrap))


@settings(deadline=None)
@given(
    st.dictionaries(
        st.text(max_size=5),
        st.sampled_from(sorted(COLUMNS)),
        max_size=4,
    )
)
def test_frames_of_any_columns_come_back(names: dict[str, str]) -> None:
    frame = pd.DataFrame({name: COLUMNS[kind] for name, kind in names.items()})
    pd.testing.assert_frame_equal(through(frame), frame, check_freq=False)


@pytest.mark.parametrize("name", [*COLUMNS])
def test_liars_have_other_values_in_the_same_form(name: str) -> None:
    frame = pd.DataFrame({"a": COLUMNS[name], "b": [1, 2]})
    for made in (pandas_frames.filled(frame, 0), pandas_frames.drawn(frame, 1)):
        assert made.dtypes.equals(frame.dtypes) and made.shape == frame.shape
        assert not made.equals(frame)
    assert pandas_frames.filled([1], 0) is None


@pytest.mark.parametrize("name", INDEXES)
def test_liars_have_other_labels(name: str) -> None:
    made = pandas_frames.filled(INDEXES[name], 0)
    assert (type(made) is type(INDEXES[name]) or name == "range") and len(made) == 2
    assert not made.equals(INDEXES[name])


def test_samples_tell_frames_apart() -> None:
    frame = FRAMES["all columns"]
    samples = [
        str(pandas_frames.sampled(one, Sample(64))) for one in (frame, frame.copy(), frame[::-1])
    ]
    assert samples[0] == samples[1] != samples[2]
    assert " at 0x" not in samples[0]
    assert len(pandas_frames.sampled(pd.Series(range(1000)), Sample(64))[-1]) == 64


def test_nothing_loads_it_unasked(
    loaded_by_the_grader: set[str], loaded_by_a_worker: set[str]
) -> None:
    assert "autograder.engine.untrusted.pandas_frames" in loaded_by_the_grader
    assert "pandas" not in loaded_by_the_grader | loaded_by_a_worker


def test_a_frame_loads_it_where_nobody_has() -> None:
    sent = encode(FRAMES["all columns"], wrap, LIMIT_BYTES)
    code = (
        "import sys; from autograder.engine.untrusted.protocol import decode\n"
        "from autograder.engine.untrusted.frame import Frame\n"
        "assert 'pandas' not in sys.modules\n"
        "header, blobs = map(bytes.fromhex, sys.argv[1:])\n"
        "print(type(decode(Frame(header, blobs), None)).__name__)"
    )
    arguments = [bytes(sent.header).hex(), bytes(sent.blobs).hex()]
    ran = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ran.stdout == "DataFrame\n"
