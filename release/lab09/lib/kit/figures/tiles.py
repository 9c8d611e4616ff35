"""The figure of Exercise 3.3: a softmax that is built up block by block."""

from torch import Tensor

from .show import show
from .style import BLUE, GREEN, GREY, ORANGE, PALE_GREY, subplots


def plot_tiles(scores: Tensor, block_size: int) -> None:
    """The scores of one query and the softmax of what has been seen after each block.

    Args:
        scores: (T,).
        block_size: scores per block; at most four blocks.
    """
    keys = range(1, len(scores) + 1)
    ends = [min(start + block_size, len(scores)) for start in range(0, len(scores), block_size)]
    colors = [(BLUE, ORANGE, GREEN, GREY)[place // block_size] for place in range(len(scores))]
    top = float(scores.max())
    stories = []
    with subplots(2, len(ends), (3.1 * len(ends), 4.2), sharex=True, sharey="row") as (
        figure,
        axes,
    ):
        for block, end in enumerate(ends):
            seen = scores[:end]
            m = float(seen.max())
            l = float((seen - m).exp().sum())  # noqa: E741 (the notebook's name)
            above, below = axes[block], axes[block + len(ends)]
            shades = [*colors[:end], *[PALE_GREY] * (len(scores) - end)]
            above.bar(keys, scores.tolist(), color=shades)
            above.axhline(m, color="black", linestyle="--", linewidth=1.2)
            above.text(
                len(scores) + 0.5, m + 0.04 * top, f"maximum m = {m:.1f}", ha="right", va="bottom"
            )
            above.set(title=f"After block {block + 1}: sum l = {l:.2f}")
            below.bar(keys[:end], seen.softmax(dim=0).tolist(), color=colors[:end])
            below.set(xlabel="key", xticks=keys)
            stories.append(f"after block {block + 1} the maximum is {m:.1f} and the sum {l:.2f}")
        axes[0].set(ylabel="score", ylim=(0, 1.2 * top))
        axes[len(ends)].set_ylabel("softmax of the keys\nseen so far (sum 1)")
    show(
        figure,
        "Above, the scores of one query with the running maximum as a dashed line; below, the "
        f"softmax of the keys seen so far. It goes block by block: {'; '.join(stories)}.",
    )
