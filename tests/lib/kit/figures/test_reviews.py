"""Exercise 1's figures say what their numbers say."""

from collections.abc import Callable

import torch
from matplotlib.patches import FancyBboxPatch, Rectangle

from lib.kit.figures import plot_padding, plot_states, plot_unrolled

from .conftest import Shown, is_labelled, texts


def test_padding_shows_ids_and_frames_last_words(shown: Callable[[], Shown]) -> None:
    lengths = torch.tensor([3, 5, 2, 8, 4, 6, 7, 1, 8, 8, 8, 8])
    tokens = torch.arange(1, 9).expand(12, 8) * (torch.arange(8) < lengths[:, None])
    plot_padding(tokens)
    result = shown()
    assert is_labelled(result.figure)
    assert f"{(tokens == 0).float().mean():.0%}" in result.alt
    detail = result.figure.axes[0]
    rectangles = [patch for patch in detail.patches if isinstance(patch, Rectangle)]
    frames = [rectangle for rectangle in rectangles if not rectangle.get_fill()]
    ids = {text.get_position(): text.get_text() for text in detail.texts}
    for frame in frames:
        column, row = frame.get_x() + 0.5, frame.get_y() + 0.5
        assert ids[(column, row)] != "0"
        assert ids.get((column + 1, row), "0") == "0"
    assert len(frames) == 6


def test_states_name_the_distance_at_the_last_word(shown: Callable[[], Shown]) -> None:
    plot_states(torch.tensor([1.0, 3.0, 2.0, 0.5, 0.25]), num_words=3)
    result = shown()
    assert is_labelled(result.figure)
    assert "at most 3.00, is 2.00 after the last word at position 3, and 0.25 at the" in result.alt


def test_an_unrolled_review_has_a_state_per_word(shown: Callable[[], Shown]) -> None:
    words = ["not", "good", "just", "dull"]
    running = torch.tensor([0.45, 0.9, 0.8, 0.1])
    plot_unrolled([words, words[::-1]], [running, running.flip(0)], ["negative", "positive"])
    result = shown()
    assert is_labelled(result.figure)
    assert "In the negative review the probability of positive ends at 0.10" in result.alt
    assert "after “dull” made the largest change" in result.alt
    for axes in result.figure.axes:
        assert sum(isinstance(patch, FancyBboxPatch) for patch in axes.patches) == 4
    assert "undecided" in texts(result.figure)
