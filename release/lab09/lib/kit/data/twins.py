"""Finds two reviews for a close look: the same words in another order, and opposite labels."""

from collections.abc import Sequence


def find_twins(reviews: Sequence[Sequence[int]], labels: Sequence[int]) -> tuple[int, int]:
    """The places of the shortest twins: two reviews of the same words with different labels.

    Where there are none, as in real data sets, the two shortest reviews.

    Raises:
        ValueError: there are fewer than two reviews.
    """
    if len(reviews) < 2:
        raise ValueError("fewer than two reviews; give at least two")
    by_length = sorted(range(len(reviews)), key=lambda place: len(reviews[place]))
    with_words: dict[tuple[int, ...], int] = {}
    for place in by_length:
        first = with_words.setdefault(tuple(sorted(reviews[place])), place)
        if labels[first] != labels[place]:
            return first, place
    return by_length[0], by_length[1]
