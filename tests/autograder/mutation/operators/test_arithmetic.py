"""Arithmetic: another operator, the operands the other way round, one operand missing."""

import pytest

from autograder.mutation.operators.arithmetic import other_operator

from .edited import edited


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a + b", ["a - b", "a", "b"]),
        ("a * b", ["a / b", "a", "b"]),
        ("a - b", ["a + b", "b - a", "a"]),
        ("a ** b", ["a * b", "b ** a", "a"]),
        ("a // b", ["a % b", "b // a", "a"]),
        ("a @ b", ["a * b", "b @ a", "a"]),
        ("a & b", []),
        ("a < b", []),
    ],
)
def test_of_two_operands(source: str, expected: list[str]) -> None:
    assert edited(other_operator, source) == expected


def test_operands_stay_together() -> None:
    assert "(a - b) / c" in edited(other_operator, "(a + b) / c")
    assert "(a / b) ** c" in edited(other_operator, "(a * b) ** c")
    assert "-(a + b)" in edited(other_operator, "-(a - b)")
    assert "a + (b / c)" in edited(other_operator, "a + b * c")
