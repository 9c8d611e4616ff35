"""The attention classifier: positions, mask, pooling."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from lib.reference.models.attention import AttentionModel, sinusoidal_positions

MODEL = AttentionModel(vocab_size=20, embedding_dim=16).eval()


@given(st.lists(st.integers(1, 19), min_size=1, max_size=9), st.integers(0, 9))
def test_padding_on_the_right_changes_nothing(review: list[int], num_pads: int) -> None:
    padded = torch.tensor([review + [0] * num_pads])
    torch.testing.assert_close(MODEL(padded), MODEL(torch.tensor([review])), atol=1e-5, rtol=1e-4)


def test_the_order_of_words_matters() -> None:
    there, back = torch.tensor([[4, 5, 6, 7]]), torch.tensor([[7, 6, 5, 4]])
    assert not torch.allclose(MODEL(there), MODEL(back), atol=1e-5)


def test_weights_are_shares_of_real_tokens() -> None:
    weights = MODEL.attention_weights(torch.tensor([[4, 5, 6, 0, 0]]))
    assert weights.shape == (1, 5, 5)
    torch.testing.assert_close(weights.sum(dim=2), torch.ones(1, 5))
    assert weights[..., 3:].eq(0).all()


def test_positions_follow_the_formula() -> None:
    positions = sinusoidal_positions(50, 6)
    assert positions.shape == (50, 6)
    for column in range(6):
        angle = torch.arange(50).double() / 10_000 ** (2 * (column // 2) / 6)
        wave = angle.sin() if column % 2 == 0 else angle.cos()
        torch.testing.assert_close(positions[:, column], wave.float(), atol=1e-7, rtol=0)


def test_embeddings_are_small_enough_for_positions_to_show() -> None:
    torch.manual_seed(0)
    embedding = AttentionModel(vocab_size=500).embedding
    assert 0.14 < embedding.weight[1:].std() < 0.16
    assert embedding.weight[0].eq(0).all()
