"""Figures of attention name the words that matter."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from lib.kit.figures import plot_attention, plot_influence, plot_positions

from .conftest import Shown, is_labelled, texts


@pytest.mark.parametrize("num_words", [3, 12])
def test_a_heat_map_names_what_is_looked_at(num_words: int, shown: Callable[[], Shown]) -> None:
    words = [f"w{place}" for place in range(num_words)]
    weights = torch.full((num_words, num_words), 0.1 / (num_words - 1))
    weights[:, 2] = 0.9
    plot_attention([weights], [words], ["Weights"])
    result = shown()
    assert is_labelled(result.figure)
    assert result.alt.startswith(f"Weights: a square of {num_words} by {num_words} weights")
    assert "Most attention is received by w2 (0.90 on average)" in result.alt
    assert "From row to row a weight differs by at most 0.00." in result.alt
    assert texts(result.figure).count("0.900") == (3 if num_words == 3 else 0)


def test_heat_maps_side_by_side_have_one_scale(shown: Callable[[], Shown]) -> None:
    weights = [torch.eye(7), torch.full((6, 6), 1 / 6)]
    words = [[f"w{place}" for place in range(len(one))] for one in weights]
    plot_attention(weights, words, ["One", "Other"])
    result = shown()
    assert [axes.get_title() for axes in result.figure.axes[:2]] == ["One", "Other"]
    assert {axes.images[0].get_clim() for axes in result.figure.axes[:2]} == {(0, 1)}
    assert "at most 1.00" in result.alt and "at most 0.00" in result.alt
    assert result.alt.endswith("Both have one scale, from 0 to 1.00.")


def test_dot_products_of_positions_lie_on_one_curve(shown: Callable[[], Shown]) -> None:
    angles = torch.arange(21)[:, None] / 100 ** (torch.arange(4) / 4)  # (21, 4)
    plot_positions(torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1))
    result = shown()
    assert is_labelled(result.figure)
    assert "4 sines over 21 positions" in result.alt
    assert "dot products of positions 0, 10 and 20 with all others" in result.alt
    assert "4.0 at distance 0" in result.alt
    first, middle, last = result.figure.axes[1].get_lines()
    distances, products = np.asarray(first.get_xdata()), np.asarray(first.get_ydata())
    assert distances.tolist() == list(range(21))
    assert np.asarray(last.get_xdata()).tolist() == list(range(-20, 1))
    middle_products = np.asarray(middle.get_ydata())
    assert products[:11] == pytest.approx(middle_products[10:], abs=1e-5)
    assert np.asarray(last.get_ydata())[10:] == pytest.approx(middle_products[:11], abs=1e-5)


def test_effects_have_signs(shown: Callable[[], Shown]) -> None:
    words = ["not", "good", "dull"]
    received, effect = torch.tensor([0.2, 0.5, 0.3]), torch.tensor([0.0, 1.5, -2])
    plot_influence(words, received, {"LSTM": effect}, "Which words mattered")
    result = shown()
    assert is_labelled(result.figure)
    assert "attention received: good (+0.50), dull (+0.30), not (+0.20)" in result.alt
    assert "effect on the logit, LSTM: dull (-2.00), good (+1.50), not (+0.00)" in result.alt
    up, down = result.figure.axes[1].patches[1:3]
    assert up.get_facecolor() != down.get_facecolor()
