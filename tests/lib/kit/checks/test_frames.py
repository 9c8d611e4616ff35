"""Frames and series of pandas and polars: columns, rows, index, dtypes, then values."""

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from lib.kit.checks import (
    CheckFailure,
    assert_close,
    assert_equal,
    assert_frame_equal,
    assert_series_equal,
    margins,
)

SECRET = "987654"


def frame(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"a": [1, 2], "b": ["x", None], **columns})


def failure(compare: Any, *arguments: Any, **options: Any) -> str:
    try:
        compare(*arguments, **options)
    except CheckFailure as failed:
        assert SECRET not in str(failed)
        return str(failed)
    return ""


DIFFER: dict[str, tuple[Any, Any, str]] = {
    "a list": ([1], frame(), "should be a data frame of pandas, not of type list"),
    "another library": (pl.DataFrame({"a": [1]}), frame(), "a data frame of pandas, not of type"),
    "a series": (pd.Series([1]), frame(), "a data frame of pandas, not of type Series"),
    "a column less": (frame()[["a"]], frame(), "lacks the columns ['b']"),
    "a column more": (frame(c=[1, 2]), frame(), "has unknown columns ['c']"),
    "columns twice": (pd.concat([frame(), frame()], axis=1), frame(), "4 columns where 2"),
    "the order of columns": (frame()[["b", "a"]], frame(), "its columns in another order"),
    "a row less": (frame()[:1], frame(), ": 1 row where 2 belong"),
    "the index": (frame().set_index(pd.Index([5, 6])), frame(), "index of the data frame: 2 of"),
    "the kind of index": (
        frame().set_index(pd.Index(["0", "1"])), frame(), "has dtype str, not int64"),
    "the name of the index": (frame().rename_axis("n"), frame(), "has another name"),
    "levels of the index": (
        frame().set_index(pd.MultiIndex.from_tuples([(0, 0), (1, 1)])), frame(), "2 levels, not 1"),
    "a dtype": (frame(a=[1.0, 2.0]), frame(), "column 'a' of the data frame has dtype float64"),
    "the kind of gaps": (frame(a=pd.array([1, 2], dtype="Int64")), frame(), "dtype Int64, not"),
    "categories": (
        frame(a=pd.Categorical([1, 2])), frame(a=pd.Categorical([1, 2], [1, 2, 3])), "other categ"),
    "a number": (frame(), frame(a=[1, 987654]), "1 of 2 values wrong, off by up to 1e+06"),
    "a text": (frame(), frame(b=["987654", None]), "column 'b' of the data frame: 1 of 2"),
    "a gap": (frame(b=["x", "y"]), frame(), "column 'b' of the data frame: 1 of 2 values"),
    "no gap": (frame(), frame(b=["x", "987654"]), "column 'b' of the data frame: 1 of 2"),
    "NaN": (frame(a=[1.0, np.nan]), frame(a=[1.0, 987654.0]), "1 of 2 values wrong"),
    "an infinity": (frame(a=[1.0, np.inf]), frame(a=[1.0, 987654.0]), "1 of 2 values wrong"),
    "a date": (
        frame(a=pd.to_datetime(["2020", "2021"])), frame(a=pd.to_datetime(["2020", "2022"])),
        "1 of 2 values wrong"),
    "a category": (
        frame(a=pd.Categorical(["u", "u"], ["u", "v"])),
        frame(a=pd.Categorical(["u", "v"], ["u", "v"])), "1 of 2 values wrong"),
    "a list in it": (frame(a=[[1], [2]]), frame(a=[[1], [3]]), "1 of 2 values wrong"),
    "an interval": (
        frame(a=pd.interval_range(0, 2)), frame(a=pd.interval_range(0, 2)[[0, 0]]), "1 of 2"),
}  # fmt: skip


@pytest.mark.parametrize("name", DIFFER)
@pytest.mark.parametrize("compare", [assert_frame_equal, assert_equal, assert_close])
def test_what_differs_is_told_and_nothing_expected(compare: Any, name: str) -> None:
    actual, expected, words = DIFFER[name]
    told = failure(compare, actual, expected, "the data frame")
    assert told if compare is assert_equal else words in told


EQUAL: dict[str, Any] = {
    "plain": frame(),
    "nothing": pd.DataFrame(),
    "no rows": frame()[:0],
    "gaps of all kinds": frame(
        c=[1.5, np.nan], d=pd.to_datetime(["2020", None]), e=pd.array([1, None], dtype="Int64"),
        f=pd.array(["x", None], dtype="string"), g=pd.Categorical(["u", None]), h=[[1], None],
        i=pd.array([True, None], dtype="boolean"), j=pd.to_timedelta(["1s", None]), k=[1j, np.nan],
    ),
    "names twice": pd.concat([frame(), frame()], axis=1),
    "names of levels": pd.DataFrame({("a", 1): [1], ("a", 2): [2]}),
    "an index of levels": pd.DataFrame({"a": [1]}, index=pd.MultiIndex.from_tuples([(1, "a")])),
    "a zone": frame(a=pd.to_datetime(["2020", "2021"]).tz_localize("UTC")),
    "large numbers": frame(a=[2**62, 2**62 + 1]),
    "polars": pl.DataFrame({"a": [1, None], "b": ["x", None], "c": [[1], [2]], "d": [1.5, None]}),
}  # fmt: skip


