"""Nothing that was compared passes the door: what an author wrote word by word does."""

import importlib.util
import re
import unittest
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.judge.message_door import NOT_AS_ASKED, message_of, without_values

TESTS = """
import unittest
import numpy as np
import pandas as pd
import polars as pl
import polars.testing
import pytest
import torch
from lib.kit.checks import CheckFailure, assert_close, assert_equal, assert_frame_equal, fail

SECRET, WRONG = 987654, 123
case = unittest.TestCase()

def plain(): assert WRONG == SECRET
def with_a_value(): assert WRONG == SECRET, f"should be {SECRET}"
def with_a_value_alone(): assert WRONG == SECRET, SECRET
def with_the_value_as_text(): assert WRONG == SECRET, str(SECRET)
def raised(): raise AssertionError(f"{SECRET} expected")
def of_numpy(): np.testing.assert_allclose([WRONG, 1.0], [SECRET, 1.0])
def of_numpy_with_a_message():
    np.testing.assert_array_equal([WRONG], [SECRET], err_msg="look at the axis")
def of_numpys_almost(): np.testing.assert_almost_equal(WRONG, SECRET)
def of_pandas(): pd.testing.assert_frame_equal(
    pd.DataFrame({"a": [WRONG, 1, 2]}), pd.DataFrame({"a": [SECRET, 1, 2]}))
def of_pandas_columns(): pd.testing.assert_frame_equal(
    pd.DataFrame({"a": [WRONG]}), pd.DataFrame({f"{SECRET}": [WRONG]}))
def of_pandas_series(): pd.testing.assert_series_equal(pd.Series([WRONG]), pd.Series([SECRET]))
def of_polars(): polars.testing.assert_frame_equal(
    pl.DataFrame({"a": [WRONG]}), pl.DataFrame({"a": [SECRET]}))
def of_torch(): torch.testing.assert_close(torch.tensor([WRONG]), torch.tensor([SECRET]))
def of_unittest(): case.assertEqual(WRONG, SECRET)
def of_unittests_lists(): case.assertListEqual([WRONG], [SECRET])
def of_unittests_texts(): case.assertMultiLineEqual(str(WRONG), str(SECRET))
def of_unittest_in(): case.assertIn(WRONG, [SECRET])
def of_unittest_with_a_value(): case.assertEqual(WRONG, SECRET, f"it is {SECRET}")
def of_pytest(): pytest.fail(f"it is {SECRET}")
def through_a_helper(): helper(WRONG, SECRET)
def helper(actual, expected): assert actual == expected, f"{actual} is not {expected}"
def of_ours(): assert_equal(WRONG, SECRET)
def of_ours_close(): assert_close([1.0, WRONG], [1.0, SECRET])
def of_ours_frames(): assert_frame_equal(
    pd.DataFrame({"a": [WRONG]}), pd.DataFrame({"a": [SECRET]}))

def in_words(): assert WRONG == SECRET, "look at the axis"
def in_joined_words():
    assert WRONG == SECRET, (
        "look at "
        "the axis"
    )
def in_words_of_unittest(): case.assertEqual(WRONG, SECRET, "look at the axis")
def in_words_of_pytest(): pytest.fail("look at the axis")
def in_words_raised(): raise AssertionError("look at the axis")
def in_words_of_ours(): fail("look at the axis")
def in_words_of_a_helper(): demand(WRONG == SECRET, "look at the axis")
def demand(truth, words):
    assert truth, words
"""
SECRET = re.compile("987654|123")


@pytest.fixture(scope="module")
def tests(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    path = tmp_path_factory.mktemp("hidden") / "test_lab.py"
    path.write_text(TESTS, "utf-8")
    spec = importlib.util.spec_from_file_location("test_lab", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def told(test: Callable[[], None]) -> str:
    with pytest.raises((AssertionError, pytest.fail.Exception)) as raised:
        test()
    return message_of(raised.value)


NAMES = re.findall(r"^def (\w+)\(\)", TESTS, re.MULTILINE)
IN_WORDS = [name for name in NAMES if name.startswith("in_")]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in IN_WORDS])
def test_no_value_passes(tests: ModuleType, name: str) -> None:
    message = told(getattr(tests, name))
    assert message and not SECRET.search(message)


@pytest.mark.parametrize("name", IN_WORDS)
def test_an_authors_own_words_pass(tests: ModuleType, name: str) -> None:
    assert told(getattr(tests, name)) == "look at the axis"


def test_how_much_differs_is_told(tests: ModuleType) -> None:
    assert told(tests.of_numpy) == f"{NOT_AS_ASKED}: 1 of 2 values differ"
    assert told(tests.of_torch) == f"{NOT_AS_ASKED}: 1 of 1 values differ"
    assert told(tests.of_pandas) == f"{NOT_AS_ASKED}: 33.33 % of the values differ"
    assert told(tests.plain) == told(tests.of_unittest) == NOT_AS_ASKED


def test_a_test_whose_file_is_gone_says_nothing(tmp_path: Path) -> None:
    names: dict[str, Callable[[], None]] = {}
    exec(compile("def gone(): assert False, 'words'", str(tmp_path / "gone.py"), "exec"), names)
    assert told(names["gone"]) == NOT_AS_ASKED
    assert issubclass(unittest.TestCase.failureException, AssertionError)


@pytest.mark.parametrize(
    ("said", "passes"),
    [
        ("list index out of range", "list index out of range"),
        ("name 'wrods' is not defined", "name 'wrods' is not defined"),
        ("'NoneType' object has no attribute 'shape'", ...),
        ("expected 'torch.float32' for mat1, not 'Long'", ...),
        ("can't divide, don't ask", ...),
        ("17", "…"),
        ("[1, 5, -3e-7, 4]", "[…, …, -…, …]"),
        ("tensor([[0.25, 1.]])", "tensor([[…, …]])"),
        ("can't multiply mat1 (3x4) and mat2 (5x2)", "can't multiply mat1 (…x…) and mat2 (…x…)"),
        ("no int() with base 10: '[7, 12]'", "no int() with base …: '…'"),
        ("'film was slow'", "'…'"),
        ("no word of rank 3 in `{1: 'film'}`", "no word of rank … in `…`"),
        ("'a'b'", "'…'"),
        ("", ""),
    ],
)  # fmt: skip
def test_an_exception_repeats_no_numbers_and_quotations(said: str, passes: object) -> None:
    assert without_values(said, notebook="def f(): ...") == (said if passes is ... else passes)


def test_what_stands_in_the_notebook_may_be_said() -> None:
    said = "at most 3 'good words'"
    assert without_values(said, f'raise ValueError("{said}")') == said
    assert without_values(said, f"# {said}") == "at most … '…'"


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.integers()), st.text())
def test_no_number_passes(numbers: list[float], words: str) -> None:
    without = without_values("".join(c for c in words if not c.isdigit()) + repr(numbers), "")
    assert without == "" or not re.search(r"(?<![^\W\d_]{2})\d", without)
