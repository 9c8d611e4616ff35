"""Exercise 2's figures are additions as on paper: carries are marked, and what is wrong."""

from collections.abc import Callable

import pytest
import torch

from lib.kit.figures import plot_addition, plot_sums
from lib.kit.figures.style import INK, ORANGE

from .conftest import Shown, texts


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
    assert [text.get_text() for text in plain.texts] == ["+", "0", "4", "2"]
    marks = [text.get_position()[0] for text in carried.texts if text.get_text() == "+1"]
    assert marks == [0.5, 1.5]


def test_numbers_stand_above_each_other(shown: Callable[[], Shown]) -> None:
    num_1, num_2 = torch.zeros(3, 1, 28, 28), torch.ones(3, 1, 28, 28)
    plot_addition(num_1, num_2, [0, 4, 2], [0, 4, 2])
    result = shown()
    (axes,) = result.figure.axes
    assert axes.get_title() == "The model's sum 42\nis right"
    rows = [label.get_text() for label in axes.get_yticklabels()]
    assert rows == ["first", "second", "model"]
    first, second = axes.images[:3], axes.images[3:]
    assert all(image.get_array().max() == 0 for image in first)  # type: ignore[union-attr]
    assert all(image.get_array().min() == 1 for image in second)  # type: ignore[union-attr]
    for above, below in zip(first, second, strict=True):
        assert above.get_extent()[2] > below.get_extent()[3]
        assert above.get_extent()[:2] == below.get_extent()[:2]


def test_a_right_sum_is_plain(shown: Callable[[], Shown]) -> None:
    images = torch.rand(3, 1, 28, 28)
    plot_addition(images, images, [0, 4, 2], [0, 4, 2])
    result = shown()
    assert texts(result.figure) == ["+", "0", "4", "2"]
    assert result.figure.axes[0].patches[:] == []
    assert result.alt.endswith("The model's sum 42, below them, is right.")


@pytest.mark.parametrize(
    ("predicted", "truth", "wrong"),
    [([1, 0, 7], [1, 2, 7], "2"), ([9, 9], [0, 0], "1, 2"), ([3], [4], "1")],
)
def test_wrong_digits_are_crossed_out_and_put_right(
    shown: Callable[[], Shown], predicted: list[int], truth: list[int], wrong: str
) -> None:
    images = torch.rand(len(truth), 1, 28, 28)
    plot_addition(images, images, predicted, truth)
    result = shown()
    (axes,) = result.figure.axes
    columns = [int(column) - 1 for column in wrong.split(", ")]
    marked = [text for text in axes.texts if text.get_color() == ORANGE]
    assert [text.get_text() for text in marked] == [str(truth[column]) for column in columns]
    assert [text.get_position()[0] - 0.5 for text in marked] == columns
    assert len(axes.patches) == len(columns)
    plain = [text.get_text() for text in axes.texts if text.get_color() == INK]
    assert plain == ["+", *map(str, predicted)]
    number, true_number = (int("".join(map(str, digits))) for digits in (predicted, truth))
    assert f"sum {number}, below them, is wrong: it should be {true_number}." in result.alt
    assert result.alt.endswith(f"Wrong in column {wrong}.")


def test_a_sum_of_another_length_is_drawn_all_the_same(shown: Callable[[], Shown]) -> None:
    """What a student's code makes may have a digit too many."""
    images = torch.rand(3, 1, 28, 28)
    plot_addition(images, images, [1, 2, 3, 4], [1, 2, 3])
    assert "The model's sum 1234, below them, is wrong: it should be 123." in shown().alt
