"""Figures of Exercises 3 and 4: attention weights, positions, and which words mattered."""

from collections.abc import Mapping, Sequence

from torch import Tensor

from .show import show
from .style import BLUE, GREY, ORANGE, subplots

FEW_WORDS = 5  # up to here each weight is written into its square


def plot_attention(weights: Tensor, words: Sequence[str], title: str) -> None:
    """Attention weights, (N, N), as a heat map: a row per token that looks."""
    weights = weights.cpu()
    size = 2.2 + (0.3 if len(words) <= FEW_WORDS else 0.23) * len(words)
    with subplots(1, 1, (size + 0.9, size)) as (figure, (axes,)):
        image = axes.imshow(weights.numpy(), vmin=0)
        axes.set(title=title, xlabel="key: looked at", ylabel="query: looks")
        axes.set_xticks(range(len(words)), words, rotation=90)
        axes.set_yticks(range(len(words)), words)
        if len(words) <= FEW_WORDS:
            bright = 0.6 * float(weights.max())
            for row, of_query in enumerate(weights.tolist()):
                for column, weight in enumerate(of_query):
                    color = "black" if weight > bright else "white"
                    axes.text(column, row, f"{weight:.3f}", ha="center", va="center", color=color)
        figure.colorbar(image, label="attention weight", shrink=0.8)
    received = weights.mean(dim=0)  # (N,)
    most = [words[place] for place in received.argsort(descending=True).tolist()[:3]]
    show(
        figure,
        f"{title}: a square of {len(words)} by {len(words)} weights, a row per word that looks and "
        f"a column per word looked at. Most attention is received by {', '.join(most)}.",
    )


def plot_positions(positions: Tensor) -> None:
    """The sines of sinusoidal position vectors, (length, d)."""
    sines = positions[:, 0::2]  # (length, d / 2)
    with subplots(1, 1, (7, 2.8)) as (figure, (axes,)):
        image = axes.imshow(sines.numpy(), aspect="auto", vmin=-1, vmax=1)
        axes.set(
            title="Sinusoidal positions: the sines, fast on the left and slow on the right",
            xlabel="pair of columns, i",
            ylabel="position, p",
        )
        figure.colorbar(image, label="value")
    show(
        figure,
        f"A heat map of {sines.shape[1]} sines over {len(sines)} positions. The first column swings"
        " about once in six positions, later ones ever more slowly, the last hardly changes.",
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
    size = (9.5, 1.35 * len(rows) + 1.1)
    with subplots(len(rows), 1, size, sharex=True) as (figure, all_axes):
        for axes, (name, tensor) in zip(all_axes, rows.items(), strict=True):
            values = tensor.tolist()
            colors = [BLUE if value >= 0 else ORANGE for value in values]
            axes.bar(range(len(words)), values, color=GREY if tensor is received else colors)
            axes.axhline(0, color="black", linewidth=0.8)
            axes.set_ylabel(name, fontsize=8.5)
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
