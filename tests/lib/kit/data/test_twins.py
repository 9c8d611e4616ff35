"""Twins have the same words and different labels; without any, the shortest reviews do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.kit.data import find_twins, load_reviews


def test_the_shortest_twins_are_found() -> None:
    reviews = [[1, 4, 5, 6], [1, 4, 5], [1, 5, 4, 6], [1, 9], [1, 5, 4], [1, 4, 5]]
    assert find_twins(reviews, [1, 1, 0, 0, 0, 1]) == (1, 4)
    assert find_twins(reviews, [1, 1, 0, 0, 1, 1]) == (0, 2)
    assert find_twins(reviews, [1] * 6) == (3, 1)


def test_there_are_twins_in_the_sample() -> None:
    _, (reviews, labels) = load_reviews("sample", 200)
    first, second = find_twins(reviews, labels)
    assert sorted(reviews[first]) == sorted(reviews[second])
    assert labels[first] != labels[second]


def test_one_review_has_no_twin() -> None:
    with pytest.raises(ValueError, match="fewer than two"):
        find_twins([[1, 4]], [1])


REVIEWS = st.lists(st.tuples(st.lists(st.integers(1, 3), max_size=3), st.booleans()), min_size=2)


@given(REVIEWS)
def test_no_shorter_twins_are_passed_over(samples: list[tuple[list[int], bool]]) -> None:
    reviews, labels = [one for one, _ in samples], [int(label) for _, label in samples]
    first, second = find_twins(reviews, labels)
    assert first != second
    lengths = [
        len(one)
        for place, one in enumerate(reviews)
        for other in range(place)
        if sorted(reviews[other]) == sorted(one) and labels[other] != labels[place]
    ]
    assert len(reviews[first]) == (min(lengths) if lengths else min(map(len, reviews)))
