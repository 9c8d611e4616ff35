"""Comparators: form before values, and no expected value in any message."""

import copy
import math
import re
import subprocess
import sys
from collections import Counter, OrderedDict, deque, namedtuple
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lib.kit.checks import (
    CheckFailure,
    assert_above,
    assert_close,
    assert_equal,
    assert_tensor_equal,
    fail,
    margins,
)


class AlwaysEqual(torch.Tensor):
    """A tensor whose comparisons all answer yes."""

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        return torch.tensor(True)


def test_equal_tensors_pass() -> None:
    assert_tensor_equal(torch.tensor([0, 0, 5]), torch.tensor([0, 0, 5]))
    assert_close(torch.tensor([1.0]), torch.tensor([1.0 + 1e-7]))
    assert_above(torch.tensor([1.0, -2.0]), 0.5, "too small")


def test_numbers_are_numbers_whether_whole_or_not() -> None:
    for actual, expected in ((3, 3.0), (3.0, 3), (3, 3), (1e-6, 0)):
        assert_close(actual, expected)
    for actual, expected in ((3.1, 3), (2, 3), (-1, 0), (math.nan, 0)):
        with pytest.raises(CheckFailure):
            assert_close(actual, expected)
    for wrong in ("3", True, None, torch.tensor(3)):
        with pytest.raises(CheckFailure, match="should be a number, not of type"):
            assert_close(wrong, 3)
    assert_above(-2, 1.5, "too small")


def test_numbers_are_compared_without_torch() -> None:
    code = (
        "import sys; from lib.kit.checks import assert_above, assert_close, assert_equal\n"
        "assert_close(3, 3); assert_close(1.5, 1.5); assert_above(2, 1, ''); assert_equal(1, 1)\n"
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


@pytest.mark.parametrize("actual", [0.5, -0.1, float("nan"), torch.tensor([1.0, 0.1])])
def test_above_refuses(actual: float | torch.Tensor) -> None:
    with pytest.raises(CheckFailure, match=r"too small\. Why"):
        assert_above(actual, 0.5, "too small", hint="Why?")


def test_observers_are_told_of_tolerances(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, float]] = []
    monkeypatch.setattr(margins, "observers", [lambda *said: told.append(said)])
    expected = torch.tensor([2.5, 0.0])
    assert_close(torch.tensor([2.0, 0.0]), expected, "two", rtol=0.5, atol=1.0)
    assert_close(2.0, 2.0, "equal")
    assert_close(1.0, 1.5, "numbers", rtol=0.5, atol=0.25)
    assert_above(torch.tensor([4.0]), 0.5, "small")
    assert_above(-2.0, 0.5, "number")
    assert_tensor_equal(torch.ones(1), torch.ones(1))
    assert told == [
        ("two", 4.5),
        ("equal", math.inf),
        ("numbers", 2.0),
        ("small", 8.0),
        ("number", 4.0),
    ]
    with pytest.raises(CheckFailure):
        assert_close(torch.ones(2), torch.zeros(2), "ones", rtol=0, atol=0.5)
    assert told[-1] == ("ones", 0.5)


@pytest.mark.parametrize(
    ("actual", "words"),
    [
        ([1.0], "should be a tensor, not of type list"),
        (torch.zeros(0), r"shape \(0,\), not \(1,\)"),
        (torch.zeros(1, 1), r"shape \(1, 1\), not \(1,\)"),
        (torch.tensor([1]), "dtype torch.int64, not torch.float32"),
        (torch.tensor([float("nan")]), "NaN or infinity"),
        (torch.tensor([float("inf")]), "NaN or infinity"),
        (torch.tensor([1.5]), "off by up to 1"),
        (torch.tensor([1.03]), "off by up to 0.1"),
        (torch.zeros(1).as_subclass(AlwaysEqual), "should be a tensor, not of type AlwaysEqual"),
    ],
)
def test_close_refuses(actual: object, words: str) -> None:
    with pytest.raises(CheckFailure, match=words):
        assert_close(actual, torch.tensor([1.0]))


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6))
def test_a_message_never_shows_the_expected_value(actual: int, expected: int) -> None:
    if actual == expected:
        assert_equal(actual, expected)
        return
    with pytest.raises(CheckFailure) as failure:
        assert_equal([actual], [expected])
    assert not re.search(r"-?\d{2,}", str(failure.value))


