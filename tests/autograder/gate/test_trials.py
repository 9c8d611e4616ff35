"""Trials record how close each comparison came to its bound."""

import math

import pytest
import torch

from autograder.gate import trials
from lib.kit.checks import assert_close, compare


@pytest.fixture(autouse=True)
def _observed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "_margins", {})
    monkeypatch.setattr(compare, "observers", [trials._observe])


def test_the_least_margin_of_a_test_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_CURRENT_TEST", "a b/test_x.py::test_y[1 2] (call)")
    expected = torch.zeros(3)
    for error in (1e-3, 2e-3, 0.0):
        assert_close(torch.tensor([0.0, error, 0.0]), expected, "zeros", rtol=0, atol=1e-2)
    assert_close(2.0, 2.0, "two")
    assert trials._margins == {
        ("test_y", "zeros"): pytest.approx(5.0),
        ("test_y", "two"): math.inf,
    }


def test_a_failed_comparison_has_a_margin_below_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_CURRENT_TEST", "test_x.py::test_y (call)")
    with pytest.raises(AssertionError):
        assert_close(torch.ones(2), torch.zeros(2), "ones", rtol=0, atol=0.5)
    assert trials._margins == {("test_y", "ones"): 0.5}
