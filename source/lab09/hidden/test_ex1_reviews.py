"""Exercise 1, from token ids to padded batches: decoding, filtering, padding, the data set."""

import torch
from call_probes import assert_leaves_no_trace
from device_probes import EXCHANGE, assert_chooses_gpu
from wide_net import as_list, in_form, words_of

from lib.kit.checks import (
    assert_close,
    assert_equal,
    assert_tensor_equal,
    fail,
    question,
    take_list,
    take_number,
    take_tensor,
    take_text,
)
from lib.reference.text import decode_review, filter_word_ids, pad_reviews

WORDS = ["film", "was", "not", "good", "but", "slow", "end", "made", "one", "cry", "laugh", "loud"]


def integers(rng, low, high, count):
    """`count` random integers with low <= integer < high."""
    return torch.randint(low, high, (count,), generator=rng).tolist()


def random_vocabulary(rng):
    """Words by rank, which counts from 1."""
    order = torch.randperm(len(WORDS), generator=rng).tolist()
    words = [(rank, WORDS[place]) for rank, place in enumerate(order, start=1)]
    return dict(words[5:] + words[:5])  # a dictionary has no order to rely on


def random_reviews(rng, lengths):
    """Lists of token ids of the lengths given; none of them is the padding id."""
    return [integers(rng, 1, 1000, length) for length in lengths]


# -- decoding -----------------------------------------------------------------------------------


def assert_words(actual, review, rank_to_word, hint):
    """The words must be right; what stands between them, a test of its own asks."""
    expected = decode_review(review, rank_to_word).split()
    assert_equal(words_of(actual), expected, "the words of the review", hint=hint)


@question("ex1-decode", points=1)
def test_ids_are_shifted_ranks(submission, rng):
    """Ordinary words are found at their rank, three below their id."""
    ids = integers(rng, 4, len(WORDS) + 4, 12)
    rank_to_word, hint = random_vocabulary(rng), "A word's id is its rank plus 3"
    assert_words(submission.decode_review(ids, rank_to_word), ids, rank_to_word, hint)


@question("ex1-decode", points=1)
def test_special_ids_have_names(submission, rng):
    """Padding, start and out-of-vocabulary ids decode to <pad>, <start> and <oov>."""
    word = integers(rng, 4, len(WORDS) + 4, 1)[0]
    hint = "0 is <pad>, 1 is <start> and 2 is <oov>; words stand among them as usual"
    given = [[1, word, 2, word, 0, 0], random_vocabulary(rng)]
    assert_leaves_no_trace(
        submission, "decode_review", given, lambda actual: assert_words(actual, *given, hint)
    )


@question("ex1-decode", points=1)
def test_decodes_a_single_word(submission, rng):
    """A review of one word is that word, one space stands between two words; none is empty."""
    rank_to_word, last = random_vocabulary(rng), len(WORDS) + 3
    alone, empty = "One word stands alone, without a space", "A review of no words is an empty text"
    several = "One space stands between two words, and nowhere else"
    for review, hint in (([4], alone), ([last], alone), ([4, 1, last], several), ([], empty)):
        actual = submission.decode_review(review, rank_to_word)
        expected = decode_review(review, rank_to_word)
        assert_equal(actual, expected, "the decoded review", hint=hint)


# -- filtering ----------------------------------------------------------------------------------


def assert_filters(submission, review, limits, hint):
    assert_filtered(submission.filter_word_ids(review, *limits), review, limits, hint)


def assert_filtered(actual, review, limits, hint):
    """The ids must be right; that they are a list, a test of its own asks."""
    expected = filter_word_ids(review, *limits)
    assert_equal(as_list(actual), expected, "the filtered review", hint=hint)


@question("ex1-filter", points=1)
def test_drops_missing_and_rare_words(submission, rng):
    """None and ids above max_id are dropped, the order of the others is kept."""
    max_id = integers(rng, 40, 60, 1)[0]
    kept, rare = integers(rng, 1, max_id, 30), integers(rng, max_id + 1, 200, 15)
    mixed = [*kept, 0, 1, 2, 0, *rare, *[None] * 6]
    mixed = [mixed[place] for place in torch.randperm(len(mixed), generator=rng).tolist()]
    hint = "None and ids above `max_id` go, everything else stays in its order"
    assert_filters(submission, tuple(mixed), (max_id, 250), hint)  # as good as a list


