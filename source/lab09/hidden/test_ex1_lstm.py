"""Exercise 1, the LSTM and its set-up: which state is read, and what padding does to it."""

import functools
from functools import partial

import torch
from call_probes import explained
from device_probes import assert_moved
from model_probes import (
    VOCAB_SIZE,
    assert_gradients_reach_all,
    assert_made,
    assert_optimizer_moves,
    made_once,
    random_tokens,
    random_weights,
    read_logits,
    twins,
    twins_of_made,
)
from torch.nn import functional as F

from lib.kit.checks import (
    assert_close,
    assert_tensor_equal,
    fail,
    question,
    take_integer,
    take_list,
    take_number,
    take_tensor,
)
from lib.kit.data import load_reviews
from lib.reference.models.lstm import LSTMModel
from lib.reference.text import filter_word_ids, pad_reviews

SEED, MAX_SEQ_LEN, NUM_VAL_REVIEWS = 9, 100, 500  # of the lab's quick profile


def models_of(submission, rng, *, skip_padding):
    """A student's model and the reference, with the same weights, also in both versions."""

    def made():
        reference = LSTMModel(VOCAB_SIZE, skip_padding=skip_padding)
        weights = made_once(submission, "LSTM weights", lambda: random_weights(reference, rng))
        return twins(submission, submission.LSTMModel, reference, weights, skip_padding)

    return made_once(submission, f"LSTM, skip_padding={skip_padding}", made)


def assert_same_logits(models, tokens, hint):
    logits, expected = models.logits(tokens), models.reference(tokens)
    assert_close(logits, expected, "the logits", rtol=1e-3, atol=1e-4, hint=hint)


OF_LAST_WORD = "They are what `fc` makes of the top layer's state after the last word"


def right_versions(submission, rng, tokens):
    """The versions whose logits of reviews without padding are right: what is wrong in one of them
    has a test of its own, and keeps no other one from being looked at.

    Raises:
        what the first one fails by, if none is right.
    """
    right, failures = [], []
    for skip_padding in (True, False):
        try:
            models = models_of(submission, rng, skip_padding=skip_padding)
            assert_same_logits(models, tokens, OF_LAST_WORD)
            right.append(models)
        except Exception as failure:
            failures.append(failure)
    if not right:
        raise failures[0]
    return right


# -- the model ----------------------------------------------------------------------------------


@question("ex1-lstm", points=1)
def test_lstm_gives_a_logit_per_review(submission, rng):
    """The result has shape (batch,), also for one review and for reviews of one token."""
    for models in right_versions(submission, rng, random_tokens(rng, [4, 4, 4])):
        several = partial(assert_same_logits, models, random_tokens(rng, [4, 4, 4]), OF_LAST_WORD)
        for lengths in ([3], [1], [1, 1]):  # without padding both versions agree
            with explained(
                "Several reviews of several tokens are right: of one, too, `state` must be (batch, "
                "hidden_size)",
                if_passes=several,
            ):
                assert_same_logits(models, random_tokens(rng, lengths), OF_LAST_WORD)


@question("ex1-lstm", points=2)
def test_reads_the_last_word(submission, rng):
    """With skip_padding=True each review is judged as if it had been read alone, unpadded."""
    assert_same_logits(
        models_of(submission, rng, skip_padding=True),
        random_tokens(rng, [7, 5, 1, 9, 5]),  # an order that undoes itself would hide a mistake
        hint="`state` should be the top layer's output at the last word of each review, which "
        "stands at position length - 1",
    )


@question("ex1-lstm", points=1)
def test_padding_changes_nothing(submission, rng):
    """With skip_padding=True further zeros on the right leave every logit as it is."""
    models = models_of(submission, rng, skip_padding=True)
    lengths = [6, 2, 4]
    tokens = random_tokens(rng, lengths)
    tokens[:, 1] = 2  # a rare word counts as well

    def assert_reads_alone():
        for length, review in zip(lengths, tokens.split(1), strict=True):
            assert_same_logits(models, review[:, :length], "")

    with explained(
        "The LSTM goes on computing over the padding: read its output at the last word",
        if_passes=assert_reads_alone,
    ):
        assert_close(
            models.logits(F.pad(tokens, (0, 15))),
            models.reference(tokens),
            "the logits after more padding",
            rtol=1e-3,
            atol=1e-4,
        )


@question("ex1-lstm", points=1.5)
def test_naive_version_reads_after_the_padding(submission, rng):
    """With skip_padding=False the top layer's state after all positions is read."""
    assert_same_logits(
        models_of(submission, rng, skip_padding=False),
        random_tokens(rng, [5, 2, 7], more_padding=2),
        hint="`state` should be that of the top layer after all positions, padding included",
    )


@question("ex1-lstm", points=1.5)
def test_gradients_reach_every_layer(submission, rng):
    """Both versions pass gradients on to the embedding, both LSTM layers and the linear layer."""
    tokens = random_tokens(rng, [6, 6, 6])
    for models in right_versions(submission, rng, tokens):
        assert_gradients_reach_all(models, tokens)


# -- the set-up ---------------------------------------------------------------------------------


