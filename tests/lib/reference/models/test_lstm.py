"""The LSTM and its padding."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from lib.reference.models.lstm import LSTMModel

MODEL = LSTMModel(vocab_size=20, embedding_dim=8, hidden_size=6).eval()


@given(st.lists(st.integers(1, 19), min_size=1, max_size=9), st.integers(0, 9))
def test_padding_on_the_right_changes_nothing(review: list[int], num_pads: int) -> None:
    words = torch.tensor([review])
    padded = torch.tensor([review + [0] * num_pads])
    torch.testing.assert_close(MODEL(padded), MODEL(words))


def test_the_state_is_that_of_the_top_layer_at_the_last_word() -> None:
    tokens = torch.tensor([[4, 5, 6, 0, 0], [7, 8, 9, 10, 11]])
    outputs, _ = MODEL.lstm(MODEL.embedding(tokens))
    state = outputs[torch.arange(2), torch.tensor([2, 4])]
    torch.testing.assert_close(MODEL(tokens), MODEL.fc(state).squeeze(1))


def test_read_after_the_padding_it_depends_on_it() -> None:
    naive = LSTMModel(vocab_size=20, skip_padding=False).eval()
    short, long = torch.tensor([[4, 5, 6]]), torch.tensor([[4, 5, 6, 0, 0, 0]])
    assert not torch.allclose(naive(short), naive(long), atol=1e-4)
    assert naive(short).shape == (1,)
