"""Reviews as token ids."""

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.utils.rnn import pad_sequence

from lib.reference.text import decode_review, filter_word_ids, pad_reviews

tokens = st.integers(1, 50)


def test_ids_are_ranks_plus_three() -> None:
    words = {1: "film", 2: "good"}
    assert decode_review([1, 5, 4, 2, 9, 0], words) == "<start> good film <oov> <oov> <pad>"


def test_dropped_words_use_up_no_place() -> None:
    assert filter_word_ids([None, 7, 99, 3, None, 10, 5], max_id=10, max_seq_len=3) == [
        7,
        3,
        10,
    ]
    assert filter_word_ids([]) == []


@given(st.lists(st.lists(tokens, max_size=6), min_size=1, max_size=5))
def test_padding_is_torchs(reviews: list[list[int]]) -> None:
    tensors = [torch.tensor(review, dtype=torch.int64) for review in reviews]
    assert torch.equal(pad_reviews(reviews), pad_sequence(tensors, batch_first=True))
