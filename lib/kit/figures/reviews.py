"""Figures of Exercise 1: padding, and what an LSTM's states do while it reads."""

from collections.abc import Sequence

import torch
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Patch, Rectangle
from torch import Tensor

from .show import show
from .style import (
    BLUE,
    FULL_WIDTH_IN,
    GREY,
    INK,
    ORANGE,
    PALE_BLUE,
    PALE_GREY,
    subplots,
)

NUM_IN_DETAIL = 6
MOST_IN_DETAIL = 20  # words, so that each id can be read
NUM_IN_OVERVIEW = 60


def plot_padding(tokens: Tensor) -> None:
    """The ids of a few short reviews, and the mask of the first ones.

    Args:
        tokens: reviews padded with 0 on the right, int64, (batch, seq_len).
    """
    tokens = tokens.cpu()
    lengths = tokens.count_nonzero(dim=1)  # (batch,)
    fitting = (lengths <= MOST_IN_DETAIL).nonzero().squeeze(1)
    short = fitting if len(fitting) >= NUM_IN_DETAIL else lengths.argsort(stable=True)
    short = short[:NUM_IN_DETAIL].sort().values
    ids = tokens[short][:, : int(lengths[short].max()) + 2]  # (NUM_IN_DETAIL, at most seq_len)
    tokens, lengths = tokens[:NUM_IN_OVERVIEW], lengths[:NUM_IN_OVERVIEW]
    size = (FULL_WIDTH_IN, 2.9)
    with subplots(1, 2, size, width_ratios=(1.9, 1)) as (figure, (detail, overview)):
        _write_ids(detail, ids)
        _fill_up(overview, lengths, tokens.shape[1], BLUE)
        overview.set(title=f"The mask of {len(tokens)} reviews", xlabel="position", ylabel="review")
        shades = [Patch(color=BLUE, label="word"), Patch(color=PALE_GREY, label="padding")]
        overview.legend(handles=shades, loc="lower right", framealpha=1)
    share = 1 - lengths.float().mean().item() / tokens.shape[1]
    show(
        figure,
        f"Left: the token ids of {len(ids)} short reviews, filled with zeros on the right, each "
        f"review's last word framed. Right: words and padding of {len(tokens)} reviews; {share:.0%}"
        " of their positions are padding.",
    )


def _write_ids(axes: Axes, ids: Tensor) -> None:
    rows, columns = ids.shape
    _fill_up(axes, (ids != 0).sum(dim=1), columns, PALE_BLUE)
    for row in range(rows):
        for column in range(columns):
            token = int(ids[row, column])
            color = INK if token else GREY
            place = (column + 1, row + 1)
            axes.text(*place, str(token), ha="center", va="center", color=color, fontsize=7.5)
        last = int((ids[row] != 0).sum())
        frame = (last - 0.5, row + 0.5)
        axes.add_patch(Rectangle(frame, 1, 1, fill=False, edgecolor=ORANGE, linewidth=2))
    axes.set(
        title="Six short reviews: ids of words, then zeros; the last word is framed",
        xlabel="position",
        ylabel="review",
        xticks=range(1, columns + 1, 2),
        yticks=range(1, rows + 1),
    )
    axes.tick_params(length=0)


def _fill_up(axes: Axes, lengths: Tensor, seq_len: int, color: str) -> None:
    """A bar per review as long as its words, and from there the padding."""
    rows, words = range(1, len(lengths) + 1), lengths.tolist()
    padding = [seq_len - length for length in words]
    axes.barh(rows, words, height=1, left=0.5, color=color)
    axes.barh(rows, padding, height=1, left=[0.5 + length for length in words], color=PALE_GREY)
    axes.set(xlim=(0.5, seq_len + 0.5), ylim=(len(words) + 0.5, 0.5))


