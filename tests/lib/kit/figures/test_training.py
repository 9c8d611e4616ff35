"""Figures of training show every model on one scale and in one style."""

from collections.abc import Callable
from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from lib.kit.figures import get_training_progress_plot, plot_accuracies, plot_histories
from lib.kit.figures.style import BLUE, GREY

from .conftest import Shown, is_labelled

BAG = {"train_acc": [0.6, 0.7], "val_acc": [0.6, 0.65]}
LSTM = {"train_acc": [0.6, 0.9, 1.0], "val_acc": [0.7, 0.9, 0.99]}


def test_a_panel_per_model(shown: Callable[[], Shown]) -> None:
    plot_histories({"bag": BAG, "LSTM": LSTM}, unordered=["bag"])
    result = shown()
    assert is_labelled(result.figure)
    assert "bag (sees no order) 0.70 and 0.65; LSTM 1.00 and 0.99" in result.alt
    bag, lstm = result.figure.axes
    assert bag.get_ylim() == lstm.get_ylim()
    assert bag.get_facecolor() != lstm.get_facecolor()
    (legend,) = result.figure.legends
    labels = [text.get_text() for text in legend.get_texts()]
    assert labels == ["training", "validation", "sees no order"]


def test_all_curves_have_one_style(displayed: list[Any]) -> None:
    plot_histories({"bag": BAG, "LSTM": LSTM})
    get_training_progress_plot([0.7, 0.2], [0.5, 1.0], [0.6, 0.4], [0.5, 0.9])
    styles = {style_of(axes) for picture in displayed for axes in picture.figure.axes}
    assert len(styles) == 1


def style_of(axes: Axes) -> str:
    """How the curves of training and of validation are drawn."""
    curves = axes.get_lines()[:2]
    return str([(c.get_color(), c.get_linestyle(), c.get_marker(), c.get_label()) for c in curves])


def test_progress_in_loss_and_accuracy(shown: Callable[[], Shown]) -> None:
    get_training_progress_plot([0.7, 0.2, 0.1], [0.5, 0.9, 1.0], [0.6, 0.3, 0.4], [0.5, 0.9, 0.8])
    result = shown()
    assert is_labelled(result.figure)
    assert "training: loss 0.100, accuracy 1.000; validation: loss 0.400, accuracy" in result.alt
    assert "The lowest validation loss was 0.300, after epoch 2 of 3." in result.alt


def test_a_bar_per_model_and_one_colour_for_those_without_order(
    shown: Callable[[], Shown],
) -> None:
    plot_accuracies({"bag": 0.7, "LSTM": 0.99, "no positions": 0.7}, ["bag", "no positions"])
    result = shown()
    assert is_labelled(result.figure)
    assert "bag (sees no order) 0.700, LSTM 0.990, no positions (sees no order)" in result.alt
    bars = [bar for bar in result.figure.axes[0].patches if isinstance(bar, Rectangle)]
    assert [bar.get_width() for bar in bars] == [0.7, 0.99, 0.7]
    assert [to_hex(bar.get_facecolor()) for bar in bars] == [GREY, BLUE, GREY]


def test_without_such_models_there_is_no_legend(shown: Callable[[], Shown]) -> None:
    plot_accuracies({"one": 0.7})
    assert shown().figure.legends == []
