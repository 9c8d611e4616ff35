"""Figures of Exercises 3 and 4: attention weights, positions, and which words mattered."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from torch import Tensor

from .show import show
from .style import (
    ALWAYS_BLACK,
    ALWAYS_WHITE,
    BLUE,
    FULL_WIDTH_IN,
    GREEN,
    GREY,
    INK,
    ORANGE,
    subplots,
)

FEW_WORDS = 5  # up to here each weight is written into its square


def plot_attention(
    weights: Sequence[Tensor], reviews: Sequence[Sequence[str]], titles: Sequence[str]
) -> None:
    """Attention weights as heat maps side by side, on one scale: a row per token that looks.

    Args:
        weights: (N, N) for each text.
        reviews: the words of each.
        titles: one for each.
    """
    maps = [one.cpu() for one in weights]
    largest = max(float(one.max()) for one in maps)
    num_words = max(len(words) for words in reviews)
    width = FULL_WIDTH_IN if len(maps) > 1 else 2.9 + 0.3 * num_words
    height = 2.2 + (0.3 * num_words if num_words <= FEW_WORDS else 1.9)
    with subplots(1, len(maps), (width, height)) as (figure, all_axes):
        for axes, one, words, title in zip(all_axes, maps, reviews, titles, strict=True):
            image = _draw_map(axes, one, words, largest)
            axes.set(title=title, xlabel="key: looked at")
        all_axes[0].set_ylabel("query: looks")
        figure.colorbar(image, ax=all_axes, label="attention weight", shrink=0.7)
    stories = []
    for one, words, title in zip(maps, reviews, titles, strict=True):
        received = one.mean(dim=0)  # (N,)
        most = [
            f"{words[place]} ({float(received[place]):.2f} on average)"
            for place in received.argsort(descending=True).tolist()[:3]
        ]
        stories.append(
            f"{title}: a square of {len(words)} by {len(words)} weights, a row per word that looks "
            "and a column per word looked at. Most attention is received by "
            f"{', '.join(most)}. From row to row a weight differs by at most "
            f"{float((one.amax(dim=0) - one.amin(dim=0)).max()):.2f}."
        )
    scale = f" Both have one scale, from 0 to {largest:.2f}." if len(maps) > 1 else ""
    show(figure, " ".join(stories) + scale)


def _draw_map(axes: Axes, weights: Tensor, words: Sequence[str], largest: float) -> AxesImage:
    image = axes.imshow(weights.numpy(), vmin=0, vmax=largest)
    axes.set_xticks(range(len(words)), words, rotation=90)
    axes.set_yticks(range(len(words)), words)
    if len(words) <= FEW_WORDS:
        for row, of_query in enumerate(weights.tolist()):
            for column, weight in enumerate(of_query):
                color = ALWAYS_BLACK if weight > 0.6 * largest else ALWAYS_WHITE
                axes.text(column, row, f"{weight:.3f}", ha="center", va="center", color=color)
    return image


def plot_positions(positions: Tensor) -> None:
    """Sinusoidal position vectors, (length, d): their sines, and their dot products."""
    sines = positions[:, 0::2]  # (length, d / 2)
    length = len(positions)
    products = (positions @ positions.T).tolist()  # (length, length)
    with subplots(1, 2, (FULL_WIDTH_IN, 3.1)) as (figure, (heat_map, curves)):
        image = heat_map.imshow(sines.numpy(), aspect="auto", vmin=-1, vmax=1)
        heat_map.set(
            title="The sines: fast on the left,\nslow on the right",
            xlabel="pair of columns, i",
            ylabel="position, p",
        )
        figure.colorbar(image, ax=heat_map, label="value")
        # The curves lie on each other, so thin ones are drawn over thick ones.
        for place, color, line, thickness in (
            (0, BLUE, "-", 6),
            (length // 2, ORANGE, "-", 3),
            (length - 1, GREEN, "--", 1.5),
        ):
            distances = [other - place for other in range(length)]
            label = f"p = {place}"
            curves.plot(distances, products[place], line, color=color, lw=thickness, label=label)
        curves.set(
            title="Dot product of two position vectors:\nonly the distance counts",
            xlabel="distance of the positions, p′ − p",
            ylabel="dot product of $P_p$ and $P_{p'}$",
        )
        curves.legend()
    middle = products[length // 2]
    show(
        figure,
        f"Left: a heat map of {sines.shape[1]} sines over {length} positions. The first column "
        "swings about once in six positions, later ones ever more slowly, the last hardly changes. "
        f"Right: the dot products of positions 0, {length // 2} and {length - 1} with all others, "
        "over the distance. The three curves lie on each other and are the same to the left and to "
        f"the right: {middle[length // 2]:.1f} at distance 0, {middle[length // 2 - 1]:.1f} at "
        f"distance 1, at most {max(products[0][length // 2 :]):.1f} from distance {length // 2}.",
    )


def plot_influence(
    words: Sequence[str], received: Tensor, effects: Mapping[str, Tensor], title: str
) -> None:
    """Bars over a review's words: the attention each receives, and its effect on the logits.

    Args:
        words: of the review.
        received: attention, a number per word, (num_words,).
        effects: a model's name -> how much each word raises its logit, (num_words,).
    """
    rows = {"attention\nreceived": received}
    rows |= {f"effect on the\nlogit, {name}": values for name, values in effects.items()}
    size = (FULL_WIDTH_IN, 1.35 * len(rows) + 1.1)
    with subplots(len(rows), 1, size, sharex=True) as (figure, all_axes):
        for axes, (name, tensor) in zip(all_axes, rows.items(), strict=True):
            values = tensor.tolist()
            colors = [BLUE if value >= 0 else ORANGE for value in values]
            axes.bar(range(len(words)), values, color=GREY if tensor is received else colors)
            axes.axhline(0, color=INK, linewidth=0.8)
            axes.set_ylabel(name, fontsize=9)
        all_axes[0].set_title(title)
        all_axes[-1].set_xlabel("word")
        all_axes[-1].set_xticks(range(len(words)), words, rotation=60)
        for label in all_axes[-1].get_xticklabels():
            label.set(ha="right", rotation_mode="anchor")
        figure.align_ylabels(all_axes)
    stories = []
    for name, tensor in rows.items():
        most = tensor.abs().argsort(descending=True, stable=True).tolist()[:3]
        largest = ", ".join(f"{words[place]} ({float(tensor[place]):+.2f})" for place in most)
        stories.append(f"{' '.join(name.split())}: {largest}")
    show(figure, f"{title}. Bars over the words. The largest: {'; '.join(stories)}.")
