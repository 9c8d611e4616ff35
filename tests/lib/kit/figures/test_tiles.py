"""The tiles' figure shows the running maximum, the running sum and each softmax."""

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
    sums = [1 + torch.e**-1, 1 + torch.e**-1 + torch.e**-2 + torch.e**-3]
    sums.append(sums[-1] + torch.e**-2)
    maxima = (1, 3, 3)
    for block, (m, total) in enumerate(zip(maxima, sums, strict=True)):
        assert (
            f"after block {block + 1} the maximum is {m:.1f} and the sum {total:.2f}" in result.alt
        )
        bars = [
            bar.get_height()
            for bar in result.figure.axes[3 + block].patches
            if isinstance(bar, Rectangle)
        ]
        assert sum(bars) == pytest.approx(1)
        assert len(bars) == min(2 * block + 2, 5)
