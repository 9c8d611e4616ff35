"""Numbers that are joined have one name, whatever the order."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from autograder.similarity.clusters import Clusters

PAIRS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)))


def test_alone_each_is_its_own() -> None:
    assert Clusters(3).members() == [[0], [1], [2]]


@given(PAIRS, st.randoms())
def test_the_order_of_joining_makes_no_difference(
    pairs: list[tuple[int, int]], rng: Random
) -> None:
    one, other = Clusters(10), Clusters(10)
    shuffled = rng.sample(pairs, len(pairs))
    for pair in pairs:
        one.join(*pair)
    for left, right in shuffled:
        other.join(right, left)
    assert one.members() == other.members()
    assert all(one.of(left) == one.of(right) for left, right in pairs)


def test_a_chain_is_one() -> None:
    clusters = Clusters(5)
    for pair in ((3, 4), (0, 1), (1, 3)):
        clusters.join(*pair)
    assert clusters.members() == [[0, 1, 3, 4], [2]]
