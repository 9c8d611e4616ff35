"""Difficulty, discrimination and reliability: against numpy, and at their edges."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.class_report.items import (
    LEAST_STUDENTS,
    correlation,
    item,
    mean_share,
    reliability,
)

SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=50)
POINTS = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=LEAST_STUDENTS, max_size=60
)


@given(SHARES)
def test_the_interval_of_a_share_holds_it_and_stays_a_share(shares: list[float]) -> None:
    found = mean_share(shares)
    assert found is not None
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert math.isclose(found.value, float(np.mean(shares)), abs_tol=1e-12)


def test_more_students_make_the_interval_narrower() -> None:
    few, many = mean_share([0.0, 1.0] * 5), mean_share([0.0, 1.0] * 500)
    assert few is not None and many is not None
    assert few.high - few.low > 5 * (many.high - many.low)


def test_wilsons_interval_is_that_of_the_paper() -> None:
    found = mean_share([1.0] * 8 + [0.0] * 2)  # 8 of 10: 0.490 to 0.943
    assert found is not None
    assert (found.low, found.high) == pytest.approx((0.490, 0.943), abs=1e-3)


@given(POINTS)
def test_the_correlation_is_numpys(pairs: list[tuple[int, int]]) -> None:
    left, right = [float(a) for a, _ in pairs], [float(b) for _, b in pairs]
    found = correlation(left, right)
    if len(set(left)) == 1 or len(set(right)) == 1:
        assert found is None
    else:
        assert found is not None
        assert found.value == pytest.approx(np.corrcoef(left, right)[0, 1], abs=1e-9)
        assert -1 <= found.low <= found.value <= found.high <= 1


def test_a_small_class_gets_no_verdict() -> None:
    numbers = [float(number) for number in range(LEAST_STUDENTS - 1)]
    assert correlation(numbers, numbers) is None
    assert correlation([*numbers, 100.0], [*numbers, 100.0]) is not None
    assert reliability([[number, number] for number in numbers]) is None


def test_an_item_is_left_out_of_the_rest_that_it_is_compared_with() -> None:
    earned: list[float | None] = [float(place % 2) for place in range(40)]
    totals = [5.0 + (got or 0.0) for got in earned]  # all others earned the same
    assert item("t", "q", 1.0, earned, totals).discrimination is None


def test_who_gave_no_answer_makes_nothing_harder() -> None:
    found = item("t", "q", 2.0, [2.0, None, 1.0, None], [2.0, 0.0, 1.0, 0.0])
    assert (found.students, found.tried) == (4, 2)
    assert found.difficulty is not None and found.difficulty.value == 0.75
    assert item("t", "q", 2.0, [None], [0.0]).difficulty is None


@given(st.lists(st.lists(st.floats(0, 10), min_size=4, max_size=4), min_size=30, max_size=50))
def test_alpha_is_that_of_its_formula(earned: list[list[float]]) -> None:
    points = np.array(earned)
    totals = points.sum(1).var()
    found = reliability(earned)
    if totals > 1e-9:
        expected = 4 / 3 * (1 - points.var(0).sum() / totals)
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_equal_columns_are_wholly_reliable() -> None:
    assert reliability([[float(n), float(n)] for n in range(40)]) == pytest.approx(1.0)
    assert reliability([[1.0, 2.0]] * 40) is None
    assert reliability([[float(n)] for n in range(40)]) is None
    assert reliability([]) is None
