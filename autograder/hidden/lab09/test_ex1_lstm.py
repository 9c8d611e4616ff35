"""Exercise 1, the LSTM and its set-up: which state is read, and what padding does to it."""

import torch
from torch import nn
from torch.nn import functional as F

from autograder.hidden.lab09.probes import assert_optimizer_moves
from autograder.testing import assert_close, assert_equal, assert_tensor_equal, fail, question

# Runs in the worker. Larger weights make a wrong position or layer show far above rounding.
MODEL = """
import torch

model = LSTMModel(skip_padding=skip_padding).eval()
with torch.no_grad():
    for parameter in model.parameters():
        parameter.mul_(2)
"""

GRADIENTS = """
model.train()
model(tokens).sum().backward()
without_gradient = [
    name for name, p in model.named_parameters() if p.grad is None or not bool(p.grad.any())
]
"""


def model_of(submission, *, skip_padding, source="", **inputs):
    return submission.setup(
        MODEL + source, LSTMModel=submission.LSTMModel, skip_padding=skip_padding, **inputs
    )


def random_tokens(rng, lengths, seq_len):
    """Reviews of the lengths given, padded with zeros: (batch, seq_len)."""
    tokens = torch.randint(1, 100, (len(lengths), seq_len), generator=rng)
    is_padding = torch.arange(seq_len) >= torch.tensor(lengths)[:, None]
    return tokens.masked_fill(is_padding, 0)


def logits_read_alone(state, tokens, lengths):
    """Each review by itself, cut to its length, so that no padding exists: (batch,)."""
    hidden_size, embedding_dim = state["fc.weight"].shape[1], state["embedding.weight"].shape[1]
    lstm = nn.LSTM(embedding_dim, hidden_size, num_layers=2, batch_first=True)
    lstm.load_state_dict(
        {key.removeprefix("lstm."): state[key] for key in state if key.startswith("lstm.")}
    )
    logits = []
    for review, length in zip(tokens, lengths, strict=True):
        embedded = F.embedding(review[None, :length], state["embedding.weight"])
        _, (hidden, _) = lstm(embedded)  # (num_layers, 1, hidden_size)
        logits.append(F.linear(hidden[1, 0], state["fc.weight"], state["fc.bias"]))
    return torch.cat(logits).detach()


# -- the model ----------------------------------------------------------------------------------


@question("ex1-lstm", points=1)
def test_lstm_gives_a_logit_per_review(submission, rng):
    """The result has shape (batch,), also for one review and for reviews of one token."""
    for skip_padding in (True, False):
        model = model_of(submission, skip_padding=skip_padding).model
        for lengths, seq_len in (([4, 2, 6], 6), ([3], 5), ([1], 1), ([1, 1], 1)):
            logits = model(random_tokens(rng, lengths, seq_len))
            if not torch.is_tensor(logits) or logits.shape != (len(lengths),):
                fail(
                    f"the logits of {len(lengths)} reviews should have shape ({len(lengths)},)",
                    "`state` must be (batch, hidden_size), also for a batch of one",
                )
            assert_equal(logits.dtype, torch.float32, "the dtype of the logits")


@question("ex1-lstm", points=2)
def test_reads_the_last_word(submission, rng):
    """With skip_padding=True each review is judged as if it had been read alone, unpadded."""
    lengths = [5, 1, 9, 3, 9]
    tokens = random_tokens(rng, lengths, 9)
    model = model_of(submission, skip_padding=True).model
    assert_close(
        model(tokens),
        logits_read_alone(dict(model.state_dict()), tokens, lengths),
        "the logits",
        rtol=1e-3,
        atol=1e-4,
        hint="Is `state` the top layer's output at position length - 1 of each review? "
        "`hidden[-1]` is the state after the padding",
    )


@question("ex1-lstm", points=1)
def test_padding_changes_nothing(submission, rng):
    """With skip_padding=True further zeros on the right leave every logit as it is."""
    tokens = random_tokens(rng, [6, 2, 4], 6)
    model = model_of(submission, skip_padding=True).model
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
    tokens = random_tokens(rng, [5, 2, 7], 7)
    model = model_of(submission, skip_padding=False).model
    assert_close(
        model(tokens),
        logits_read_alone(dict(model.state_dict()), tokens, [7, 7, 7]),
        "the logits",
        rtol=1e-3,
        atol=1e-4,
        hint="`hidden` holds a state per layer, after the last position: which one is the top?",
    )


@question("ex1-lstm", points=1)
def test_gradients_reach_every_layer(submission, rng):
    """Both versions pass gradients on to the embedding, both LSTM layers and the linear layer."""
    tokens = random_tokens(rng, [5, 2, 7], 7)
    for skip_padding in (True, False):
        probe = model_of(submission, skip_padding=skip_padding, source=GRADIENTS, tokens=tokens)
        if probe.without_gradient:
            names = ", ".join(map(str, probe.without_gradient))
            fail(f"no gradient reaches {names}", "Is anything detached, or left out of the path?")


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
        for index in torch.randint(len(tokens), (8,), generator=rng).tolist():
            actual_tokens, actual_label = dataset[index]
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
    logits = model(random_tokens(rng, [5, 3], 5))
    if not torch.is_tensor(logits) or logits.shape != (2,):
        fail("model_lstm should give one logit per review", "Is it an LSTMModel()?")
    if model.skip_padding is not True:
        fail("model_lstm reads its state after the padding", "Make it with skip_padding=True")
