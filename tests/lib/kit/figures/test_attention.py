"""Figures of attention name the words that matter."""

from collections.abc import Callable

import pytest
import torch

from lib.kit.figures import plot_attention, plot_influence, plot_positions

from .conftest import Shown, is_labelled, texts


@pytest.mark.parametrize("num_words", [3, 12])
def test_a_heat_map_names_what_is_looked_at(num_words: int, shown: Callable[[], Shown]) -> None:
    words = [f"w{place}" for place in range(num_words)]
    weights = torch.full((num_words, num_words), 0.1 / (num_words - 1))
    weights[:, 2] = 0.9
    plot_attention(weights, words, "Weights")
    result = shown()
    assert is_labelled(result.figure)
    assert result.alt.startswith(f"Weights: a square of {num_words} by {num_words} weights")
    assert "Most attention is received by w2" in result.alt
    assert texts(result.figure).count("0.900") == (3 if num_words == 3 else 0)


def test_positions(shown: Callable[[], Shown]) -> None:
    plot_positions(torch.randn(20, 8))
    result = shown()
    assert is_labelled(result.figure)
    assert "4 sines over 20 positions" in result.alt


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
