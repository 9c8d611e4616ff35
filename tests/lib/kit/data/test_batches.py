"""Batches are those of a plain DataLoader, and lose nothing but padding."""

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import DataLoader, TensorDataset

from lib.kit.data import StackedDataset, cut_padding


def test_batches_are_those_of_the_data_set() -> None:
    plain = TensorDataset(torch.arange(20).reshape(10, 2), torch.arange(10.0))
    stacked = StackedDataset(plain)
    assert len(stacked) == 10
    loaders = DataLoader(plain, 4), DataLoader(stacked, 4, collate_fn=lambda batch: batch)
    for one, other in zip(*loaders, strict=True):
        assert all(map(torch.equal, one, other))
    assert all(map(torch.equal, stacked[3], plain[3]))


@given(st.lists(st.integers(1, 6), min_size=1, max_size=5), st.integers(0, 3))
def test_only_common_padding_is_cut(lengths: list[int], padding: int) -> None:
    tokens = torch.zeros(len(lengths), max(lengths) + padding, dtype=torch.int64)
    for row, length in zip(tokens, lengths, strict=True):
        row[:length] = 7
    cut = cut_padding(tokens)
    assert cut.shape == (len(lengths), max(lengths))
    assert int(cut.sum()) == 7 * sum(lengths)
