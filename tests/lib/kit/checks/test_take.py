"""Taking values: what a student may return instead of what a test asked for."""

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch

from lib.kit.checks import (
    CheckFailure,
    take_array,
    take_dict,
    take_flag,
    take_frame,
    take_integer,
    take_list,
    take_number,
    take_series,
    take_set,
    take_tensor,
    take_tensors,
    take_text,
)

ROW = torch.tensor([1.0, 2.0, 3.0])
NAN, INFINITY = float("nan"), float("inf")


class AlwaysFine(torch.Tensor):
    """A tensor whose functions all answer yes."""

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        return torch.tensor(True)


def test_a_tensor_comes_back_without_its_history() -> None:
    parameter = torch.nn.Parameter(ROW.clone())
    taken = take_tensor(parameter, (3,), torch.float32)
    assert not taken.requires_grad
    assert torch.equal(taken, ROW)


def test_a_size_may_be_open_and_dtypes_several() -> None:
    assert take_tensor(torch.ones(4, 2), (None, 2), torch.float32).shape == (4, 2)
    both = (torch.int64, torch.float32)
    assert take_tensor(torch.ones(2), (2,), both).dtype == torch.float32


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([1.0, 2.0, 3.0], "should be a tensor, not of type list"),
        (np.ones(3), "should be a tensor, not of type ndarray"),
        (None, "should be a tensor, not of type NoneType"),
        (ROW.as_subclass(AlwaysFine), "should be a tensor, not of type AlwaysFine"),
        (torch.zeros(0), r"shape \(0,\), not \(3,\)"),
        (torch.tensor(1.0), r"shape \(\), not \(3,\)"),
        (torch.zeros(1), r"shape \(1,\), not \(3,\)"),  # would broadcast
        (torch.zeros(3, 1), r"shape \(3, 1\), not \(3,\)"),
        (torch.zeros(3, 0), r"shape \(3, 0\), not \(3,\)"),
        (torch.zeros(1).expand(20_000), r"shape \(20000,\), not \(3,\)"),
    ],
)
def test_takes_no_tensor_of_another_form(value: Any, words: str) -> None:
    with pytest.raises(CheckFailure, match=rf"^the row.*{words}\. look here$"):
        take_tensor(value, (3,), torch.float32, "the row", least=0.5, most=3, hint="look here")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (ROW.int(), "dtype torch.int32, not torch.float32"),
        (ROW.bool(), "dtype torch.bool, not torch.float32"),
        (ROW.to(torch.complex64), "dtype torch.complex64, not torch.float32"),
        (ROW.bfloat16(), "dtype torch.bfloat16, not torch.float32"),
        (ROW * NAN, "contains NaN or infinity"),
        (ROW * INFINITY, "contains NaN or infinity"),
        (ROW - 1, r"holds numbers below 0\.5 or above 3"),
        (ROW + 1e-5, r"holds numbers below 0\.5 or above 3"),
    ],
)
def test_takes_no_tensor_of_other_numbers_and_gives_no_hint_about_form(
    value: Any, words: str
) -> None:
    with pytest.raises(CheckFailure, match=rf"^the row.*{words}$"):
        take_tensor(value, (3,), torch.float32, "the row", least=0.5, most=3, hint="look here")


def test_who_compares_with_a_tolerance_next_may_take_nan() -> None:
    assert take_tensor(ROW * NAN, (3,), torch.float32, finite=False).isnan().all()


def test_arrays_are_taken_like_tensors() -> None:
    row = np.array([1.0, 2.0])
    assert take_array(row, (2,), "float64") is row
    for value, words in (
        (ROW, "should be an array, not of type Tensor"),
        (np.ones((2, 1)), r"shape \(2, 1\), not \(2,\)"),
        (np.ones(2, "float32"), "dtype float32, not int64 or float64"),
        (row * NAN, "contains NaN or infinity"),
        (np.ma.masked_array(row), "not of type MaskedArray"),
        (row - 2, "holds numbers below 0"),
    ):
        with pytest.raises(CheckFailure, match=words):
            take_array(value, (2,), ("int64", "float64"), least=0)


