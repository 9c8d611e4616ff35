"""The bag of words knows words, not their order."""

from lib.reference.baseline import bag_of_words_accuracy


def test_words_are_enough_where_they_differ() -> None:
    reviews, labels = [[5, 6], [7, 6], [5, 8], [7, 8]] * 5, [1, 0, 1, 0] * 5
    assert bag_of_words_accuracy(reviews, labels, reviews, labels) == 1.0


def test_twins_of_one_bag_are_a_coin_toss_until_pairs_are_seen() -> None:
    reviews, labels = [[5, 6, 7], [7, 6, 5]] * 10, [1, 0] * 10
    assert bag_of_words_accuracy(reviews, labels, reviews, labels) == 0.5
    assert bag_of_words_accuracy(reviews, labels, reviews, labels, max_ngram=2) == 1.0
