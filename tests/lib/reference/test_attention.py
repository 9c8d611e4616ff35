"""Attention: the worked example, torch as the judge, tiles of every size, gradients."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from lib.reference.attention import attention, flash_attention, self_attention, softmax_tiled

X = torch.tensor([[2.0, 1, 0], [0, 0, 1], [0, 2, 0]], dtype=torch.float64)
W_Q = torch.tensor([[0.0, 2], [1, 0], [3, 1]], dtype=torch.float64)
W_K = torch.tensor([[1.0, 0], [0, 1], [1, 3]], dtype=torch.float64)
W_V = torch.tensor([[4.0, 2], [6, 5], [3, 2]], dtype=torch.float64)


def random_qkv(
    seed: int, n: int = 5, t: int = 7, d_k: int = 4, d_v: int = 3, batch: tuple[int, ...] = ()
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape: int) -> torch.Tensor:
        return torch.randn(*batch, *shape, generator=generator, dtype=torch.float64)

    return draw(n, d_k), draw(t, d_k), draw(t, d_v)


def test_the_worked_example() -> None:
    output, weights = self_attention(X, W_Q, W_K, W_V)
    expected_weights = [[0.007, 0.965, 0.028], [0.657, 0.324, 0.019], [0.768, 0.187, 0.045]]
    expected_output = [[3.328, 2.273], [10.399, 6.752], [11.856, 7.739]]
    torch.testing.assert_close(weights, torch.tensor(expected_weights).double(), atol=5e-4, rtol=0)
    torch.testing.assert_close(output, torch.tensor(expected_output).double(), atol=5e-4, rtol=0)


def test_masked_keys_get_no_weight() -> None:
    query, key, value = random_qkv(0, batch=(2,))
    is_allowed = torch.tensor([[1, 1, 0, 1, 0, 0, 0], [0, 1, 1, 1, 1, 1, 1]]).bool()[:, None, :]
    output, weights = attention(query, key, value, is_allowed)
    assert weights.masked_select(~is_allowed.expand_as(weights)).eq(0).all()
    torch.testing.assert_close(
        output, F.scaled_dot_product_attention(query, key, value, attn_mask=is_allowed)
    )


scores = st.floats(-1e4, 1e4, allow_nan=False)


@given(st.lists(st.lists(scores, max_size=5), min_size=1, max_size=6).filter(any))
def test_tiled_softmax_is_the_softmax(blocks: list[list[float]]) -> None:
    tiles = [torch.tensor(block, dtype=torch.float64) for block in blocks]
    torch.testing.assert_close(softmax_tiled(tiles), torch.cat(tiles).softmax(dim=0))


def test_a_softmax_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no scores"):
        softmax_tiled([torch.zeros(0)])


@given(
    st.integers(0, 1000), st.integers(1, 9), st.integers(1, 20), st.integers(1, 25), st.booleans()
)
def test_flash_attention_is_exact(
    seed: int, n: int, t: int, block_size: int, batched: bool
) -> None:
    query, key, value = random_qkv(seed, n, t, batch=(2, 3) if batched else ())
    expected = F.scaled_dot_product_attention(query, key, value)
    difference = (flash_attention(query, key, value, block_size) - expected).abs().max()
    assert difference < 1e-13


def test_flash_attention_is_stable_for_large_scores() -> None:
    query, key, value = random_qkv(1)
    output = flash_attention(1e3 * query, 1e3 * key, value, block_size=2)
    assert output.isfinite().all()
    torch.testing.assert_close(
        output, F.scaled_dot_product_attention(1e3 * query, 1e3 * key, value)
    )


@pytest.mark.parametrize("block_size", [1, 3, 7, 10])
def test_gradients_are_recomputed_right(block_size: int) -> None:
    inputs = [tensor.requires_grad_() for tensor in random_qkv(2, batch=(2,))]
    torch.autograd.gradcheck(lambda q, k, v: flash_attention(q, k, v, block_size), inputs)


def test_no_block_is_wider_than_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    import lib.reference.attention as module

    widths: list[int] = []
    scores_of = module._scores

    def spy(query: torch.Tensor, key: torch.Tensor) -> torch.Tensor:
        widths.append(key.shape[-2])
        return scores_of(query, key)

    monkeypatch.setattr(module, "_scores", spy)
    query, key, value = (tensor.requires_grad_() for tensor in random_qkv(3))
    flash_attention(query, key, value, block_size=3).sum().backward()
    assert widths == [3, 3, 1, 3, 3, 1]


def test_a_block_of_no_keys_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1, not 0"):
        flash_attention(*random_qkv(0), block_size=0)
