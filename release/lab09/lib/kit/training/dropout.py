"""Dropout on the output of a layer, from outside the model."""

from torch import Tensor, nn


def drop_embeddings(embedding: nn.Module, share: float) -> None:
    """Hide a share of the embedded numbers at random, in train mode only.

    Raises:
        ValueError: `share` is not in [0, 1).
    """
    if not 0 <= share < 1:
        raise ValueError(f"a share from 0 to less than 1 is needed, not {share}")

    def drop(layer: nn.Module, _inputs: object, output: Tensor) -> Tensor:
        return nn.functional.dropout(output, share, training=layer.training)

    embedding.register_forward_hook(drop)