@question("ex1-filter", points=1)
def test_keeps_the_largest_id(submission, rng):
    """The id max_id itself stays, the next one goes; also with the default of 10000."""
    max_id = integers(rng, 5, 500, 1)[0]
    for limits, largest in (((max_id, 10), max_id), ((), 10_000)):
        hint = "Ids up to `max_id` stay, itself too, and larger ones go; by default it is 10000"
        assert_filters(submission, [largest - 1, largest, largest + 1, largest], limits, hint)


@question("ex1-filter", points=1)
def test_limit_counts_kept_words(submission, rng):
    """The limit counts words that are kept, not words that were read."""
    max_seq_len = integers(rng, 5, 9, 1)[0]
    kept = integers(rng, 1, 100, 2 * max_seq_len)
    mixed = [entry for word in kept for entry in (100 + word, word, 101 + word)]
    hint = "The first `max_seq_len` of the words that stay are kept: dropped ones use up no place"
    assert_leaves_no_trace(
        submission,
        "filter_word_ids",
        [mixed, 100, max_seq_len],
        lambda actual: assert_filtered(actual, mixed, (100, max_seq_len), hint),
    )


@question("ex1-filter", points=1)
def test_a_review_of_exactly_the_limit(submission, rng):
    """A list of exactly max_seq_len words stays whole, one more word is cut."""
    for limits, length in (
        ((100, 4), 4),
        ((100, 1), 1),
        ((100, 0), 0),
        ((100, 2000), 2000),
        ((), 250),
    ):
        review = integers(rng, 1, 100, length)
        for longer in ([], [7]):
            hint = "Keep the first `max_seq_len` words (250 by default), no more and no fewer"
            actual = submission.filter_word_ids(review + longer, *limits)
            actual = list(actual) if isinstance(actual, tuple) else actual
            assert_equal(actual, review, "the filtered review", hint=hint)


# -- padding ------------------------------------------------------------------------------------


def without_needless_zeros(batch, width):
    """A batch without the columns of zeros that are more than so many."""
    is_longer = torch.is_tensor(batch) and batch.ndim == 2 and batch.shape[1] > width
    return batch[:, :width] if is_longer and not bool(batch[:, width:].any()) else batch


def assert_holds_words(actual, reviews, hint="", dtype=(torch.int64, torch.int32, torch.float32)):
    """The form must be right, and words must be in their places: what the rest is filled with, a
    test of its own asks."""
    expected = pad_reviews(reviews)
    is_word = expected != 0
    what = "the padded batch"
    actual = take_tensor(actual, expected.shape, dtype, what, hint=hint)[is_word].long()
    hint = "Each review stands in a row of its own, from the first place on"
    assert_tensor_equal(actual, expected[is_word], f"the words of {what}", hint=hint)


@question("ex1-padding", points=2)
def test_pads_with_zeros_on_the_right(submission, rng):
    """Shorter reviews are filled with zeros on the right, up to the longest review."""
    reviews = random_reviews(rng, [3, 1, 8, 0, *integers(rng, 1, 8, 3)])
    expected = pad_reviews(reviews)
    assert_tensor_equal(
        without_needless_zeros(submission.pad_reviews(reviews), expected.shape[1]),
        expected,
        "the padded batch",
        any_dtype=True,
        hint="Each review stands in a row of its own, with zeros after its last word",
        form_hint="There is a row for each review, as long as the longest one",
    )


@question("ex1-padding", points=1)
def test_adds_no_needless_zeros(submission, rng):
    """One review alone, or reviews of equal length, get no zeros at all."""
    hint = "A batch is as long as its longest review, and one review is still a batch"
    for lengths in ([5], [1], [4, 4, 4], [2, 5]):
        reviews = random_reviews(rng, lengths)
        assert_holds_words(submission.pad_reviews(reviews), reviews, hint, torch.int64)
    reviews = random_reviews(rng, [3, 1, 5])
    assert_leaves_no_trace(
        submission,
        "pad_reviews",
        [reviews],
        lambda actual: assert_holds_words(actual, reviews, hint),
    )


# Who works with values has to fail on `meta`: then the notebook's own device decides.
PLACED = f"""
import inspect
import torch

tokens = pad_reviews(reviews)
kinds, wanted = [tokens.device.type], [torch.zeros(1, device=device).device.type]
names = getattr(inspect.unwrap(pad_reviews), "__globals__", {{}})
{EXCHANGE}
try:
    kinds.append(pad_reviews(reviews).device.type)
    wanted.append("meta")
except RuntimeError:
    pass
finally:
    names.update(own)
"""


