"""How training went, model beside model."""

from collections.abc import Mapping

from matplotlib.ticker import MaxNLocator

from .show import show
from .style import subplots


def plot_histories(histories: Mapping[str, Mapping[str, list[float]]]) -> None:
    """Accuracy per epoch, one panel per model, on one scale.

    Args:
        histories: a model's name -> its "train_acc" and "val_acc", a number per epoch.
    """
    size = (2.6 * len(histories) + 0.6, 2.9)
    with subplots(1, len(histories), size, sharey=True) as (figure, all_axes):
        for axes, (name, metrics) in zip(all_axes, histories.items(), strict=True):
            epochs = range(1, len(metrics["val_acc"]) + 1)
            axes.plot(epochs, metrics["train_acc"], marker="o", label="training")
            axes.plot(epochs, metrics["val_acc"], marker="s", linestyle="--", label="validation")
            axes.axhline(0.5, color="black", linestyle=":", linewidth=1)
            axes.set(title=name, xlabel="epoch", ylim=(0.4, 1.03))
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        all_axes[0].set_ylabel("accuracy (dotted: guessing)")
        all_axes[0].legend(loc="lower right")
        figure.suptitle("Accuracy per epoch")
    ends = [f"{name} {metrics['val_acc'][-1]:.2f}" for name, metrics in histories.items()]
    show(
        figure,
        "Training and validation accuracy per epoch, one panel per model. Validation accuracy after"
        f" the last epoch: {', '.join(ends)}.",
    )


def plot_accuracies(accuracies: Mapping[str, float]) -> None:
    """A bar per model."""
    names = list(accuracies)[::-1]
    with subplots(1, 1, (8, 0.4 * len(names) + 1.1)) as (figure, (axes,)):
        bars = axes.barh(names, [accuracies[name] for name in names])
        axes.bar_label(bars, fmt="%.3f", padding=6)
        axes.axvline(0.5, color="black", linestyle=":")
        axes.set(
            title="Accuracy on the test reviews (dotted: guessing)",
            xlabel="accuracy",
            ylabel="model",
            xlim=(0, 1.12),
        )
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
    values = [f"{name} {accuracy:.3f}" for name, accuracy in accuracies.items()]
    show(figure, f"Bars of the accuracy on the test reviews: {', '.join(values)}.")
