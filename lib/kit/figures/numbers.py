"""Figures of Exercise 2: additions of handwritten digits, as one writes them on paper."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from .show import show
from .style import FULL_WIDTH_IN, GREY, INK, ORANGE, PALE_ORANGE, subplots

DIGIT_SIZE_PT = 16
# The middle of each row, from the top: the carries, both numbers, the sum, what it should be.
CARRY_Y, FIRST_Y, SECOND_Y, SUM_Y, TRUTH_Y = 3.25, 2.45, 1.45, 0.45, -0.4
LINE_Y = 0.9  # between the numbers and their sum


def plot_sums(samples: Sequence[Mapping[str, Tensor]], carries: Sequence[Tensor]) -> None:
    """Additions as one writes them at school, the columns that receive a carry marked.

    Args:
        samples: "num_1" and "num_2", (max_length, 1, height, width); "label", (max_length,).
        carries: 1 where a carry comes into a column, else 0, (max_length,) for each sample.
    """
    with subplots(1, len(samples), (FULL_WIDTH_IN, 2.9)) as (figure, all_axes):
        for axes, sample, carry in zip(all_axes, samples, carries, strict=True):
            digits = sample["label"].tolist()
            _write_numbers(axes, sample["num_1"], sample["num_2"])
            for column, (digit, receives) in enumerate(zip(digits, carry.tolist(), strict=True)):
                _write_digit(axes, column, SUM_Y, digit)
                if receives:
                    axes.axvspan(column, column + 1, color=PALE_ORANGE, zorder=0)
                    _write_digit(axes, column, CARRY_Y, "+1", color=ORANGE, size=11, weight="bold")
            rows = {SUM_Y: "sum", CARRY_Y: "carry"}
            _label(axes, len(digits), rows, f"Sum {_number(digits)}:\n{_in_words(carry.tolist())}")
    stories = [
        f"{_number(sample['label'].tolist())} with {_in_words(carry.tolist())}"
        for sample, carry in zip(samples, carries, strict=True)
    ]
    show(
        figure,
        "Pairs of numbers as images, one above the other, with the digits of their sum below and "
        "the columns that receive a carry marked. The sums: " + "; ".join(stories) + ".",
    )


def plot_addition(
    num_1: Tensor, num_2: Tensor, predicted: Sequence[int], truth: Sequence[int]
) -> None:
    """A pair of numbers with a model's sum below, wrong digits crossed out and put right.

    Args:
        num_1, num_2: images in [0, 1], (max_length, 1, height, width).
        predicted: the digits of the model's sum.
        truth: the digits of the true one.
    """
    columns = len(num_1)
    wrong = [
        column
        for column, (digit, true_digit) in enumerate(zip(predicted, truth, strict=False))
        if digit != true_digit
    ]
    is_right = list(predicted) == list(truth)
    verdict = "is right" if is_right else f"is wrong: it should be {_number(truth)}"

    def draw() -> Figure:
        with subplots(1, 1, (0.62 * columns + 1.6, 3.0 if wrong else 2.6)) as (figure, (axes,)):
            _write_numbers(axes, num_1, num_2)
            rows = {SUM_Y: "model"}
            for column, digit in enumerate(predicted):
                _write_digit(axes, column, SUM_Y, digit)
            for column in wrong:
                corner = (column + 0.14, SUM_Y - 0.38)
                frame = Rectangle(corner, 0.72, 0.76, fill=False, edgecolor=ORANGE, linewidth=2)
                axes.add_patch(frame)
                ends = ((column + 0.2, column + 0.8), (SUM_Y - 0.3, SUM_Y + 0.3))
                axes.plot(*ends, color=ORANGE, linewidth=2)
                _write_digit(axes, column, TRUTH_Y, truth[column], color=ORANGE, weight="bold")
                rows[TRUTH_Y] = "right is"
            _label(axes, columns, rows, f"The model's sum {_number(predicted)}\n{verdict}")
        return figure

    places = f" Wrong in column {', '.join(str(column + 1) for column in wrong)}." if wrong else ""
    show(
        draw,
        f"Two numbers of {columns} handwritten digits, one above the other as one adds on paper. "
        f"The model's sum {_number(predicted)}, below them, {verdict}.{places}",
    )


def _write_numbers(axes: Axes, num_1: Tensor, num_2: Tensor) -> None:
    """Both numbers as images of their digits, and the line below them."""
    for middle, number in ((FIRST_Y, num_1), (SECOND_Y, num_2)):
        for column, image in enumerate(number.squeeze(1).cpu().numpy()):
            box = (column + 0.06, column + 0.94, middle - 0.44, middle + 0.44)
            axes.imshow(image, cmap="gray_r", vmin=0, vmax=1, extent=box, zorder=1)
    _write_digit(axes, -0.72, SECOND_Y, "+")
    axes.plot([-0.4, len(num_1)], [LINE_Y, LINE_Y], color=INK, linewidth=1.5)


def _write_digit(
    axes: Axes,
    column: float,
    middle: float,
    digit: int | str,
    color: str = INK,
    size: int = DIGIT_SIZE_PT,
    weight: str = "normal",
) -> None:
    place = (column + 0.5, middle)
    text = axes.text(*place, str(digit), ha="center", va="center", fontsize=size)
    text.set(color=color, fontweight=weight)


def _label(axes: Axes, columns: int, rows: Mapping[float, str], title: str) -> None:
    """Name the rows besides the two numbers, and number the columns."""
    rows = {FIRST_Y: "first", SECOND_Y: "second", **rows}
    axes.set(
        title=title,
        xlabel="column",
        xlim=(-0.55, columns),
        ylim=(min(rows) - 0.45, max(rows) + 0.5),
        aspect="equal",
        xticks=[column + 0.5 for column in range(columns)],
        xticklabels=[str(column + 1) for column in range(columns)],
        yticks=list(rows),
        yticklabels=list(rows.values()),
    )
    axes.tick_params(length=0, labelcolor=GREY)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _number(digits: Sequence[int]) -> int:
    return int("".join(str(digit) for digit in digits))


def _in_words(carry: list[int]) -> str:
    columns = [str(column + 1) for column, receives in enumerate(carry) if receives]
    if not columns:
        return "no carry"
    return f"carry into column{'s' * (len(columns) > 1)} {' and '.join(columns)}"
