"""The tiles' figure shows the running maximum, the running sum, the factor and each softmax."""

from collections.abc import Callable

import pytest
import torch
from matplotlib.patches import Rectangle

from lib.kit.figures import plot_tiles

from .conftest import Shown, is_labelled


def test_each_column_is_the_state_after_a_block(shown: Callable[[], Shown]) -> None:
    scores = torch.tensor([0.0, 1.0, 3.0, 2.0, 1.0])
    plot_tiles(scores, block_size=2)
    result = shown()
    assert is_labelled(result.figure)
    assert len(result.figure.axes) == 6
    # exp(-1) + 1; times exp(1 - 3), + 1 + exp(-1); times 1, + exp(-2)
    titles = [axes.get_title().replace("\n", ": ") for axes in result.figure.axes[:3]]
    assert titles == [
        "After block 1: l = 1.37",
        "After block 2: l = 0.14 × 1.37 + 1.37 = 1.55",
        "After block 3: l = 1.00 × 1.55 + 0.14 = 1.69",
    ]
    assert "after block 1 the maximum is 1.0 and the sum 1.37" in result.alt
    assert (
        "block 2 changes the maximum from 1.0 to 3.0, the old sum is multiplied by 0.14, and after "
        "it the sum is 1.55" in result.alt
    )
    for block, axes in enumerate(result.figure.axes[3:]):
        bars = [bar.get_height() for bar in axes.patches if isinstance(bar, Rectangle)]
        assert sum(bars) == pytest.approx(1)
        assert len(bars) == min(2 * block + 2, 5)


def test_the_factor_is_marked_where_the_maximum_rises(shown: Callable[[], Shown]) -> None:
    plot_tiles(torch.tensor([0.0, 1.0, 3.0, 2.0, 1.0]), block_size=2)
    marks = [
        [text.get_text() for text in axes.texts if "×" in text.get_text()]
        for axes in shown().figure.axes
    ]
    above, below = marks[:3], marks[3:]
    assert above == [[], ["× $e^{-2.0}$\n= 0.14"], []]
    # All softmax values of the block before shrink by one factor: 1.37 * 0.14 / 1.55, 1.55 / 1.69
    assert below == [[], ["all × 0.12"], ["all × 0.92"]]


def test_negative_scores_and_a_block_alone(shown: Callable[[], Shown]) -> None:
    plot_tiles(torch.tensor([-2.0, -1.0, -3.0]), block_size=3)
    assert "after block 1 the maximum is -1.0 and the sum 1.50" in shown().alt