@question("ex1-padding", points=1)
def test_pads_on_the_device(submission, rng):
    """The batch lies on `device`, and `device` is one that torch knows."""
    reviews = random_reviews(rng, [2, 3])
    placed = submission.setup(
        PLACED, pad_reviews=submission.pad_reviews, device=submission.device, reviews=reviews
    )
    kinds, wanted = (
        [take_text(kind, "a device") for kind in take_list(one, range(1, 3), "the devices")]
        for one in (placed.kinds, placed.wanted)
    )
    if kinds != wanted:
        fail("the padded batch is not on `device`", "`.to(device)` gives a tensor that is there")
    tokens = placed.tokens  # how they lie there, other tests ask
    if torch.is_tensor(tokens) and tokens.shape == (3, 2):
        tokens = tokens.T
    assert_holds_words(without_needless_zeros(tokens, 3), reviews)
    assert_chooses_gpu(submission)


# -- the data set -------------------------------------------------------------------------------


@question("ex1-dataset", points=1)
def test_item_is_review_and_label(submission, rng):
    """dataset[i] is the i-th review and the i-th label, in this order."""
    tokens = torch.randint(1, 1000, (6, 5), generator=rng)
    tokens[3, 2:] = 0  # padding belongs to a review
    labels = torch.rand(6, generator=rng)  # all different, so that a wrong index shows
    dataset = submission.IMDBDataset(tokens, labels)
    for index in (0, 3, 5):
        item = dataset[index]
        review, label = take_list(item, 2, "an item", hint="Return the review and its label")
        hint = "It should be the row of `data` at `idx`"
        assert_tensor_equal(review, tokens[index], "the review", hint=hint)
        assert_close(
            take_number(label, "the label"),
            float(labels[index]),
            "the label",
            hint="It should be the label at `idx`",
        )


def review_in(item, shape):
    """The review of an item in whatever form: in a pair or a dictionary, as the longer part."""
    item = list(item.values()) if isinstance(item, dict) else item
    first, second = take_list(item, 2, "an item", hint="Return the review and its label")
    by_length = sorted((first, second), key=lambda one: one.numel() if torch.is_tensor(one) else 0)
    return in_form(by_length[1], shape, torch.int64)


@question("ex1-dataset", points=1)
def test_knows_its_size(submission, rng):
    """len() counts reviews, shape is that of the token tensor, and the last item exists."""
    tokens = torch.randint(1, 1000, (4, 9), generator=rng)
    dataset = submission.IMDBDataset(tokens, torch.ones(4))
    assert_equal(len(dataset), 4, "len(dataset)", hint="It should be the number of reviews")
    hint = "(reviews, tokens per review)"
    shape = take_list(dataset.shape, 2, "dataset.shape", hint=hint)
    assert_equal(tuple(shape), (4, 9), "dataset.shape", hint=hint)
    hint = "It should be the row of `data` at `idx`, counted from 0"
    assert_tensor_equal(review_in(dataset[3], (9,)), tokens[3], "the last review", hint=hint)
    index = integers(rng, 0, 3, 1)[0]
    assert_tensor_equal(review_in(dataset[index], (9,)), tokens[index], "a review")


@question("ex1-dataset", points=1)
def test_loads_in_batches(submission, rng):
    """A DataLoader makes batches of it: (batch, seq_len) tokens and (batch,) labels."""
    tokens = torch.randint(1, 1000, (5, 3), generator=rng)
    labels = torch.tensor([0.0, 1.0, 1.0, 0.0, 1.0])
    dataset, index = submission.IMDBDataset(tokens, labels), integers(rng, 0, 5, 1)[0]
    assert_tensor_equal(review_in(dataset[index], (3,)), tokens[index], "a review")
    batches = submission.setup(
        "from torch.utils.data import DataLoader\n"
        "parts = lambda batch: batch.values() if isinstance(batch, dict) else batch\n"
        "batches = [(tokens, labels.float())\n"
        "           for tokens, labels in map(parts, DataLoader(dataset, 2))]",
        dataset=dataset,
    ).batches
    batches = take_list(batches, 3, "the batches", hint="5 reviews in batches of 2 make 3")
    for batch, start in zip(batches, (0, 2, 4), strict=True):
        actual_tokens, actual_labels = take_list(batch, 2, "a batch")
        expected = tokens[start : start + 2]
        actual_tokens = in_form(actual_tokens, expected.shape, torch.int64)
        assert_tensor_equal(actual_tokens, expected, "a batch of reviews")
        hint, expected = "A label is one number, without dimensions", labels[start : start + 2]
        assert_tensor_equal(actual_labels, expected, "a batch of labels", form_hint=hint)