@question("ex1-setup", points=1)
def test_optimizer_moves_the_lstm(submission, rng):
    """optimizer_lstm moves every parameter of model_lstm, by a sensible amount."""
    reference = LSTMModel(VOCAB_SIZE)
    assert_optimizer_moves(submission, "model_lstm", "optimizer_lstm", rng, reference=reference)


@question("ex1-setup", points=1)
def test_loss_is_binary_cross_entropy(submission, rng):
    """loss is the mean binary cross-entropy of logits, exact for large ones too."""
    assert_made(submission, "loss")
    logits = torch.randn(9, generator=rng) * 3
    logits[:2] = torch.tensor([150.0, -150.0])
    labels = torch.randint(0, 2, (9,), generator=rng).float()
    labels[:2] = torch.tensor([0.0, 1.0])
    assert_close(
        submission.loss(logits, labels),
        F.binary_cross_entropy_with_logits(logits, labels),
        "the loss of random logits",
        rtol=1e-3,
        hint="It should take logits, apply the sigmoid itself, and give the mean",
        form_hint="It should give one number, the mean",
    )


@functools.cache
def splits():
    """The lab's three sets: name -> reviews of ids, and labels."""
    (reviews, labels), (test_reviews, test_labels) = load_reviews("sample", num_words=VOCAB_SIZE)
    order = torch.randperm(len(reviews), generator=torch.Generator().manual_seed(SEED)).tolist()
    chosen = {"val": order[:NUM_VAL_REVIEWS], "train": order[NUM_VAL_REVIEWS:]}
    sets = {
        name: ([reviews[i] for i in of], [labels[i] for i in of]) for name, of in chosen.items()
    }
    return sets | {"test": (test_reviews, test_labels)}


@functools.cache
def longest(name):
    """How many tokens the longest review of a set has, once it is filtered."""
    return max(
        len(filter_word_ids(review, VOCAB_SIZE - 1, MAX_SEQ_LEN)) for review in splits()[name][0]
    )


ITEM = "item = rows[index]"


def assert_is_one_of(submission, name, index, tokens):
    """The tokens must be a row of what the notebook has under this name."""
    rows = getattr(submission, name)
    item = submission.setup(ITEM, rows=rows, index=index).item
    item = take_tensor(item, (None,), (torch.int64, torch.int32), f"a row of `{name}`")
    assert_tensor_equal(tokens, item, any_dtype=True)


ITEMS = "items = [dataset[index] for index in indices]"


@question("ex1-setup", points=1)
def test_datasets_hold_their_splits(submission, rng):
    """train_dataset, val_dataset and test_dataset each hold the reviews and labels of their set."""
    for name in ("train", "val", "test"):
        reviews, labels = splits()[name]
        dataset = getattr(submission, f"{name}_dataset")
        hint = f"It should hold the reviews of `{name}_x` and the labels of `{name}_y`"
        size = take_integer(len(dataset), f"len({name}_dataset)", least=0, most=10**6)
        if size != len(reviews):
            fail(f"{name}_dataset has {size} reviews, and `{name}_x` has another number", hint)
        indices = torch.randint(len(reviews), (8,), generator=rng).tolist()
        items = submission.setup(ITEMS, dataset=dataset, indices=indices).items
        items = take_list(items, len(indices), f"the reviews of {name}_dataset")
        for index, item in zip(indices, items, strict=True):
            tokens, label = take_list(item, 2, f"an item of {name}_dataset")
            words = filter_word_ids(reviews[index], VOCAB_SIZE - 1, MAX_SEQ_LEN)
            expected = F.pad(pad_reviews([words])[0], (0, longest(name) - len(words)))
            with explained(
                f"It is the one of `{name}_x`, which is wrong itself",
                if_passes=partial(assert_is_one_of, submission, f"{name}_x", index, tokens),
            ):
                assert_tensor_equal(tokens, expected, f"a review of {name}_dataset", hint=hint)
            label = take_number(label, f"a label of {name}_dataset")
            assert_close(label, float(labels[index]), f"a label of {name}_dataset", hint=hint)


@question("ex1-setup", points=1)
def test_model_skips_padding(submission, rng):
    """model_lstm is an LSTMModel that skips padding and gives a logit per review."""
    assert_made(submission, "model_lstm")
    tokens = random_tokens(rng, [5, 3], more_padding=4)
    hint = "`model_lstm` should be an `LSTMModel()`"
    of_class = [models_of(submission, rng, skip_padding=skip) for skip in (True, False)]
    weights = of_class[0].weights
    theirs = twins_of_made(submission, "model_lstm", LSTMModel(VOCAB_SIZE), weights, hint)
    skipping, naive = (models.logits(tokens) for models in of_class)
    (logits,) = read_logits(submission, theirs.model, [[tokens]], (2,), rng, hint)
    is_naive, is_skipping = (
        torch.allclose(logits, one, rtol=1e-4, atol=1e-5) for one in (naive, skipping)
    )
    if is_naive and not is_skipping:
        fail("model_lstm reads its state after the padding", "Make it with skip_padding=True")
    assert_close(logits, skipping, "the logits of model_lstm", rtol=1e-3, atol=1e-4)
    hint = "LSTMModel itself has a mistake"
    expected = theirs.reference(tokens)
    assert_close(logits, expected, "the logits of model_lstm", rtol=1e-3, atol=1e-4, hint=hint)
    assert_moved(submission, "model_lstm")
