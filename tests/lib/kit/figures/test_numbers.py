"""Exercise 2's figures mark the columns that receive a carry."""

from collections.abc import Callable

import torch

from lib.kit.figures import plot_digits, plot_sums

from .conftest import Shown, is_labelled, texts


def test_columns_with_a_carry_are_marked(shown: Callable[[], Shown]) -> None:
    images = torch.rand(3, 1, 28, 28)
    samples = [
        {"num_1": images, "num_2": images, "label": torch.tensor(digits)}
        for digits in ([0, 4, 2], [3, 1, 4])
    ]
    plot_sums(samples, [torch.tensor([0, 0, 0]), torch.tensor([1, 1, 0])])
    result = shown()
    assert all(axes.get_title() and axes.get_xlabel() for axes in result.figure.axes)
    assert "42 with no carry; 314 with carry into columns 1 and 2" in result.alt
    plain, carried = result.figure.axes
    assert [text.get_text() for text in plain.texts] == ["0", "4", "2"]
    marks = [text.get_position()[0] for text in carried.texts if text.get_text() == "+1"]
    assert marks == [0.5, 1.5]


def test_digits_stand_in_two_rows(shown: Callable[[], Shown]) -> None:
    num_1, num_2 = torch.zeros(3, 1, 28, 28), torch.ones(3, 1, 28, 28)
    plot_digits(num_1, num_2)
    result = shown()
    drawn = result.figure.axes[0].images[0].get_array()
    assert is_labelled(result.figure)
    assert drawn is not None and drawn.shape == (56, 84)
    assert drawn[:28].max() == 0 and drawn[28:].min() == 1
    assert texts(result.figure) == []
