"""The sample reviews: same every time, balanced, and beyond a bag of words."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.kit.data.review_grammar import (
    GRAMMAR,
    INDEX_FROM,
    START_ID,
    Sample,
    sample_reviews,
    sample_word_index,
)
from lib.reference.baseline import bag_of_words_accuracy

TRAIN, TEST = sample_reviews()


def labels_by_bag(split: Sample) -> dict[tuple[int, ...], Counter[int]]:
    bags: dict[tuple[int, ...], Counter[int]] = {}
    for review, label in zip(*split, strict=True):
        bags.setdefault(tuple(sorted(review)), Counter())[label] += 1
    return bags


@pytest.mark.parametrize(("split", "size"), [(TRAIN, 4000), (TEST, 1000)])
def test_half_of_each_split_is_praise(split: Sample, size: int) -> None:
    assert Counter(split.labels) == {0: size // 2, 1: size // 2}
    assert len(split.reviews) == size


def test_ids_are_those_of_the_word_index() -> None:
    ranks = sample_word_index()
    assert sorted(ranks.values()) == list(range(1, len(ranks) + 1))
    assert 150 < len(ranks) + INDEX_FROM < 200
    for review in TRAIN.reviews + TEST.reviews:
        assert review[0] == START_ID
        assert INDEX_FROM < min(review[1:]) <= max(review) <= len(ranks) + INDEX_FROM


def test_lower_ranks_are_more_frequent() -> None:
    counts = Counter(word for review in TRAIN.reviews + TEST.reviews for word in review[1:])
    by_rank = [counts[rank + INDEX_FROM] for rank in sorted(sample_word_index().values())]
    assert by_rank == sorted(by_rank, reverse=True)


def test_every_symbol_was_expanded_and_every_slot_filled() -> None:
    words = sample_word_index()
    assert all(word.islower() for word in words)
    assert words.keys().isdisjoint(GRAMMAR)


def test_lengths_vary_so_that_padding_matters() -> None:
    lengths = sorted(len(review) for review in TRAIN.reviews)
    assert lengths[0] < 10
    assert 20 < lengths[len(lengths) // 2] < 35
    assert 80 < lengths[-1] < 110


def test_turns_have_their_twin_of_the_other_label_in_the_same_split() -> None:
    for split in (TRAIN, TEST):
        bags = labels_by_bag(split).values()
        twins = sum(labels[0] + labels[1] for labels in bags if labels[0] == labels[1])
        assert 0.55 < twins / len(split.labels) < 0.65
        assert all(labels[0] == labels[1] or not labels[0] * labels[1] for labels in bags)


def test_words_without_their_order_are_not_enough() -> None:
    assert 0.65 < bag_of_words_accuracy(*TRAIN, *TEST) < 0.75
    assert bag_of_words_accuracy(*TRAIN, *TEST, max_ngram=2) < 0.85


@settings(max_examples=10)
@given(st.integers(0, 2**32), st.integers(1, 20), st.integers(0, 20))
def test_a_seed_makes_the_same_reviews_and_none_twice(seed: int, train: int, test: int) -> None:
    splits = sample_reviews(2 * train, 2 * test, seed)
    sample_reviews(2 * train, 2 * test, seed + 1)
    assert sample_reviews(2 * train, 2 * test, seed) == splits
    reviews = [tuple(review) for split in splits for review in split.reviews]
    assert len(set(reviews)) == len(reviews) == 2 * (train + test)


def test_half_a_pair_is_refused() -> None:
    with pytest.raises(ValueError, match="pairs: 3 is odd"):
        sample_reviews(2, 1)
