"""How training went, in one style for every model."""

import textwrap
from collections.abc import Collection, Mapping, Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from .show import show
from .style import BLUE, FULL_WIDTH_IN, GREY, INK, ORANGE, PALE_GREY, subplots

TITLE_LETTERS = 20  # in a line above a panel


def get_training_progress_plot(
    train_losses: Sequence[float],
    train_accs: Sequence[float],
    val_losses: Sequence[float],
    val_accs: Sequence[float],
) -> None:
    """Loss and accuracy over the epochs, training and validation in each."""
    with subplots(1, 2, (FULL_WIDTH_IN, 2.6)) as (figure, (loss, accuracy)):
        _draw_curves(loss, train_losses, val_losses)
        loss.set(
            title="Loss per epoch", ylabel="loss", ylim=(0, 1.1 * max(*train_losses, *val_losses))
        )
        loss.legend()
        _draw_curves(accuracy, train_accs, val_accs)
        accuracy.set(title="Accuracy per epoch", ylabel="accuracy", ylim=(0, 1.03))
    show(
        figure,
        "Loss and accuracy per epoch. At the end, training: loss "
        f"{train_losses[-1]:.3f}, accuracy {train_accs[-1]:.3f}; validation: loss "
        f"{val_losses[-1]:.3f}, accuracy {val_accs[-1]:.3f}. The lowest validation loss was "
        f"{min(val_losses):.3f}, after epoch {_lowest(val_losses)} of {len(val_losses)}.",
    )


def plot_histories(
    histories: Mapping[str, Mapping[str, list[float]]], unordered: Collection[str] = ()
) -> None:
    """Accuracy per epoch, one panel per model, on one scale.

    Args:
        histories: a model's name -> its "train_acc" and "val_acc", a number per epoch.
        unordered: the names of those that can't see the order of the words.
    """
    with subplots(1, len(histories), (FULL_WIDTH_IN, 3.0), sharey=True) as (figure, all_axes):
        for axes, (name, metrics) in zip(all_axes, histories.items(), strict=True):
            _draw_curves(axes, metrics["train_acc"], metrics["val_acc"])
            axes.axhline(0.5, color=INK, linestyle=":", linewidth=1)
            axes.set(title=textwrap.fill(name, TITLE_LETTERS), ylim=(0.35, 1.03))
            if name in unordered:
                axes.set_facecolor(PALE_GREY)
        all_axes[0].set_ylabel("accuracy (dotted: guessing)")
        handles: list[Artist] = list(all_axes[0].get_lines()[:2])
        if unordered:
            handles.append(Patch(color=PALE_GREY, label="sees no order"))
        figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)
    ends = [
        f"{name}{' (sees no order)' * (name in unordered)} {metrics['train_acc'][-1]:.2f} and "
        f"{metrics['val_acc'][-1]:.2f}"
        for name, metrics in histories.items()
    ]
    show(
        figure,
        "Accuracy per epoch, one panel per model. Training and validation accuracy in the last "
        f"epoch: {'; '.join(ends)}.",
    )


def plot_accuracies(accuracies: Mapping[str, float], unordered: Collection[str] = ()) -> None:
    """A bar per model; those that can't see the order of the words have one colour."""
    names = list(accuracies)[::-1]
    with subplots(1, 1, (FULL_WIDTH_IN, 0.4 * len(names) + 1.3)) as (figure, (axes,)):
        colors = [GREY if name in unordered else BLUE for name in names]
        bars = axes.barh(names, [accuracies[name] for name in names], color=colors)
        axes.bar_label(bars, fmt="%.3f", padding=6)
        axes.axvline(0.5, color=INK, linestyle=":")
        axes.set(
            title="Accuracy on the test reviews (dotted: guessing)",
            xlabel="accuracy",
            ylabel="model",
            xlim=(0, 1.12),
        )
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
        if unordered:
            handles = [
                Patch(color=BLUE, label="sees order"),
                Patch(color=GREY, label="sees no order"),
            ]
            figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    values = [
        f"{name}{' (sees no order)' * (name in unordered)} {accuracy:.3f}"
        for name, accuracy in accuracies.items()
    ]
    show(figure, f"Bars of the accuracy on the test reviews: {', '.join(values)}.")


def _draw_curves(axes: Axes, of_training: Sequence[float], of_validation: Sequence[float]) -> None:
    epochs = range(1, len(of_training) + 1)
    axes.plot(epochs, of_training, "o-", color=BLUE, markersize=4.5, label="training")
    axes.plot(epochs, of_validation, "s--", color=ORANGE, markersize=4.5, label="validation")
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _lowest(losses: Sequence[float]) -> int:
    return min(range(len(losses)), key=lambda epoch: losses[epoch]) + 1
