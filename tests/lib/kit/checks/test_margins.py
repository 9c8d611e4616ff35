"""Numbers are close or not, and who watches is told by how much."""

import math
from typing import Any

import pytest

from lib.kit.checks import CheckFailure, margins
from lib.kit.checks.margins import close_numbers, order_of


def close(actual: Any, expected: complex, atol: float = 0.5) -> str:
    try:
        close_numbers(actual, expected, "it", 0.0, atol, "", "")
    except CheckFailure as failure:
        return str(failure)
    return ""


@pytest.mark.parametrize(
    ("actual", "expected", "words"),
    [
        (1, 1.4, ""),
        (1, 1.6, "the value off by up to 1"),
        (1 + 1j, 1 + 1.4j, ""),
        (1 + 1j, 1 + 3j, "off by up to 10"),
        (1, 1 + 0j, ""),
        (1 + 0j, 1, "should be a number, not of type complex"),
        (True, 1, "should be a number, not of type bool"),
        ("1", 1, "should be a number, not of type str"),
        (math.nan, 1, "contains NaN or infinity"),
        (math.nan, math.nan, ""),
        (math.inf, math.inf, ""),
        (1, math.nan, "has the wrong value"),
        (-math.inf, math.inf, "has the wrong value"),
        (10**400, 1, "contains NaN or infinity"),
    ],
)
def test_numbers_are_close_or_not(actual: Any, expected: complex, words: str) -> None:
    assert words in close(actual, expected) and bool(words) == bool(close(actual, expected))


@pytest.mark.parametrize(
    ("error", "order"), [(0.03, "0.1"), (0.1, "0.1"), (2, "10"), (0, "0"), (math.inf, "inf")]
)
def test_an_error_is_told_by_its_order_only(error: float, order: str) -> None:
    assert order_of(error) == order


def test_observers_are_told_how_often_an_error_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, float]] = []
    monkeypatch.setattr(margins, "observers", [lambda *said: told.append(said)])
    assert (close(1.0, 1.25), close(1, 1), close(1.0, math.nan)) == (
        "",
        "",
        "it has the wrong value",
    )
    assert told == [("it", 2.0), ("it", math.inf)]
