"""Figures of Exercise 2: numbers as images of their digits."""

from collections.abc import Mapping, Sequence

import torch
from matplotlib.axes import Axes
from torch import Tensor

from .show import show
from .style import GREY, ORANGE, PALE_ORANGE, subplots


def plot_digits(num_1: Tensor, num_2: Tensor, alt: str = "") -> None:
    """The digits of two numbers, one number per row.

    Args:
        num_1, num_2: images in [0, 1], (max_length, 1, height, width).
        alt: what the figure shows, if more is known than that.
    """
    rows = [torch.cat(list(number.squeeze(1)), dim=1) for number in (num_1, num_2)]
    with subplots(1, 1, (0.75 * len(num_1) + 0.6, 2.1)) as (figure, (axes,)):
        axes.imshow(torch.cat(rows).cpu().numpy(), cmap="gray", vmin=0, vmax=1)
        height, width = num_1.shape[-2:]
        axes.set(
            title="Two numbers",
            xlabel="place",
            ylabel="number",
            xticks=[width * (place + 0.5) for place in range(len(num_1))],
            xticklabels=[str(place + 1) for place in range(len(num_1))],
            yticks=[height / 2, 1.5 * height],
            yticklabels=["first", "second"],
        )
        axes.tick_params(length=0)
    show(figure, alt or f"Handwritten digits of two numbers of {len(num_1)} digits each.")


def plot_sums(samples: Sequence[Mapping[str, Tensor]], carries: Sequence[Tensor]) -> None:
    """Additions as one writes them at school, the columns that receive a carry marked.

    Args:
        samples: "num_1" and "num_2", (max_length, 1, height, width); "label", (max_length,).
        carries: 1 where a carry comes into a column, else 0, (max_length,) for each sample.
    """
    size = (3.1 * len(samples), 2.9)
    with subplots(1, len(samples), size) as (figure, all_axes):
        for axes, sample, carry in zip(all_axes, samples, carries, strict=True):
            _write_sum(axes, sample, carry.tolist())
    stories = [
        f"{_number(sample['label'])} with {_in_words(carry.tolist())}"
        for sample, carry in zip(samples, carries, strict=True)
    ]
    show(
        figure,
        "Pairs of numbers as images, one above the other, with the digits of their sum below and "
        "the columns that receive a carry marked. The sums: " + "; ".join(stories) + ".",
    )


def _write_sum(axes: Axes, sample: Mapping[str, Tensor], carry: list[int]) -> None:
    digits = sample["label"].tolist()
    for column, (digit, receives) in enumerate(zip(digits, carry, strict=True)):
        if receives:
            axes.axvspan(column, column + 1, color=PALE_ORANGE, zorder=0)
            mark = axes.text(column + 0.5, 3.25, "+1", ha="center", va="center")
            mark.set(color=ORANGE, fontweight="bold")
        for bottom, name in ((2, "num_1"), (1, "num_2")):
            image = sample[name][column, 0].cpu().numpy()
            box = (column + 0.06, column + 0.94, bottom + 0.03, bottom + 0.91)
            axes.imshow(image, cmap="gray_r", vmin=0, vmax=1, extent=box, zorder=1)
        axes.text(column + 0.5, 0.45, str(digit), ha="center", va="center", fontsize=17)
    axes.plot([0, len(digits)], [0.9, 0.9], color="black", linewidth=1.5)
    axes.set(
        title=f"Sum {_number(sample['label'])}: {_in_words(carry)}",
        xlabel="column",
        xlim=(0, len(digits)),
        ylim=(0, 3.5),
        aspect="equal",
        xticks=[column + 0.5 for column in range(len(digits))],
        xticklabels=[str(column + 1) for column in range(len(digits))],
        yticks=[0.45, 1.45, 2.45, 3.25],
        yticklabels=["sum", "second", "first", "carry"],
    )
    axes.tick_params(length=0, labelcolor=GREY)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _number(digits: Tensor) -> int:
    return int("".join(str(digit) for digit in digits.tolist()))


def _in_words(carry: list[int]) -> str:
    columns = [str(column + 1) for column, receives in enumerate(carry) if receives]
    if not columns:
        return "no carry"
    return f"carry into column{'s' * (len(columns) > 1)} {' and '.join(columns)}"
