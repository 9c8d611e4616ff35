"""Frames of polars come back as they were, and no bytes harm who rebuilds them."""

import contextlib
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from typing import Any

import msgpack
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal, assert_series_equal

from autograder.engine.untrusted import polars_frames
from autograder.engine.untrusted.forms import Kind, Sample
from autograder.engine.untrusted.frame import Frame, MalformedFrame
from autograder.engine.untrusted.protocol import decode, encode

from .crossing import LIMIT_BYTES, through, unwrap, wrap

COLUMNS: dict[str, pl.Series] = {
    "whole": pl.Series([1, 2]),
    "gaps": pl.Series([1, None]),
    "real": pl.Series([1.5, float("nan")]),
    "real gaps": pl.Series([1.5, None]),
    "small": pl.Series([1, 2], dtype=pl.Int8),
    "unsigned": pl.Series([2**64 - 1, None], dtype=pl.UInt64),
    "half": pl.Series([1, 2], dtype=pl.Float32),
    "truth": pl.Series([True, None]),
    "text": pl.Series(["x", None]),
    "bytes": pl.Series([b"x", None]),
    "dates": pl.Series([date(2020, 1, 1), None]),
    "moments": pl.Series([datetime(2020, 1, 1), None]),
    "moments without gaps": pl.Series([datetime(2020, 1, 1)] * 2),
    "zoned": pl.Series([datetime(2020, 1, 1, tzinfo=UTC)] * 2).dt.cast_time_unit("ms"),
    "durations": pl.Series([timedelta(1), None]),
    "times": pl.Series([clock(1), None]),
    "category": pl.Series(["a", None], dtype=pl.Categorical),
    "nothing": pl.Series([None, None]),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_series_come_back(name: str) -> None:
    assert_series_equal(through(COLUMNS[name]), COLUMNS[name])
    named = COLUMNS[name].alias("n")[:0]
    assert_series_equal(through(named), named)


@pytest.mark.parametrize(
    "frame", [pl.DataFrame(COLUMNS), pl.DataFrame(), pl.DataFrame({"a": []})], ids=str
)
def test_frames_come_back(frame: pl.DataFrame) -> None:
    assert_frame_equal(through(frame), frame)


STAYS: dict[str, Any] = {
    "a lazy frame": pl.LazyFrame({"a": [1]}),
    "lists": pl.Series([[1], [2]]),
    "a column of structs": pl.DataFrame({"a": [{"b": 1}]}),
    "objects": pl.Series([object()]),
    "an expression": pl.col("a"),
}


@pytest.mark.parametrize("name", STAYS)
def test_others_stay_behind(name: str) -> None:
    assert through(STAYS[name]) == ("handle", 7, type(STAYS[name]).__name__)


def series(dtype: Any, values: Any, unit: Any = None, zone: Any = None) -> list[Any]:
    return [Kind.POLARS_SERIES, "a", dtype, unit, zone, values]


MALFORMED: dict[str, tuple[Any, bytes]] = {
    "half a series": ([Kind.POLARS_SERIES, "a"], b""),
    "an unknown dtype": (series("Object", [Kind.LIST]), b""),
    "a dtype that is a function": (series("read_csv", [Kind.LIST]), b""),
    "numbers of text": (series("Int64", [Kind.LIST, "a"]), b""),
    "text of numbers": (series("String", [Kind.LIST, 1]), b""),
    "too large a number": (series("Int8", [Kind.LIST, 300]), b""),
    "an array of another dtype": (series("Int8", [Kind.ARRAY, 7, 1]), b"12345678"),
    "an array of two dimensions": (series("Int64", [Kind.ARRAY, 7, 1, 1]), b"12345678"),
    "an array of texts": (series("String", [Kind.ARRAY, 7, 1]), b"12345678"),
    "moments of no unit": (series("Datetime", [Kind.LIST, 1], "weeks"), b""),
    "moments of a list": (series("Datetime", [Kind.LIST, 1], "ms", [Kind.LIST]), b""),
    "moments of no zone": (series("Datetime", [Kind.LIST, 1], "ms", "Atlantis"), b""),
    "columns of two sizes": (
        [Kind.POLARS_FRAME, series("Int8", [Kind.LIST, 1]),
         [Kind.POLARS_SERIES, "b", "Int8", None, None, [Kind.LIST, 1, 2]]], b""),
    "columns of one name": ([Kind.POLARS_FRAME, *[series("Int8", [Kind.LIST, 1])] * 2], b""),
    "a frame of numbers": ([Kind.POLARS_FRAME, 1], b""),
}  # fmt: skip


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_frames_are_refused(name: str) -> None:
    wire, blobs = MALFORMED[name]
    with pytest.raises(MalformedFrame):
        decode(Frame(msgpack.packb(wire), blobs), unwrap)


WHOLE = encode(pl.DataFrame(COLUMNS), wrap, LIMIT_BYTES)


@settings(deadline=None, max_examples=300)
@given(st.integers(0), st.integers(0, 255))
def test_a_changed_byte_is_a_value_or_malformed(place: int, byte: int) -> None:
    header = bytearray(WHOLE.header)
    header[place % len(header)] = byte
    with contextlib.suppress(MalformedFrame):
        str(decode(Frame(header, WHOLE.blobs), unwrap))


@pytest.mark.parametrize("name", sorted(COLUMNS.keys() - {"nothing", "bytes"}))
def test_liars_have_other_values_in_the_same_form(name: str) -> None:
    frame = pl.DataFrame({"a": COLUMNS[name]})
    made = [polars_frames.filled(frame, 0), polars_frames.drawn(frame, 7)]
    assert all(one.schema == frame.schema and len(one) == 2 for one in made)
    assert name == "moments without gaps" or name == "zoned" or not made[0].equals(frame)
    assert polars_frames.filled([1], 0) is polars_frames.sampled([1], Sample(1)) is None


def test_samples_tell_frames_apart() -> None:
    frame = pl.DataFrame(COLUMNS)
    samples = [
        str(polars_frames.sampled(one, Sample(64))) for one in (frame, frame.clone(), frame[::-1])
    ]
    assert samples[0] == samples[1] != samples[2]
    assert len(polars_frames.sampled(pl.Series(range(1000)), Sample(64))[-1]) == 64


def test_nothing_loads_it_unasked(
    loaded_by_the_grader: set[str], loaded_by_a_worker: set[str]
) -> None:
    assert "autograder.engine.untrusted.polars_frames" in loaded_by_the_grader
    assert "polars" not in loaded_by_the_grader | loaded_by_a_worker