def plot_states(distance: Tensor, num_words: int) -> None:
    """How far apart two reviews' states are at each position.

    Args:
        distance: (seq_len,).
        num_words: in the longer review; only padding follows.
    """
    values = distance.tolist()
    with subplots(1, 1, (FULL_WIDTH_IN, 2.7)) as (figure, (axes,)):
        axes.plot(range(1, len(values) + 1), values)
        beyond = (num_words + 0.5, len(values) + 0.5)
        axes.axvspan(*beyond, color=GREY, alpha=0.25, label="both read padding")
        axes.set(
            title="Padding makes the LSTM forget: how far apart two reviews' states are",
            xlabel="position in the sequence",
            ylabel="distance of the states",
            ylim=(0, 1.05 * max(values)),
        )
        axes.legend(loc="upper right")
    show(
        figure,
        f"A curve over {len(values)} positions. The distance of the two states is at most "
        f"{max(values):.2f}, is {values[num_words - 1]:.2f} after the last word at position "
        f"{num_words}, and {values[-1]:.2f} at the end of the padding.",
    )


def plot_unrolled(
    reviews: Sequence[list[str]], probabilities: Sequence[Tensor], truths: Sequence[str]
) -> None:
    """An LSTM unrolled over reviews, with what it would say after each word.

    Args:
        reviews: the words of each.
        probabilities: of "positive", after each word, (num_words,) for each review.
        truths: the true verdict on each.
    """
    with subplots(len(reviews), 1, (FULL_WIDTH_IN, 3.1 * len(reviews))) as (figure, all_axes):
        for axes, words, running, truth in zip(
            all_axes, reviews, probabilities, truths, strict=True
        ):
            _unroll(axes, words, running.tolist())
            axes.set_title(f"A {truth} review: the LSTM's running prediction")
        all_axes[-1].set_xlabel("word read (the state is passed on from left to right)")
    stories = [
        f"In the {truth} review the probability of positive ends at {running[-1]:.2f}, after "
        f"“{words[_turn(running)]}” made the largest change."
        for words, running, truth in zip(reviews, probabilities, truths, strict=True)
    ]
    show(
        figure,
        "An LSTM as a chain of states, one for each word, and above it the probability of "
        "“positive” after each word. " + " ".join(stories),
    )


def _turn(running: Tensor) -> int:
    """The word after which the prediction changes most; before the first word it is one half."""
    before = torch.cat([running.new_tensor([0.5]), running[:-1]])
    return int((running - before).abs().argmax())


def _unroll(axes: Axes, words: list[str], running: list[float]) -> None:
    places = range(len(words))
    state_y, half_width, half_height = -0.32, 0.3, 0.13
    colormap = colormaps["PuOr"]  # orange: negative, purple: positive
    for place, probability in zip(places, running, strict=True):
        corner = (place - half_width, state_y - half_height)
        face = colormap(0.15 + 0.7 * probability)
        size = (2 * half_width, 2 * half_height)
        axes.add_patch(
            FancyBboxPatch(corner, *size, boxstyle="round,pad=0,rounding_size=0.1", fc=face)
        )
        axes.plot([place, place], [state_y + half_height, probability], color=PALE_GREY, zorder=0)
        if place:
            ends = ((place - half_width, state_y), (place - 1 + half_width, state_y))
            axes.annotate("", *ends, arrowprops={"arrowstyle": "->", "shrinkA": 0, "shrinkB": 0})
    axes.plot(places, running, marker="o", color=BLUE)
    axes.axhline(0.5, color=INK, linestyle=":", linewidth=1)
    axes.text(len(words) - 0.4, 0.52, "undecided", ha="left", va="bottom", fontsize=8)
    axes.text(len(words) - 0.4, state_y, "states", ha="left", va="center", fontsize=8)
    axes.set(
        ylabel='P("positive")', ylim=(-0.52, 1.08), xlim=(-0.6, len(words) + 0.8), xticks=places
    )
    axes.set_yticks([0, 0.5, 1])
    axes.set_xticklabels(words, rotation=45, ha="right", rotation_mode="anchor")
