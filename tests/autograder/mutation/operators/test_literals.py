"""Literals: numbers, truth values, texts, and lists of them."""

import pytest

from autograder.mutation.operators.literals import other_constant, other_number_list

from .edited import edited


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = True", ["x = False"]),
        ("x = 1", ["x = 2", "x = 0"]),
        ("x = 10", ["x = 11", "x = 9", "x = 100"]),
        ("x = -1", ["x = 0", "x = -2", "x = 1"]),
        ("x = 0.5", ["x = 0.0", "x = 1.0", "x = 100.0"]),
        ("x = 2.5", ["x = 0.0", "x = 5.0"]),
        ("x = 'ä'", ['x = ""']),
        ("x = ''", []),
        ("x = None", []),
        ("'A docstring.'", []),
    ],
)
def test_constants(source: str, expected: list[str]) -> None:
    assert edited(other_constant, source) == expected


def test_only_the_first_number_of_a_row() -> None:
    assert edited(other_constant, "x = [[1, 2], [3, 4]]") == [
        "x = [[2, 2], [3, 4]]",
        "x = [[0, 2], [3, 4]]",
        "x = [[1, 2], [4, 4]]",
        "x = [[1, 2], [2, 4]]",
    ]


def test_rows_and_columns_the_other_way_round() -> None:
    assert edited(other_number_list, "x = [[1, 2], [3, 4]]") == [
        "x = [[3, 4], [1, 2]]",
        "x = [[2, 1], [3, 4]]",
        "x = [[1, 2], [4, 3]]",
    ]
    assert edited(other_number_list, "x = [a, b]") == []
