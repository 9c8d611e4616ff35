"""Ratio: attention written three ways, for 4,096 tokens with d = 64, forward only.

Naive holds all scores at once, tiled is the notebook's `flash_attention` with blocks of 256, SDPA
is PyTorch's `scaled_dot_product_attention`. Memory is the growth of the peak while it runs.
"""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from tests.bench.measure import Row, Run, memory_ratio, time_ratio
from tests.bench.notebook import notebook

NUM_TOKENS, D = 4096, 64
BLOCK_SIZE = 256


def rows() -> Iterator[Row]:
    torch.set_num_threads(1)
    yield Row("memory: naive to tiled", memory_ratio(naive, tiled), at_least=3)
    yield Row("memory: naive to SDPA", memory_ratio(naive, sdpa))
    yield Row("time: naive to tiled", time_ratio(naive, tiled), at_least=1)
    yield Row("time: tiled to SDPA", time_ratio(tiled, sdpa))


def naive() -> Run:
    def attention(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        return torch.softmax(query @ key.T / D**0.5, dim=1) @ value

    return _prepared(attention)


def tiled() -> Run:
    flash_attention = notebook()["flash_attention"]
    return _prepared(lambda query, key, value: flash_attention(query, key, value, BLOCK_SIZE))


def sdpa() -> Run:
    def attention(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        q, k, v = (
            tensor[None, None] for tensor in (query, key, value)
        )  # a batch and a head of one
        return torch.nn.functional.scaled_dot_product_attention(q, k, v)

    return _prepared(attention)


def _prepared(attention: Callable[[Tensor, Tensor, Tensor], Tensor]) -> Run:
    inputs = torch.randn(3, NUM_TOKENS, D, generator=torch.Generator().manual_seed(0))

    def run() -> Tensor:
        with torch.inference_mode():
            return attention(*inputs)

    with torch.inference_mode():
        attention(*inputs[:, :64])  # the first call sets things up
    return run
