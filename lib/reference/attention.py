"""Attention, plain and tile by tile.

Axes: N queries, T keys and values, d_k numbers per query and key, d_v per value. Leading
dimensions (batch, heads) may stand before all of them.

Sources:
    Vaswani et al., "Attention Is All You Need" (2017), equation 1: scaled dot-product attention.
    Milakov & Gimelshein, "Online normalizer calculation for softmax" (2018): the running softmax.
    Dao et al., "FlashAttention" (2022), algorithms 1 and 4: tiles forward, recomputation backward.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor


def attention(
    query: Tensor, key: Tensor, value: Tensor, is_allowed: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """softmax(Q Kᵀ / sqrt(d_k)) V, and the weights themselves.

    Args:
        query: (..., N, d_k).
        key: (..., T, d_k).
        value: (..., T, d_v).
        is_allowed: bool, broadcast to (..., N, T); a query sees only the keys allowed to it and
            has to have at least one.

    Returns:
        The outputs, (..., N, d_v), and the weights, (..., N, T).
    """
    scores = _scores(query, key)  # (..., N, T)
    if is_allowed is not None:
        scores = scores.masked_fill(~is_allowed, -torch.inf)
    weights = scores.softmax(dim=-1)  # (..., N, T)
    return weights @ value, weights


def self_attention(x: Tensor, w_q: Tensor, w_k: Tensor, w_v: Tensor) -> tuple[Tensor, Tensor]:
    """Attention of the tokens of one sequence to each other.

    Args:
        x: (..., N, d).
        w_q, w_k: (d, d_k).
        w_v: (d, d_v).

    Returns:
        The outputs, (..., N, d_v), and the weights, (..., N, N).
    """
    return attention(x @ w_q, x @ w_k, x @ w_v)


def softmax_tiled(blocks: Sequence[Tensor]) -> Tensor:
    """The softmax over all blocks together, each block looked at on its own.

    Numerators of the blocks are concatenated, denominators added; both are first brought from
    the block's maximum to the global one.

    Args:
        blocks: 1-D tensors of scores; some may be empty, not all.

    Returns:
        1-D, as long as all blocks together.

    Raises:
        ValueError: if there is no score at all.
    """
    tiles = [block for block in blocks if block.numel()]
    if not tiles:
        raise ValueError("the softmax of no scores at all is not defined")
    local_max = torch.stack([tile.max() for tile in tiles])  # (num_tiles,)
    rescale = torch.exp(local_max - local_max.max())  # (num_tiles,)
    numerators = [torch.exp(tile - top) for tile, top in zip(tiles, local_max, strict=True)]
    local_sum = torch.stack([numerator.sum() for numerator in numerators])  # (num_tiles,)
    total = (local_sum * rescale).sum()
    return torch.cat([n * factor / total for n, factor in zip(numerators, rescale, strict=True)])


def flash_attention(query: Tensor, key: Tensor, value: Tensor, block_size: int) -> Tensor:
    """Exact attention that never holds more than (N, block_size) scores, forward or backward.

    Args:
        query: (..., N, d_k).
        key: (..., T, d_k).
        value: (..., T, d_v).
        block_size: keys per tile, at least 1.

    Returns:
        (..., N, d_v).

    Raises:
        ValueError: if `block_size` is below 1.
    """
    if block_size < 1:
        raise ValueError(f"block_size has to be at least 1, not {block_size}")
    output: Tensor = _FlashAttention.apply(query, key, value, block_size)
    return output


class _FlashAttention(torch.autograd.Function):
    """Tiles forward; backward computes each tile's weights again instead of storing them."""

    @staticmethod
    def forward(
        ctx: torch.autograd.function.FunctionCtx,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        block_size: int,
    ) -> Tensor:
        running_max = query.new_full((*query.shape[:-1], 1), -torch.inf)  # (..., N, 1)
        running_sum = torch.zeros_like(running_max)  # (..., N, 1)
        weighted = query.new_zeros(*query.shape[:-1], value.shape[-1])  # (..., N, d_v)
        for tile in _tiles(key.shape[-2], block_size):
            scores = _scores(query, key[..., tile, :])  # (..., N, block)
            new_max = torch.maximum(running_max, scores.amax(dim=-1, keepdim=True))
            numerator = torch.exp(scores - new_max)  # (..., N, block)
            rescale = torch.exp(running_max - new_max)  # (..., N, 1), 0 at the first tile
            running_sum = running_sum * rescale + numerator.sum(dim=-1, keepdim=True)
            weighted = weighted * rescale + numerator @ value[..., tile, :]
            running_max = new_max
        output = weighted / running_sum
        log_sum = running_max + running_sum.log()  # (..., N, 1), logsumexp of each row
        ctx.save_for_backward(query, key, value, output, log_sum)
        ctx.block_size = block_size  # type: ignore[attr-defined]
        return output

    @staticmethod
    def backward(
        ctx: torch.autograd.function.FunctionCtx, *grads: Tensor
    ) -> tuple[Tensor | None, ...]:
        query, key, value, output, log_sum = ctx.saved_tensors  # type: ignore[attr-defined]
        (d_output,) = grads  # (..., N, d_v)
        scale = query.shape[-1] ** -0.5
        # The softmax's Jacobian needs, per row, the sum of weight times its gradient.
        row_dot = (d_output * output).sum(dim=-1, keepdim=True)  # (..., N, 1)
        d_query, d_key, d_value = map(torch.zeros_like, (query, key, value))
        for tile in _tiles(key.shape[-2], ctx.block_size):  # type: ignore[attr-defined]
            weights = torch.exp(_scores(query, key[..., tile, :]) - log_sum)  # (..., N, block)
            d_weights = d_output @ value[..., tile, :].mT  # (..., N, block)
            d_scores = weights * (d_weights - row_dot) * scale
            d_query += d_scores @ key[..., tile, :]
            d_key[..., tile, :] = d_scores.mT @ query
            d_value[..., tile, :] = weights.mT @ d_output
        return d_query, d_key, d_value, None


def _scores(query: Tensor, key: Tensor) -> Tensor:
    """Q Kᵀ / sqrt(d_k): (..., N, T)."""
    return query @ key.mT / query.shape[-1] ** 0.5


def _tiles(length: int, block_size: int) -> Iterator[slice]:
    for start in range(0, length, block_size):
        yield slice(start, start + block_size)
