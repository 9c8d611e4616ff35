"""Reviews as token ids: read, filter, pad (Exercise 1)."""

from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor

SPECIALS = {0: "<pad>", 1: "<start>", 2: "<oov>"}
FIRST_WORD_ID = len(SPECIALS)  # the id of a word is its rank plus 3, ranks starting at 1


def decode_review(review: Iterable[int], rank_to_word: Mapping[int, str]) -> str:
    """The words of a review, joined by spaces; a rank without a word reads as `<oov>`."""
    names = SPECIALS | {rank + FIRST_WORD_ID: word for rank, word in rank_to_word.items()}
    return " ".join(names.get(token, SPECIALS[2]) for token in review)


def filter_word_ids(
    ids: Iterable[int | None], max_id: int = 10_000, max_seq_len: int = 250
) -> list[int]:
    """The first `max_seq_len` of the ids that are neither None nor above `max_id`."""
    return [word for word in ids if word is not None and word <= max_id][:max_seq_len]


def pad_reviews(reviews: Sequence[Sequence[int]], device: torch.device | str = "cpu") -> Tensor:
    """Zeros on the right up to the longest review: int64, (batch, seq_len)."""
    lengths = torch.tensor([len(review) for review in reviews])  # (batch,)
    is_word = torch.arange(int(lengths.max())) < lengths[:, None]  # (batch, seq_len)
    padded = torch.zeros(is_word.shape, dtype=torch.int64)  # (batch, seq_len)
    words = [word for review in reviews for word in review]
    padded[is_word] = torch.tensor(words, dtype=torch.int64)
    return padded.to(device)
