"""Values as students read them."""

import numpy as np
import pytest
import torch

from lib.kit.checks import CheckFailure, assert_close, assert_equal, assert_tensor_equal
from lib.kit.checks.failure import Compared
from lib.kit.checks.shown import Watched, can_be_watched, details_of, written


def compared(actual: object, expected: object) -> list[Compared]:
    compare = assert_close if isinstance(expected, float) else assert_equal
    with pytest.raises(CheckFailure) as caught:
        compare(actual, expected)
    return caught.value.compared


def test_a_small_value_is_shown_whole() -> None:
    found = compared([1, 3], [1, 2])
    assert details_of(found, []) == ("expected [1, 2]", "got      [1, 3]")


def test_of_a_large_one_the_part_that_differs_is_shown() -> None:
    actual, expected = list(range(100)), list(range(100))
    actual[50] = -1
    assert details_of(compared(actual, expected), []) == ("expected 50", "got      -1")


def test_of_a_large_tensor_the_first_place_that_differs_is_shown() -> None:
    expected = torch.zeros(5, 6)
    actual = expected.clone()
    actual[3, 4] = 0.5
    with pytest.raises(CheckFailure) as caught:
        assert_close(actual, expected)
    lines = details_of(caught.value.compared, [])
    assert lines == ("expected at [3, 4]: 0", "got      at [3, 4]: 0.5")


def test_the_message_itself_tells_no_value() -> None:
    with pytest.raises(CheckFailure) as caught:
        assert_tensor_equal(torch.tensor([7]), torch.tensor([12345]))
    assert "12345" not in str(caught.value) + repr(caught.value)


def test_the_call_is_shown_with_its_arguments_as_they_were() -> None:
    calls: list[tuple[str, object]] = []

    def double(numbers: list[int], times: int = 1) -> list[int]:
        numbers.append(0)
        return [2 * number for number in numbers]

    result = Watched(double, calls)([1], times=2)
    first, *_ = details_of(compared(result, [2]), calls)
    assert first == "double([1], times=2)"
    other, *_ = details_of(compared([3], [2]), calls)
    assert other == "expected [2]"  # not what that call gave


def test_classes_and_objects_stay_what_they_are() -> None:
    assert can_be_watched(written)
    assert not any(can_be_watched(one) for one in (int, torch.nn.ReLU, torch.nn.ReLU(), 3))


class Mute:
    def __repr__(self) -> str:
        raise ValueError


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (torch.tensor([[1.0, 2.5]]), "tensor([[1, 2.5]])"),
        (torch.tensor([1.0], dtype=torch.float64), "tensor([1], torch.float64)"),
        (torch.tensor(3), "3"),
        (torch.zeros(100, 2), "tensor of shape (100, 2)"),
        (np.array([1, 2]), "array([1, 2])"),
        (np.zeros(99), "array of shape (99,)"),
        (1 / 3, "0.3333"),
        ("a" * 500, f"'{'a' * 87} …"),
        (Mute(), "a Mute"),
    ],
)
def test_any_value_is_written_shortly(value: object, text: str) -> None:
    assert written(value) == text