def test_true_is_not_one() -> None:
    with pytest.raises(CheckFailure, match="should be of type int, not bool"):
        assert_equal(True, 1)


def test_a_hint_follows_the_message() -> None:
    with pytest.raises(CheckFailure, match=r"^wrong axis\. look at dim$"):
        fail("wrong axis", "look at dim")


@pytest.mark.parametrize(
    ("actual", "hint"),
    [
        ([torch.tensor([1.0, 3.0])], ". values"),
        ([torch.tensor([[1.0, 2.0]])], ". form"),
        ([[1.0, 2.0]], ". form"),
        ((torch.tensor([1.0, 2.0]),), ". form"),
        ([torch.tensor([1.0, 2.0]).double()], ""),
    ],
)
def test_a_hint_is_shown_with_what_it_is_about(actual: Any, hint: str) -> None:
    expected = torch.tensor([1.0, 2.0])
    calls: list[Callable[..., None]] = [partial(assert_equal, actual, [expected])]
    if isinstance(actual, list):
        tensor_checks = (assert_close, assert_tensor_equal)
        calls += [partial(check, actual[0], expected) for check in tensor_checks]
    for call in calls:
        with pytest.raises(CheckFailure) as failure:
            call(hint="values", form_hint="form")
        assert str(failure.value) == failure.value.what + hint


def test_a_key_is_form_and_a_length_is_a_value() -> None:
    for actual, expected, words in (({"a": 1}, {"b": 1}, "form"), ([1, 2], [1], "values")):
        with pytest.raises(CheckFailure, match=rf"\. {words}$"):
            assert_equal(actual, expected, hint="values", form_hint="form")


@pytest.mark.parametrize("compare", [assert_equal, assert_close])
def test_dicts_name_unknown_keys_and_count_missing_ones(compare: Any) -> None:
    """A key is as much expected as what stands under it."""
    with pytest.raises(CheckFailure, match=r"lacks 1 of 2 keys and has unknown \['c'\]"):
        compare({"a": 1, "c": 2}, {"a": 1, "b": 2})


def test_differences_of_integers_do_not_wrap_around() -> None:
    least = torch.iinfo(torch.int64).min
    for actual, expected in (
        (torch.tensor([least]), torch.tensor([0])),  # its absolute value is itself
        (torch.tensor([0], dtype=torch.uint8), torch.tensor([1], dtype=torch.uint8)),
        (torch.tensor([True]), torch.tensor([False])),
    ):
        with pytest.raises(CheckFailure, match="off by up to"):
            assert_close(actual, expected)


def test_a_number_too_large_for_a_float_is_infinite() -> None:
    for huge in (10**400, -(10**400)):
        with pytest.raises(CheckFailure, match="NaN or infinity"):
            assert_close(huge, 3.0)
        with pytest.raises(CheckFailure, match="too small"):
            assert_above(huge, 1, "too small")


@pytest.mark.parametrize(
    "actual", [torch.zeros(0), torch.zeros(0, 3), torch.tensor([math.inf]), [2.0], None, "2"]
)
def test_nothing_is_above_no_bound(actual: Any) -> None:
    with pytest.raises(CheckFailure, match="too small"):
        assert_above(actual, 0.5, "too small")


def test_arrays_are_equal_by_shape_dtype_and_values() -> None:
    expected = np.array([1, 2])
    assert_equal(np.array([1, 2]), expected)
    for actual, words in (
        (np.ones((2**20, 1), dtype=np.int64), r"shape \(1048576, 1\), not \(2,\)"),
        (np.array([1.0, 2.0]), "dtype float64, not int64"),
        (np.array([1, 3]), "1 of 2 values wrong"),
        ([1, 2], "should be of type ndarray, not list"),
    ):
        with pytest.raises(CheckFailure, match=words):
            assert_equal(actual, expected)


def test_a_students_keys_are_cut_short() -> None:
    theirs: dict[Any, int] = {"k" * 10**6: 1, **dict.fromkeys(range(10_000), 2)}
    with pytest.raises(CheckFailure) as failure:
        assert_equal(theirs, {"a": 1})
    assert len(str(failure.value)) < 1000


