"""Figures of training show every model on one scale."""

from collections.abc import Callable

from matplotlib.patches import Rectangle

from lib.kit.figures import plot_accuracies, plot_histories

from .conftest import Shown, is_labelled


def test_a_panel_per_model(shown: Callable[[], Shown]) -> None:
    plot_histories(
        {
            "bag": {"train_acc": [0.6, 0.7], "val_acc": [0.6, 0.65]},
            "LSTM": {"train_acc": [0.6, 0.9, 1.0], "val_acc": [0.7, 0.9, 0.99]},
        }
    )
    result = shown()
    assert is_labelled(result.figure)
    assert "bag 0.65, LSTM 0.99" in result.alt
    assert [axes.get_ylim() for axes in result.figure.axes] == [(0.4, 1.03)] * 2


def test_a_bar_per_model(shown: Callable[[], Shown]) -> None:
    plot_accuracies({"bag": 0.7, "LSTM": 0.99})
    result = shown()
    assert is_labelled(result.figure)
    assert "bag 0.700, LSTM 0.990" in result.alt
    heights = [
        bar.get_width() for bar in result.figure.axes[0].patches if isinstance(bar, Rectangle)
    ]
    assert heights == [0.99, 0.7]
