"""The figure of Exercise 3.3: a softmax that is built up block by block."""

import math

from matplotlib.axes import Axes
from torch import Tensor

from .show import show
from .style import BLUE, FULL_WIDTH_IN, GREEN, GREY, INK, ORANGE, PALE_GREY, subplots


def plot_tiles(scores: Tensor, block_size: int) -> None:
    """The scores of one query and the softmax of what has been seen after each block.

    Args:
        scores: (T,).
        block_size: scores per block; at most four blocks.
    """
    ends = [min(start + block_size, len(scores)) for start in range(0, len(scores), block_size)]
    stories = []
    size = (FULL_WIDTH_IN, 4.6)
    with subplots(2, len(ends), size, sharex=True, sharey="row") as (figure, axes):
        start, m, l = 0, -math.inf, 0.0  # noqa: E741 (the notebook's name)
        for block, end in enumerate(ends):
            old_m, m = m, float(scores[:end].max())
            rescale = math.exp(old_m - m)  # 0 at the first block
            of_block = float((scores[start:end] - m).exp().sum())
            old_l, l = l, rescale * l + of_block  # noqa: E741
            above, below = axes[block], axes[block + len(ends)]
            _draw_scores(above, scores, end, block_size, (old_m, m))
            _draw_softmax(below, scores, (start, end), block_size)
            start = end
            if not block:
                sums = f"l = {l:.2f}"
                stories.append(f"after block 1 the maximum is {m:.1f} and the sum {l:.2f}")
            else:
                sums = f"l = {rescale:.2f} × {old_l:.2f} + {of_block:.2f} = {l:.2f}"
                stories.append(
                    f"block {block + 1} changes the maximum from {old_m:.1f} to {m:.1f}, the old "
                    f"sum is multiplied by {rescale:.2f}, and after it the sum is {l:.2f}"
                )
            above.set_title(f"After block {block + 1}\n{sums}")
        axes[0].set_ylabel("score")
        axes[len(ends)].set_ylabel("softmax of the keys\nseen so far (sum 1)")
    show(
        figure,
        "Above, the scores of one query with the running maximum as a dashed line; below, the "
        "softmax of the keys seen so far, the bars of the block before as outlines. It goes block "
        f"by block: {'; '.join(stories)}.",
    )


def _colors(num_keys: int, block_size: int) -> list[str]:
    return [(BLUE, ORANGE, GREEN, GREY)[place // block_size] for place in range(num_keys)]


def _draw_scores(
    axes: Axes, scores: Tensor, end: int, block_size: int, maxima: tuple[float, float]
) -> None:
    """All scores, those not yet seen pale; the maximum before and after, and the step between."""
    num_keys = len(scores)
    low, high = min(0, float(scores.min())), max(0, float(scores.max()))
    shades = [*_colors(end, block_size), *[PALE_GREY] * (num_keys - end)]
    axes.bar(range(1, num_keys + 1), scores.tolist(), color=shades)
    old_m, m = maxima
    axes.axhline(m, color=INK, linestyle="--", linewidth=1.2)
    axes.text(0.4, m + 0.03 * (high - low), f"m = {m:.1f}", ha="left", va="bottom")
    if -math.inf < old_m < m:
        axes.axhline(old_m, color=GREY, linestyle=":", linewidth=1.2)
        arrow = {"arrowstyle": "-|>", "color": INK, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", (1, m), (1, old_m), arrowprops=arrow)
        factor = f"× $e^{{{old_m - m:.1f}}}$\n= {math.exp(old_m - m):.2f}"
        axes.text(1.25, (m + old_m) / 2, factor, ha="left", va="center", fontsize=9)
    axes.set_ylim(low, high + 0.2 * (high - low))


def _draw_softmax(axes: Axes, scores: Tensor, block: tuple[int, int], block_size: int) -> None:
    """The softmax of what has been seen, and as outlines what it was before the block."""
    start, end = block
    now, before = (scores[:stop].softmax(dim=0).tolist() for stop in (end, start))
    axes.bar(range(1, end + 1), now, color=_colors(end, block_size))
    if start:
        axes.step(
            [0.5, *(key + 0.5 for key in range(1, start + 1))],
            [*before, before[-1]],
            where="post",
            color=GREY,
            linestyle=":",
        )
        axes.text(0.5, max(before) + 0.02, f"all × {now[0] / before[0]:.2f}", fontsize=9)
    axes.set(xlabel="key", xticks=range(1, len(scores) + 1))
