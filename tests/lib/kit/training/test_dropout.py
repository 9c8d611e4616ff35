"""Embedded numbers are hidden in training, and only there."""

import pytest
import torch
from torch import nn

from lib.kit.training import drop_embeddings


def test_a_share_is_hidden_in_train_mode_only() -> None:
    torch.manual_seed(9)
    embedding = nn.Embedding(5, 64)
    drop_embeddings(embedding, 0.3)
    tokens = torch.randint(5, (4, 50))
    hidden = (embedding(tokens) == 0).float().mean().item()
    assert 0.25 < hidden < 0.35
    embedding.eval()
    assert torch.equal(embedding(tokens), embedding.weight[tokens])


def test_the_model_keeps_its_weights_and_names() -> None:
    embedding = nn.Embedding(5, 8)
    drop_embeddings(embedding, 0.3)
    assert list(embedding.state_dict()) == ["weight"]


@pytest.mark.parametrize("share", [-0.1, 1, 30])
def test_a_share_is_less_than_one(share: float) -> None:
    with pytest.raises(ValueError, match=f"from 0 to less than 1 is needed, not {share}"):
        drop_embeddings(nn.Embedding(5, 8), share)