SAME: list[Any] = [
    {1, 2}, frozenset({1}), deque([1, [2]]), Counter("aab"), 1 + 2j, range(3), slice(1), ...,
    date(2020, 1, 1), timedelta(3), Decimal("1.20"), Fraction(1, 3), PurePosixPath("a"), math.nan,
    [math.nan, {"a": (math.nan,)}], b"a", bytearray(b"a"), None, pd.NaT, {(1, 2): [3]},
    Image.new("RGB", (2, 2)), np.datetime64("2020"),
]  # fmt: skip


@pytest.mark.parametrize("value", SAME, ids=lambda value: type(value).__name__)
def test_equal_values_of_all_types_are_equal(value: Any) -> None:
    for compare in (assert_equal, assert_close):
        compare(copy.deepcopy(value), value)
        compare([copy.deepcopy(value)], [value])


DIFFER: list[tuple[Any, Any, str]] = [
    ({1, 2}, {1, 987654}, ": 1 of 2 elements missing and 1 too many"),
    ({1}, frozenset({1}), "should be of type frozenset, not set"),
    ([1], {1}, "should be of type set, not list"),
    (deque([1]), deque([987654]), "element 0 of the result has the wrong value"),
    ({"a": 1}, Counter(a=1), "should be of type Counter, not dict"),
    (1j, 987654j, "has the wrong value"),
    (range(3), range(987654), "has the wrong value"),
    (date(2020, 1, 1), datetime(2020, 1, 1), "should be of type datetime, not date"),
    (ValueError("a"), ValueError("987654"), "element 0 of what the result says has the wrong"),
    (ValueError("a"), KeyError("a"), "should be of type KeyError, not ValueError"),
    ("a", PurePosixPath("a"), "should be of type PurePosixPath, not str"),
    (math.nan, 987654.0, "has the wrong value"),
    ((1, 2), [1, 2], "should be of type list, not tuple"),
    (Image.new("L", (2, 2)), Image.new("RGB", (2, 2)), "has mode L, not RGB"),
    (Image.new("L", (2, 2)), Image.new("L", (2, 3)), "has size (2, 2), not (2, 3)"),
    (Image.new("L", (2, 2)), Image.new("L", (2, 2), 9), ": 4 of 4 pixels wrong"),
    (Image.new("1", (9, 1)), Image.new("1", (9, 1), 1), ": 9 of 9 pixels wrong"),
]


@pytest.mark.parametrize(("actual", "expected", "words"), DIFFER)
def test_other_values_say_how_they_differ(actual: Any, expected: Any, words: str) -> None:
    with pytest.raises(CheckFailure, match=re.escape(words)) as failure:
        assert_equal(actual, expected)
    assert "987654" not in str(failure.value)


Pair = namedtuple("Pair", "x y")


def test_what_crosses_as_its_plain_kin_is_as_good() -> None:
    assert_equal((1, 2), Pair(1, 2))
    assert_equal(Pair(1, 2), (1, 2))
    assert_equal(OrderedDict(a=1), {"a": 1})
    assert_equal(Counter(a=1), {"a": 1})
    assert_equal(PurePosixPath("a"), Path("a"))


def test_numbers_in_containers_are_close() -> None:
    actual = {"a": [1.0, (2.0 + 1e-7, "x")], "b": torch.ones(2), "c": np.ones(1), "d": None}
    expected = {"a": [1.0, (2.0, "x")], "b": torch.ones(2), "c": np.ones(1), "d": None}
    assert_close(actual, expected)
    for wrong, words in (
        (
            {**actual, "a": [1.0, (3.0, "x")]},
            r"element 0 of element 1 of the result\['a'\]: the va",
        ),
        ({**actual, "a": [1.0, (2.0, "y")]}, "has the wrong value"),
        ({**actual, "a": [1.0]}, ": 1 element where 2 belong"),
        ({**actual, "e": 1}, "has unknown"),
        ({**actual, "d": 0}, "should be of type NoneType, not int"),
        ([1.0], "should be of type dict, not list"),
    ):
        with pytest.raises(CheckFailure, match=words):
            assert_close(wrong, expected)
    assert_close([1, 2.0], [1.0, 2])
    with pytest.raises(CheckFailure, match="should be of type bool, not int"):
        assert_close([1], [True])
