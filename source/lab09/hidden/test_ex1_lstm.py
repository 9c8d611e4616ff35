"""Exercise 1, the LSTM and its set-up: which state is read, and what padding does to it."""

import torch
from model_probes import (
    assert_gradients_reach_all,
    assert_optimizer_moves,
    random_tokens,
    with_weights,
)
from torch.nn import functional as F

from lib.kit.checks import assert_close, assert_equal, assert_tensor_equal, fail, question
from lib.reference.models.lstm import LSTMModel

# Runs in the worker. Larger weights make a wrong position or layer show far above rounding.
MODEL = """
import torch

model = LSTMModel(skip_padding=skip_padding).eval()
with torch.no_grad():
    for parameter in model.parameters():
        parameter.mul_(2)
"""


def model_of(submission, *, skip_padding):
    """A student's model, behind its handle."""
    student_class = submission.LSTMModel
    return submission.setup(MODEL, LSTMModel=student_class, skip_padding=skip_padding).model


def assert_same_logits(model, tokens, skip_padding, hint):
    state = dict(model.state_dict())
    sizes = *state["embedding.weight"].shape, state["fc.weight"].shape[1]
    reference = with_weights(LSTMModel(*sizes, skip_padding=skip_padding), state)
    assert_close(model(tokens), reference(tokens), "the logits", rtol=1e-3, atol=1e-4, hint=hint)


# -- the model ----------------------------------------------------------------------------------


@question(
    "ex1-lstm",
    points=1,
    if_raises="Is `state` (batch, hidden_size) for a batch of one too? A bare squeeze() drops it",
)
def test_lstm_gives_a_logit_per_review(submission, rng):
    """The result has shape (batch,), also for one review and for reviews of one token."""
    for skip_padding in (True, False):
        model = model_of(submission, skip_padding=skip_padding)
        for lengths, more_padding in (([4, 2, 6], 0), ([3], 2), ([1], 0), ([1, 1], 0)):
            logits = model(random_tokens(rng, lengths, more_padding))
            if not torch.is_tensor(logits) or logits.shape != (len(lengths),):
                fail(
                    f"the logits of {len(lengths)} reviews should have shape ({len(lengths)},)",
                    "`state` must be (batch, hidden_size), also for a batch of one",
                )
            assert_equal(logits.dtype, torch.float32, "the dtype of the logits")


@question("ex1-lstm", points=2)
def test_reads_the_last_word(submission, rng):
    """With skip_padding=True each review is judged as if it had been read alone, unpadded."""
    assert_same_logits(
        model_of(submission, skip_padding=True),
        random_tokens(rng, [5, 1, 9, 3, 9]),
        skip_padding=True,
        hint="Is `state` the top layer's output at position length - 1 of each review? "
        "`hidden[-1]` is the state after the padding",
    )


@question("ex1-lstm", points=1)
def test_padding_changes_nothing(submission, rng):
    """With skip_padding=True further zeros on the right leave every logit as it is."""
    tokens = random_tokens(rng, [6, 2, 4])
    model = model_of(submission, skip_padding=True)
    assert_close(
        model(F.pad(tokens, (0, 15))),
        model(tokens),
        "the logits after more padding",
        rtol=1e-3,
        atol=1e-4,
        hint="The LSTM goes on computing over the padding: read its output at the last word",
    )


@question("ex1-lstm", points=1)
def test_naive_version_reads_after_the_padding(submission, rng):
    """With skip_padding=False the top layer's state after all positions is read."""
    assert_same_logits(
        model_of(submission, skip_padding=False),
        random_tokens(rng, [5, 2, 7]),
        skip_padding=False,
        hint="`hidden` holds a state per layer, after the last position: which one is the top?",
    )


@question("ex1-lstm", points=1)
def test_gradients_reach_every_layer(submission, rng):
    """Both versions pass gradients on to the embedding, both LSTM layers and the linear layer."""
    for skip_padding in (True, False):
        model = model_of(submission, skip_padding=skip_padding)
        assert_gradients_reach_all(submission, model, random_tokens(rng, [5, 2, 7]))


# -- the set-up ---------------------------------------------------------------------------------


@question("ex1-setup", points=1)
def test_optimizer_moves_the_lstm(submission):
    """optimizer_lstm moves every parameter of model_lstm, by a sensible amount."""
    assert_optimizer_moves(submission, "model_lstm", "optimizer_lstm")


@question("ex1-setup", points=1)
def test_loss_is_binary_cross_entropy(submission, rng):
    """loss is the mean binary cross-entropy of logits, exact for large ones too."""
    logits = torch.randn(9, generator=rng) * 3
    logits[:2] = torch.tensor([150.0, -150.0])
    labels = torch.randint(0, 2, (9,), generator=rng).float()
    labels[:2] = torch.tensor([0.0, 1.0])
    assert_close(
        submission.loss(logits, labels),
        F.binary_cross_entropy_with_logits(logits, labels),
        "the loss of random logits",
        rtol=1e-3,
        hint="The model returns logits, not probabilities: which loss applies the sigmoid itself, "
        "and does it take the mean?",
    )


@question("ex1-setup", points=1)
def test_datasets_hold_their_splits(submission, rng):
    """train_dataset, val_dataset and test_dataset each hold the reviews and labels of their set."""
    for name in ("train", "val", "test"):
        dataset = getattr(submission, f"{name}_dataset")
        tokens, labels = getattr(submission, f"{name}_x"), getattr(submission, f"{name}_y")
        hint = f"Make `{name}_dataset` from `{name}_x` and `{name}_y`"
        assert_equal(len(dataset), len(tokens), f"len({name}_dataset)", hint=hint)
        indices = torch.randint(len(tokens), (8,), generator=rng).tolist()
        source = "items = [dataset[index] for index in indices]"
        items = submission.setup(source, dataset=dataset, indices=indices).items
        for index, (actual_tokens, actual_label) in zip(indices, items, strict=True):
            assert_tensor_equal(
                actual_tokens, tokens[index], f"a review of {name}_dataset", hint=hint
            )
            assert_close(
                float(actual_label), float(labels[index]), f"a label of {name}_dataset", hint=hint
            )


@question("ex1-setup", points=1)
def test_model_skips_padding(submission, rng):
    """model_lstm is an LSTMModel that skips padding and gives a logit per review."""
    model = submission.model_lstm
    logits = model(random_tokens(rng, [5, 3]))
    if not torch.is_tensor(logits) or logits.shape != (2,):
        fail("model_lstm should give one logit per review", "Is it an LSTMModel()?")
    if model.skip_padding is not True:
        fail("model_lstm reads its state after the padding", "Make it with skip_padding=True")
