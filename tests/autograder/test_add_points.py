"""Points add up exactly, whatever fractions of one they are."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from autograder.add_points import add_points


@given(st.lists(st.integers(0, 10_000)))
def test_hundredths_add_up_as_on_paper(hundredths: list[int]) -> None:
    total = add_points(number / 100 for number in hundredths)
    assert total == float(Fraction(sum(hundredths), 100))