def test_tensors_are_taken_as_a_model_of_ours_has_them() -> None:
    like = torch.nn.Linear(3, 2).state_dict()
    theirs = torch.nn.Linear(3, 2).state_dict()
    taken = take_tensors(theirs, like, "the weights")
    assert list(taken) == ["weight", "bias"]
    assert torch.equal(taken["weight"], theirs["weight"])
    for value, words in (
        (list(theirs.items()), "should be a dict of tensors, not of type list"),
        ({"weight": theirs["weight"]}, r"lacks \['bias'\]"),
        ({**theirs, "more": ROW}, r"has unknown \['more'\]"),
        (torch.nn.Linear(20_000, 2).state_dict(), r"\['weight'\] has shape \(2, 20000\), not"),
        ({**theirs, "bias": torch.tensor([1.0, NAN])}, r"\['bias'\] contains NaN"),
    ):
        with pytest.raises(CheckFailure, match=words):
            take_tensors(value, like, "the weights")


@pytest.mark.parametrize(
    "value", [2, 2.0, torch.tensor(2.0), torch.tensor(2), np.float32(2), np.int64(2)]
)
def test_a_number_is_a_float_however_it_is_written(value: Any) -> None:
    taken = take_number(value, least=2, most=2)
    assert type(taken) is float
    assert taken == 2.0


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2", "should be a number, not of type str"),
        (True, "should be a number, not of type bool"),
        (torch.tensor(True), "should be a number, not of type Tensor"),
        (torch.tensor([2.0]), "should be a number, not of type Tensor"),
        (torch.tensor(2j), "should be a number, not of type Tensor"),
        (2j, "should be a number, not of type complex"),
        (None, "should be a number, not of type NoneType"),
        (NAN, "is NaN, infinite or far too large"),
        (-INFINITY, "is NaN, infinite or far too large"),
        (10**400, "is NaN, infinite or far too large"),
        (-(10**400), "is NaN, infinite or far too large"),
        (0.9, "is below 1 or above 3"),
        (3.1, "is below 1 or above 3"),
    ],
)
def test_takes_no_other_number(value: Any, words: str) -> None:
    with pytest.raises(CheckFailure, match=f"^the loss {words}$"):
        take_number(value, "the loss", least=1, most=3)


def test_an_integer_is_whole_and_within_bounds() -> None:
    for value in (3, torch.tensor(3), np.uint8(3)):
        taken = take_integer(value, least=0, most=3)
        assert type(taken) is int
        assert taken == 3
    for wrong in (3.0, True, torch.tensor(3.0), torch.tensor([3]), "3", None):
        with pytest.raises(CheckFailure, match="should be a whole number, not of type"):
            take_integer(wrong, least=0, most=3)
    for wrong in (-1, 4, 2**63, 10**2000):
        with pytest.raises(CheckFailure, match="is below 0 or above 3"):
            take_integer(wrong, least=0, most=3)


def test_a_flag_is_no_number() -> None:
    for value in (True, torch.tensor(True), np.bool_(True)):
        assert take_flag(value) is True
    for wrong in (1, 0, None, "yes", torch.tensor(1), torch.tensor([True]), [True]):
        with pytest.raises(CheckFailure, match="should be True or False"):
            take_flag(wrong)


def test_a_text_has_a_length() -> None:
    assert take_text("abc", longest=3) == "abc"
    for wrong, words in (("abcd", "is far too long"), (b"abc", "should be a string")):
        with pytest.raises(CheckFailure, match=words):
            take_text(wrong, longest=3)


def test_a_list_has_a_length() -> None:
    assert take_list((1, 2), 2) == [1, 2]
    assert take_list([], range(3)) == []
    for wrong, length, words in (
        ({1, 2}, 2, "should be a list or tuple, not of type set"),
        ("ab", 2, "should be a list or tuple, not of type str"),
        (torch.ones(2), 2, "should be a list or tuple, not of type Tensor"),
        ([1, 2, 3], 2, ": 3 elements where 2 belong"),
        ([1, 2, 3], range(3), ": 3 elements$"),
    ):
        with pytest.raises(CheckFailure, match=words):
            take_list(wrong, length)


