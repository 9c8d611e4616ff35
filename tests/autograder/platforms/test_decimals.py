"""Numbers in cells: read whatever is around them, written as the file has them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.platforms.decimals import decimal_mark, places_of, read_number, rounded, written

SCORES = st.decimals(0, 9999, places=2, allow_nan=False)


@given(SCORES, st.sampled_from(".,"), st.integers(0, 2))
def test_what_is_written_is_read(score: Decimal, mark: str, places: int) -> None:
    assert read_number(written(score, mark, places), mark) == score


@pytest.mark.parametrize("around", [" ", "\u00a0", "\u3000", "\u202f", "\t", "\u2009 "])
@given(score=SCORES)
def test_spaces_that_nobody_sees_are_no_part_of_a_number(around: str, score: Decimal) -> None:
    text = f"{around}{written(score)}{around}"
    assert read_number(text) == score


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("87,5", ",", "87.5"),
        ("87,5", ".", None),
        ("1,000.00", ".", "1000"),
        ("1.000,5", ",", "1000.5"),
        ("1\u00a0000,5", ",", "1000.5"),
        ("1'000.5", ".", "1000.5"),
        ("２０", ".", "20"),
        (".5", ".", "0.5"),
        ("-", ".", None),
        ("EX", ".", None),
        ("", ".", None),
        ("1e5", ".", None),
        ("NaN", ".", None),
        ("12 / 20", ".", None),
    ],
)
def test_what_is_a_number(text: str, mark: str, number: str | None) -> None:
    assert read_number(text, mark) == (None if number is None else Decimal(number))


def test_the_mark_is_that_of_the_first_column_that_shows_one() -> None:
    assert decimal_mark([""], ["100,00", "5"], ["1.5"]) == ","
    assert decimal_mark(["100"], ["7", "8"]) is None
    assert decimal_mark(["1.5", "2.5", "3,5"]) == "."


def test_places_are_those_that_all_numbers_have() -> None:
    assert places_of(["100.00", "87.50"]) == 2
    assert places_of(["100", "87.5", ""]) == 0
    assert places_of([]) == 0


@pytest.mark.parametrize(
    ("score", "places", "text"),
    [
        (87.5, 0, "87.5"),
        (87.5, 2, "87.50"),
        (0.0, 0, "0"),
        (-0.001, 0, "0"),
        (100.0, 2, "100.00"),
        (1 / 3, 0, "0.33"),
        (2.675, 0, "2.68"),
        (0.1 + 0.2, 0, "0.3"),
        (10.0, 0, "10"),
    ],
)
def test_scores_are_rounded_as_people_do(score: float, places: int, text: str) -> None:
    assert written(score, ".", places) == text
    assert rounded(score) == Decimal(text)
