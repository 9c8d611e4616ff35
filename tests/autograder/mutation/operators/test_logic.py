"""Conditions: another comparison, another connective, a negation missing."""

import pytest

from autograder.mutation.operators.logic import other_comparison, other_logic

from .edited import edited


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b", ["a <= b", "a > b"]),
        ("a >= b", ["a > b", "a <= b"]),
        ("a == b", ["a != b"]),
        ("a != b", ["a == b", "a > b"]),
        ("a is b", ["a is not b"]),
        ("a is  not b", ["a is b"]),
        ("a in b", ["a not in b"]),
        ("a not in b", ["a in b"]),
        ("a < b < c", []),
    ],
)
def test_comparisons(source: str, expected: list[str]) -> None:
    assert edited(other_comparison, source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a and b", ["a or b", "a", "b"]),
        ("a or b", ["a and b", "a", "b"]),
        ("not a", ["a"]),
        ("~a", ["a"]),
        ("-a", ["a"]),
        ("-1", []),
        ("a if c else b", ["b if c else a", "b"]),
    ],
)
def test_connectives(source: str, expected: list[str]) -> None:
    assert edited(other_logic, source) == expected