def test_a_dict_has_its_keys() -> None:
    assert take_dict({"b": 1, "a": 2, 3: 4}, ("a", "b")) == {"a": 2, "b": 1}
    for wrong, words in (([("a", 1)], "should be a dict"), ({"a": 1}, "lacks 'b', 'c'")):
        with pytest.raises(CheckFailure, match=words):
            take_dict(wrong, ("a", "b", "c"))


def test_plain_values_are_taken_without_libraries() -> None:
    code = (
        "import sys; from lib.kit.checks import take_number, take_integer, take_flag\n"
        "take_number(3.5), take_integer(3, least=0, most=3), take_flag(True)\n"
        "print('torch' in sys.modules, 'numpy' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).resolve().parents[4],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.split() == ["False", "False"]


def test_no_message_is_longer_than_what_the_test_asked_for() -> None:
    huge = {"k" * 10**6 + str(number): math.pi for number in range(1000)}
    with pytest.raises(CheckFailure) as failure:
        take_tensors(huge, {"weight": ROW})
    assert len(str(failure.value)) < 1000


FRAME = pd.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": [1.5, None]})


def test_frames_are_taken_by_columns_and_rows() -> None:
    taken = take_frame(FRAME, {"b": "str", "a": "int64"}, 2)
    assert list(taken.columns) == ["b", "a"] and len(taken) == 2
    assert list(take_frame(FRAME, ["c"], range(1, 3), finite=False).columns) == ["c"]
    polars = take_frame(pl.DataFrame({"a": [1]}), {"a": "Int64"}, 1, library="polars")
    assert polars.columns == ["a"]


@pytest.mark.parametrize(
    ("value", "options", "words"),
    [
        ([1], {}, "should be a data frame of pandas, not of type list"),
        (pl.DataFrame({"a": [1]}), {}, "should be a data frame of pandas"),
        (FRAME, {"library": "polars"}, "should be a data frame of polars"),
        (FRAME, {"columns": ["a", "z"]}, "lacks the columns 'z'"),
        (FRAME[["a", "a"]], {}, "has more than one column 'a'"),
        (FRAME, {"rows": 3}, ": 2 rows where 3 belong"),
        (FRAME, {"rows": range(3, 9)}, ": 2 rows$"),
        (FRAME, {"columns": {"a": "float64"}}, "column 'a' of .* has dtype int64, not float64"),
        (FRAME, {"columns": ["c"]}, "column 'c' of the data frame contains gaps, NaN or infinity"),
        (pd.DataFrame({"a": [1.0, math.inf]}), {}, "contains gaps, NaN or infinity"),
    ],
)
def test_other_frames_are_not_taken(value: Any, options: dict[str, Any], words: str) -> None:
    with pytest.raises(CheckFailure, match=words):
        take_frame(value, **{"columns": ["a"], "rows": 2, **options})


def test_series_are_taken_by_length_and_dtype() -> None:
    assert take_series(FRAME["a"], 2, "int64").sum() == 3
    assert len(take_series(pl.Series([1, 2]), 2, "Int64", library="polars")) == 2
    for value, words in (
        (FRAME, "should be a series of pandas, not of type DataFrame"),
        (FRAME["a"][:1], ": 1 value where 2 belong"),
        (FRAME["b"], "has dtype str, not int64"),
        (pl.Series([1, 2]), "should be a series of pandas"),
    ):
        with pytest.raises(CheckFailure, match=words):
            take_series(value, 2, "int64")


def test_sets_are_taken_by_size() -> None:
    assert take_set({1, 2}, 2) == take_set(frozenset({1, 2}), range(1, 3)) == {1, 2}
    for value, words in (
        ([1], "should be a set, not of type list"),
        ({1}, ": 1 element where 2"),
    ):
        with pytest.raises(CheckFailure, match=words):
            take_set(value, 2)
