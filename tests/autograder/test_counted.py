"""One is singular, all else is plural."""

import pytest

from autograder.counted import counted


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 points"), (1, "1 point"), (1.0, "1 point"), (0.5, "0.5 points"), (12, "12 points")],
)
def test_a_number_and_its_noun(number: float, said: str) -> None:
    assert counted(number, "point") == said


def test_a_long_number_is_written_out() -> None:
    assert counted(1_234_567, "row") == "1234567 rows"
