"""Sequences: slices, rounds of a loop, pairs the other way round."""

from autograder.mutation.operators.sequences import (
    other_iteration,
    other_subscript,
    swapped_tuple,
)

from .edited import edited


def test_slices_and_indices() -> None:
    assert edited(other_subscript, "x[:n]") == ["x[:n - 1]", "x[:n + 1]", "x[-n:]", "x[n:]", "x"]
    assert edited(other_subscript, "x[:2]") == ["x[-2:]", "x[2:]", "x"]
    assert edited(other_subscript, "x[i]") == ["x[i - 1]", "x[0]", "x"]


def test_rounds_of_a_loop() -> None:
    assert edited(other_iteration, "for x in y: z") == [
        "for x in list(y)[::-1]: z",
        "for x in list(y)[1:]: z",
        "for x in list(y)[:-1]: z",
    ]
    assert "[x for x in y if True]" in edited(other_iteration, "[x for x in y if x]")


def test_pairs_the_other_way_round() -> None:
    assert edited(swapped_tuple, "a, b, c") == ["b, a, c", "a, c, b"]
    assert edited(swapped_tuple, "{'x': a, 'y': b}") == ["{'x': b, 'y': a}"]
    assert edited(swapped_tuple, "(1, 2)") == []
