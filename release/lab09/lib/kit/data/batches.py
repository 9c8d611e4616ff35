"""What makes a training loop quick: batches in one step, without columns of padding."""

from typing import Any

import torch
from torch import Tensor
from torch.utils.data import Dataset, default_collate


class StackedDataset(Dataset[Any]):
    """A data set's samples stacked once, one tensor for each part of a sample.

    A `DataLoader` asks a data set for one sample after the other and stacks them, again in every
    epoch. For a small model this takes as long as the training step. Here a batch is a single
    indexing operation.
    """

    def __init__(self, dataset: Any) -> None:
        self.parts = default_collate([dataset[index] for index in range(len(dataset))])

    def __len__(self) -> int:
        return len(self.parts[0])

    def __getitem__(self, index: int) -> tuple[Tensor, ...]:
        return tuple(part[index] for part in self.parts)

    def __getitems__(self, indices: list[int]) -> tuple[Tensor, ...]:
        """A whole batch: a `DataLoader` calls this, where it exists, instead of `__getitem__`."""
        rows = torch.tensor(indices)
        return tuple(part.index_select(0, rows) for part in self.parts)


def cut_padding(tokens: Tensor) -> Tensor:
    """The batch without the columns that are padding in every review, (batch, seq_len)."""
    return tokens[:, : int(tokens.count_nonzero(dim=1).max())]
