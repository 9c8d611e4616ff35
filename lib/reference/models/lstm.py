"""The review classifier of Exercise 1."""

from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence


class LSTMModel(nn.Module):
    """Embedding, LSTM, and a linear layer on one hidden state.

    Right padding is the trap: an RNN goes on updating its state over pads, and `padding_idx`
    only keeps row 0 of the embedding at zero. Here the sequences are packed, so that the LSTM
    stops at each review's end and its final state *is* the one at the last real token.

    Args:
        vocab_size: token ids run from 0 (padding) to vocab_size - 1.
        skip_padding: False reads the state after the pads, as many a tutorial does.
    """

    def __init__(
        self,
        vocab_size: int = 10_000,
        embedding_dim: int = 64,
        hidden_size: int = 32,
        num_layers: int = 2,
        skip_padding: bool = True,
    ) -> None:
        super().__init__()
        self.skip_padding = skip_padding
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.lstm = nn.LSTM(embedding_dim, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, 1)

    def forward(self, tokens: Tensor) -> Tensor:
        """tokens: int64, (batch, seq_len), at least one real token each. Logits, (batch,)."""
        sequence = self.embedding(tokens)  # (batch, seq_len, embedding_dim)
        if self.skip_padding:
            lengths = (tokens != 0).sum(dim=1).cpu()  # (batch,)
            sequence = pack_padded_sequence(
                sequence, lengths, batch_first=True, enforce_sorted=False
            )
        _, (hidden, _) = self.lstm(sequence)  # (num_layers, batch, hidden_size)
        logits: Tensor = self.fc(hidden[-1])  # (batch, 1)
        return logits.squeeze(1)  # (batch,)
