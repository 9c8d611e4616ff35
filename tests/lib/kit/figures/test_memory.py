"""Memory is measured: quadratic for the whole matrix, linear for tiles."""

from collections.abc import Callable

import torch

from lib.kit.figures import peak_mib, plot_memory
from lib.reference.attention import self_attention

from .conftest import Shown, is_labelled

MIB = 2**20 // 4  # float32 numbers


def test_only_what_is_alive_at_once_counts() -> None:
    def two_of_three() -> torch.Tensor:
        first = torch.zeros(MIB)
        second = first + 1
        del first
        return second * 2

    assert peak_mib(two_of_three) == 2


def test_views_and_inputs_are_free() -> None:
    given = torch.zeros(4, MIB // 4)
    assert peak_mib(lambda x: x.T[1:].split(2), given) == 0
    assert peak_mib(lambda x: x.add_(1), given) == 0
    assert peak_mib(lambda x: torch.chunk(x.T + 1, 2), given) == 1


def test_no_tensor_at_all() -> None:
    assert peak_mib(lambda: 7) == 0


def test_the_whole_matrix_is_seen() -> None:
    one = torch.eye(8)
    short, long = (
        peak_mib(self_attention, torch.zeros(length, 8), one, one, one) for length in (256, 1024)
    )
    assert 14 < long / short < 18


def test_the_figure_states_the_growth(shown: Callable[[], Shown]) -> None:
    plot_memory([512, 4096], {"whole": [1.0, 64.0], "tiled": [1.0, 8.0]})
    result = shown()
    assert is_labelled(result.figure)
    assert "whole needs 64.0 MiB at 4,096 tokens, 64 times as much as at 512" in result.alt
    assert "tiled needs 8.0 MiB at 4,096 tokens, 8 times as much as at 512" in result.alt