@pytest.mark.parametrize("name", EQUAL)
@pytest.mark.parametrize("compare", [assert_frame_equal, assert_equal, assert_close])
def test_equal_frames_are_equal(compare: Any, name: str) -> None:
    one = EQUAL[name]
    assert failure(compare, one, one.clone() if name == "polars" else one.copy()) == ""


def test_large_numbers_are_told_apart() -> None:
    assert failure(assert_equal, frame(a=[2**62, 0]), frame(a=[2**62 + 1, 0]))


def test_options_leave_out_what_does_not_count() -> None:
    other_index, order = frame().set_index(pd.Index([5, 6])), frame()[["b", "a"]]
    assert failure(assert_frame_equal, other_index, frame(), check_index=False) == ""
    assert failure(assert_frame_equal, order, frame(), check_column_order=False) == ""
    wrong = frame(a=[1, 3])[["b", "a"]]
    assert failure(assert_frame_equal, wrong, frame(), check_column_order=False)
    reals, gaps = frame(a=[1.0, 2.0]), frame(a=pd.array([1, 2], dtype="Int64"))
    texts = frame(b=pd.array(["x", None], dtype="string"))
    for one in (reals, gaps, texts):
        assert failure(assert_frame_equal, one, frame(), check_dtype=False) == ""
        assert failure(assert_close, one, frame(), any_dtype=True) == ""
    assert failure(assert_frame_equal, frame(a=["1", "2"]), frame(), check_dtype=False)


def test_numbers_may_be_off_by_a_tolerance(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, float]] = []
    monkeypatch.setattr(margins, "observers", [lambda *said: told.append(said)])
    actual, expected = frame(a=[1.0, 2.5]), frame(a=[1.0, 2.0])
    assert failure(assert_frame_equal, actual, expected, atol=1.0, rtol=0.0) == ""
    assert told == [("column 'a' of the data frame", 2.0)]
    assert failure(assert_frame_equal, actual, expected, atol=0.1, rtol=0.0)
    assert failure(assert_frame_equal, frame(a=[1.0, 2 + 1e-9]), expected) == ""
    assert failure(assert_equal, frame(a=[1.0, 2 + 1e-9]), expected)


def test_frames_of_polars_are_compared_alike() -> None:
    one = pl.DataFrame({"a": [1, 2], "b": ["x", None]})
    for other, words in (
        (pl.DataFrame({"a": [1, 3], "b": ["x", None]}), "1 of 2 values wrong, off by up to 1"),
        (pl.DataFrame({"a": [1.0, 2.0], "b": ["x", None]}), "dtype Float64, not Int64"),
        (pl.DataFrame({"a": [1, 2], "b": ["x", "y"]}), "column 'b' of the data frame: 1 of 2"),
        (pl.DataFrame({"a": [1, None], "b": ["x", None]}), "1 of 2 values wrong"),
        (one[:1], "1 row where 2 belong"),
        (one.select("b", "a"), "in another order"),
        (frame(), "should be a data frame of polars, not of type DataFrame"),
    ):
        assert words in failure(assert_frame_equal, other, one)


def test_series_have_a_name_an_index_and_a_dtype() -> None:
    series = pd.Series([1, 2], name="s")
    for other, words in (
        (pd.Series([1, 2], name="t"), "has another name"),
        (pd.Series([1, 2], name="s", index=[1, 2]), "index of the series: 2 of 2 labels wrong"),
        (pd.Series([1.0, 2.0], name="s"), "dtype float64, not int64"),
        (pd.Series([1, 3], name="s"), "the series: 1 of 2 values wrong"),
        (pd.Series([1], name="s"), ": 1 value where 2 belong"),
        ([1, 2], "should be a series of pandas, not of type list"),
        (pl.Series("s", [1, 2]), "should be a series of pandas"),
    ):
        assert words in failure(assert_series_equal, other, series)
    other = pd.Series([1.0, 2.0], name="t", index=[1, 2])
    options = {"check_name": False, "check_index": False, "check_dtype": False}
    assert failure(assert_series_equal, other, series, **options) == ""
    assert failure(assert_series_equal, pl.Series("s", [1, None]), pl.Series("s", [1, None])) == ""


def test_an_index_of_a_range_equals_one_of_its_labels() -> None:
    assert failure(assert_equal, pd.Index([0, 1]), pd.RangeIndex(2)) == ""
    assert (
        failure(assert_equal, pd.Index([0, 2]), pd.RangeIndex(2))
        == "the result: 1 of 2 labels wrong"
    )
    assert failure(assert_equal, [0, 1], pd.RangeIndex(2))


def test_a_test_that_expects_no_frame_is_told() -> None:
    with pytest.raises(TypeError, match="a data frame is expected, not a list"):
        assert_frame_equal(frame(), [1])
    with pytest.raises(TypeError, match="a series is expected, not a DataFrame"):
        assert_series_equal(frame(), frame())


def test_a_students_names_are_cut_short() -> None:
    theirs = pd.DataFrame([[1] * 1000], columns=["k" * 9999 + str(n) for n in range(1000)])
    assert len(failure(assert_frame_equal, theirs, frame())) < 1000
