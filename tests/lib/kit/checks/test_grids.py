"""Tensors and arrays: form before values, and each library only where somebody loaded it."""

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from lib.kit.checks import CheckFailure, assert_above, assert_close, assert_equal, margins
from lib.kit.checks.grids import all_finite, as_plain

PROJECT = Path(__file__).resolve().parents[4]


def failure(compare: Any, *arguments: Any, **options: Any) -> str:
    try:
        compare(*arguments, **options)
    except CheckFailure as failed:
        return str(failed)
    return ""


CLOSE: list[tuple[Any, Any, str]] = [
    (np.array([1.0, 2.0]), np.array([1.0, 2.0 + 1e-6]), ""),
    (np.array([1, 2]), np.array([1, 2]), ""),
    (np.array([1.0, 2.5]), np.array([1.0, 2.0]), "1 of 2 values off by up to 1"),
    (np.array(2.5), np.array(2.0), "the value off by up to 1"),
    (np.array([1, 2]), np.array([1.0, 2.0]), "dtype int64, not float64"),
    (np.array(["1"]), np.array([1.0]), "dtype <U1, not float64"),
    (np.ones((1, 2)), np.ones(2), r"shape (1, 2), not (2,)"),
    ([1.0], np.ones(1), "should be an array, not of type list"),
    (np.ma.ones(1), np.ones(1), "should be an array, not of type MaskedArray"),
    (torch.ones(1), np.ones(1), "should be an array, not of type Tensor"),
    (np.array([math.nan]), np.array([1.0]), "contains NaN or infinity"),
    (np.array([math.nan]), np.array([math.nan]), ""),
    (np.array([math.inf, 1]), np.array([math.inf, 1]), ""),
    (np.array([1.0]), np.array([math.nan]), "1 of 1 values off by up to"),
    (np.array([-math.inf]), np.array([math.inf]), "contains NaN or infinity"),
    (np.array([1 + 1j]), np.array([1 + 1j]), ""),
    (np.array([0], dtype="uint8"), np.array([1], dtype="uint8"), "off by up to 1"),
    (np.array([-(2**63)]), np.array([0]), "off by up to 1e+19"),
    (np.zeros((0, 3)), np.zeros((0, 3)), ""),
    (np.zeros(0), np.zeros(1), "shape (0,), not (1,)"),
]


@pytest.mark.parametrize(("actual", "expected", "words"), CLOSE)
def test_arrays_are_close_or_say_how_not(actual: Any, expected: Any, words: str) -> None:
    told = failure(assert_close, actual, expected)
    assert words in told and bool(words) == bool(told)


def test_any_dtype_of_numbers_may_do() -> None:
    assert failure(assert_close, np.ones(1, int), np.ones(1), any_dtype=True) == ""
    assert failure(assert_close, np.ones(1, complex), np.ones(1), any_dtype=True)
    assert failure(assert_close, np.array(["1"]), np.ones(1), any_dtype=True)


EQUAL: list[tuple[Any, Any, str]] = [
    (np.array(["a", "b"]), np.array(["a", "b"], dtype="U9"), ""),
    (np.array(["a", "b"]), np.array(["a", "c"]), "1 of 2 values wrong"),
    (np.array([b"a"]), np.array(["a"]), "dtype |S1, not <U1"),
    (np.array([1, None], dtype=object), np.array([1, None], dtype=object), ""),
    (np.array([1, "a"], dtype=object), np.array([True, "a"], dtype=object), "1 of 2 values"),
    (np.array([[1], "a"], dtype=object), np.array([[2], "a"], dtype=object), "1 of 2 values"),
    (np.array(["2020"], "M8[D]"), np.array(["2021"], "M8[D]"), "1 of 1 value wrong"),
    (np.array(["NaT"], "M8[D]"), np.array(["NaT"], "M8[D]"), ""),
    (np.array([math.nan]), np.array([math.nan]), ""),
    (torch.tensor([math.nan]), torch.tensor([math.nan]), ""),
    (torch.tensor([1.0]), torch.tensor([math.nan]), "1 of 1 value wrong"),
]


@pytest.mark.parametrize(("actual", "expected", "words"), EQUAL)
def test_arrays_are_equal_or_say_how_not(actual: Any, expected: Any, words: str) -> None:
    told = failure(assert_equal, actual, expected)
    assert words in told and bool(words) == bool(told)


@pytest.mark.parametrize("values", [[1.0, -2.0], [[3.0]]])
def test_arrays_lie_above_a_bound(values: Any) -> None:
    assert_above(np.array(values), 0.5, "too small")
    for wrong in (np.array([1, 0.1]), np.zeros(0), np.array([math.nan]), np.array(["9"])):
        assert failure(assert_above, wrong, 0.5, "too small") == "too small"


def test_observers_hear_of_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, float]] = []
    monkeypatch.setattr(margins, "observers", [lambda *said: told.append(said)])
    assert_close(np.array([2.0, 0.0]), np.array([2.5, 0.0]), "two", rtol=0.5, atol=1.0)
    assert_above(np.array([4.0]), 0.5, "small")
    assert told == [("two", 4.5), ("small", 8.0)]


def test_numbers_of_numpys_own_are_plain_ones() -> None:
    assert type(as_plain(np.float32(1))) is float and type(as_plain(np.str_("a"))) is str
    assert as_plain(np.datetime64("2020")) == np.datetime64("2020")
    assert_equal(np.float64(1.5), 1.5)
    assert_equal(1.5, np.float64(1.5))
    assert_close(np.float32(0.1), 0.1)


@pytest.mark.parametrize("library", ["torch", "numpy", "pandas", "polars", "PIL", "matplotlib"])
def test_nothing_is_loaded_that_nobody_uses(library: str) -> None:
    code = (
        "import sys; from lib.kit.checks import *\n"
        "assert_equal([{1}, 1j], [{1}, 1j]); assert_close({'a': [1.5]}, {'a': [1.5]})\n"
        "assert_above(2, 1, ''); take_set({1}, 1); take_number(1)\n"
        f"print({library!r} in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "False\n"


def test_checks_work_where_those_libraries_are_not_installed() -> None:
    code = (
        "import sys\n"
        "class Missing:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name in ('torch', 'numpy', 'pandas', 'polars', 'PIL', 'matplotlib'):\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, Missing())\n"
        "from types import ModuleType\n"
        "from lib.kit.checks import assert_close, assert_equal, question\n"
        "from lib.kit.checks.selfcheck import Submission, run_checks\n"
        "checks = ModuleType('checks')\n"
        "@question('q', points=1)\n"
        "def test(submission):\n"
        "    assert_equal(submission.f(2), 4); assert_close(submission.f(0.5), 1.0)\n"
        "checks.test = test\n"
        "print(run_checks(checks, 'q', Submission({'f': lambda x: 2 * x}))[0].verdict)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "passed\n"


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64, torch.complex64])
def test_one_number_that_is_not_finite_is_found(dtype: torch.dtype) -> None:
    largest = torch.full((9,), torch.finfo(dtype).max, dtype=dtype)  # their sum is infinite
    assert all_finite(largest) and all_finite(largest.numpy()) and all_finite(-largest)
    assert all_finite(largest[:0]) and all_finite(torch.tensor([2**63 - 1] * 2))
    for bad in (math.nan, math.inf, -math.inf):
        for numbers in (largest.clone(), torch.zeros(9, dtype=dtype)):
            numbers[4] = bad
            assert not all_finite(numbers) and not all_finite(numbers.numpy())
    opposite = torch.tensor([math.inf, -math.inf], dtype=dtype)
    assert not all_finite(opposite) and not all_finite(opposite.numpy())
