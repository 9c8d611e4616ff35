"""The review classifier of Exercise 4."""

import torch
from torch import Tensor, nn

EMBEDDING_STD = 0.15  # with N(0, 1) rows, positions of size at most 1 drown


class AttentionModel(nn.Module):
    """Embeddings plus positions, one self-attention layer, a masked mean and a linear layer.

    Without positions attention is invariant to the order of its tokens: a bag of words. Without
    the mask it attends to pads, and an unmasked mean divides by them too.
    """

    def __init__(
        self, vocab_size: int = 10_000, embedding_dim: int = 64, num_heads: int = 4
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        with torch.no_grad():
            self.embedding.weight *= EMBEDDING_STD
        self.attn = nn.MultiheadAttention(embedding_dim, num_heads, batch_first=True)
        self.fc = nn.Linear(embedding_dim, 1)

    def forward(self, tokens: Tensor) -> Tensor:
        """tokens: int64, (batch, seq_len), at least one real token each. Logits, (batch,)."""
        attended, _ = self._attend(tokens, need_weights=False)  # (batch, seq_len, embedding_dim)
        is_word = (tokens != 0).to(attended.dtype)  # (batch, seq_len)
        share = is_word / is_word.sum(dim=1, keepdim=True)  # (batch, seq_len)
        pooled = torch.einsum("btd,bt->bd", attended, share)  # (batch, embedding_dim)
        logits: Tensor = self.fc(pooled)  # (batch, 1)
        return logits.squeeze(1)  # (batch,)

    def attention_weights(self, tokens: Tensor) -> Tensor:
        """Who looks at whom, averaged over the heads: (batch, seq_len, seq_len)."""
        _, weights = self._attend(tokens, need_weights=True)
        assert weights is not None
        return weights

    def embed(self, tokens: Tensor) -> Tensor:
        """Words plus positions: (batch, seq_len, embedding_dim)."""
        embedded: Tensor = self.embedding(tokens)  # (batch, seq_len, embedding_dim)
        return embedded + sinusoidal_positions(*embedded.shape[1:]).to(embedded)

    def _attend(self, tokens: Tensor, need_weights: bool) -> tuple[Tensor, Tensor | None]:
        x = self.embed(tokens)  # (batch, seq_len, embedding_dim)
        attended: tuple[Tensor, Tensor | None] = self.attn(
            x, x, x, key_padding_mask=tokens == 0, need_weights=need_weights
        )
        return attended


def sinusoidal_positions(length: int, d_model: int) -> Tensor:
    """A fixed vector for each position: (length, d_model), float32.

    Column 2i holds sin(pos / 10000^(2i / d_model)), column 2i + 1 the cosine (Vaswani et al.,
    "Attention Is All You Need", 2017, section 3.5). Angles are in double precision; in
    float32 those of late positions lose two digits.
    """
    columns = torch.arange(d_model, dtype=torch.float64)
    frequency = 10_000.0 ** -(2 * (columns // 2) / d_model)  # (d_model,)
    angle = torch.arange(length)[:, None] * frequency  # (length, d_model)
    return torch.where(columns % 2 == 0, angle.sin(), angle.cos()).float()
