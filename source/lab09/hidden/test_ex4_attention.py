"""Exercise 4: positions, the attention model that must mind order and padding, its set-up."""

import torch
from model_probes import (
    assert_gradients_reach_all,
    assert_optimizer_moves,
    random_tokens,
    with_weights,
)
from torch.nn import functional as F

from lib.kit.checks import assert_above, assert_close, assert_equal, fail, question
from lib.reference.models.attention import AttentionModel, sinusoidal_positions

# Runs in the worker. Larger weights make attention uneven, so that heads and masks show.
MODEL = """
import torch

model = AttentionModel().eval()
with torch.no_grad():
    model.embedding.weight.mul_(4)
    model.attn.in_proj_weight.mul_(2)
    model.attn.in_proj_bias.normal_()
    model.attn.out_proj.bias.normal_()
"""


def model_of(submission):
    """A student's model, behind its handle."""
    return submission.setup(MODEL, AttentionModel=submission.AttentionModel).model


def reference_of(model):
    """The reference with the same weights: four heads, positions, padding left out."""
    state = dict(model.state_dict())
    return with_weights(AttentionModel(*state["embedding.weight"].shape), state)


# -- positions ----------------------------------------------------------------------------------

# Angles in float32 make up to 3e-5 at position 250.
TOLERANCE = 3e-4


@question("ex4-positions", points=1)
def test_positions_have_their_shape(submission):
    """The result is float32 of shape (length, d_model), also for one position or two columns."""
    for length, d_model in ((7, 6), (1, 8), (5, 2), (1, 2)):
        assert_close(
            submission.sinusoidal_positions(length, d_model),
            sinusoidal_positions(length, d_model),
            f"the positions for length {length} and d_model {d_model}",
            rtol=0,
            atol=TOLERANCE,
            hint="One row per position, counted from 0, and one column per number",
        )


@question("ex4-positions", points=1)
def test_position_zero_is_known(submission):
    """At position 0 every sine is 0 and every cosine is 1, in alternating columns."""
    positions = submission.sinusoidal_positions(3, 10)
    first = positions[0] if torch.is_tensor(positions) else positions
    hint = "Sines go to the even columns, cosines to the odd ones, and positions start at 0"
    assert_close(first, torch.tensor([0.0, 1.0] * 5), "the first row", rtol=0, hint=hint)


@question("ex4-positions", points=1)
def test_column_pairs_turn_together(submission):
    """A sine and the cosine beside it have the same angle: their squares sum to 1."""
    positions = submission.sinusoidal_positions(40, 16)
    shape = tuple(positions.shape) if torch.is_tensor(positions) else None
    assert_equal(shape, (40, 16), "the shape")
    squares = (positions**2).unflatten(1, (8, 2)).sum(dim=2)
    hint = "Columns 2i and 2i + 1 share the exponent 2i / d_model"
    assert_close(squares, torch.ones(40, 8), "sine² + cosine²", rtol=0, atol=1e-4, hint=hint)


@question("ex4-positions", points=1)
def test_positions_of_long_reviews(submission):
    """Speeds fall from 1 in the first pair of columns towards 1/10000 in the last."""
    for length, d_model in ((250, 64), (60, 128)):
        assert_close(
            submission.sinusoidal_positions(length, d_model),
            sinusoidal_positions(length, d_model),
            "the positions of a long review",
            rtol=0,
            atol=TOLERANCE,
            hint="The angle is position / 10000 ** (2 * i / d_model) for column pair i",
        )


# -- the model ----------------------------------------------------------------------------------


@question(
    "ex4-attention",
    points=1,
    if_raises="Print shapes: a sum over tokens is (batch, embedding_dim), its divisor (batch, 1)",
)
def test_attention_gives_a_logit_per_review(submission, rng):
    """The result has shape (batch,), also for one review and for reviews of one token."""
    model = model_of(submission)
    for lengths, more_padding in (([4, 2, 6], 0), ([3], 2), ([1], 0), ([1, 1], 2)):
        logits = model(random_tokens(rng, lengths, more_padding))
        if not torch.is_tensor(logits) or logits.shape != (len(lengths),):
            fail(
                f"the logits of {len(lengths)} reviews should have shape ({len(lengths)},)",
                "`pooled` must be (batch, embedding_dim), also for a batch of one",
            )
        assert_equal(logits.dtype, torch.float32, "the dtype of the logits")
        if not bool(logits.isfinite().all()):
            fail("the logits contain NaN or infinity", "Is anything divided by a length of 0?")


@question("ex4-attention", points=1)
def test_tokens_carry_their_position(submission, rng):
    """embed() adds the position vectors to the embeddings of the words."""
    tokens = random_tokens(rng, [8, 5])
    model = model_of(submission)
    embedded, expected = model.embed(tokens), reference_of(model).embed(tokens)
    shape = tuple(embedded.shape) if torch.is_tensor(embedded) else None
    assert_equal(shape, tuple(expected.shape), "the shape of the embedded words")
    is_word = tokens != 0
    assert_close(
        embedded[is_word],
        expected[is_word],
        "the embedded words",
        rtol=1e-3,
        atol=1e-3,
        hint="Add `sinusoidal_positions(seq_len, embedding_dim)` to the embeddings",
    )


@question("ex4-attention", points=1)
def test_words_in_another_order(submission, rng):
    """The same words in another order give other logits."""
    tokens = torch.randint(1, 100, (12, 10), generator=rng)
    tokens[:, 0], tokens[:, -1] = 100, 101  # a reversed review is never the same review
    model = model_of(submission)
    difference = (model(tokens) - model(tokens.flip(1))).abs()
    # Rounding alone makes 1e-6; one review in two hundred differs by less than 1e-3.
    assert_above(
        difference.max(),
        1e-3,
        "the model gives the same logit to the words in any order",
        hint="Attention alone knows no order: are the positions added to the embeddings?",
    )


@question("ex4-attention", points=1)
def test_attention_ignores_padding(submission, rng):
    """Further zeros on the right leave every logit as it is."""
    tokens = random_tokens(rng, [6, 2, 4, 1])
    model = model_of(submission)
    assert_close(
        model(F.pad(tokens, (0, 15))),
        model(tokens),
        "the logits after more padding",
        rtol=1e-3,
        atol=1e-3,
        hint="Padding must get no attention (`key_padding_mask`, True where the token is 0) and "
        "must not enter the mean over the tokens, neither its sum nor its count",
    )


@question("ex4-attention", points=2)
def test_mean_of_four_heads_attention(submission, rng):
    """Each logit comes from the mean over a review's real tokens, after attention of four heads."""
    tokens = random_tokens(rng, [9, 3, 1, 7])
    model = model_of(submission)
    assert_close(
        model(tokens),
        reference_of(model)(tokens),
        "the logits",
        rtol=1e-3,
        atol=1e-3,
        hint="Queries, keys and values are the embedded tokens, the layer has four heads, and "
        "the mean over tokens leaves padding out of sum and count",
    )


@question("ex4-attention", points=1, if_raises="Is `attn` made with batch_first=True?")
def test_weights_of_the_heat_map(submission, rng):
    """attention_weights() gives (batch, seq_len, seq_len), averaged over four heads."""
    tokens = random_tokens(rng, [6, 4])
    model = model_of(submission)
    weights = model.attention_weights(tokens)
    shape = tuple(weights.shape) if torch.is_tensor(weights) else None
    assert_equal(shape, (2, 6, 6), "the shape of the weights", hint="Is `attn` batch_first?")
    is_word = tokens != 0
    assert_close(
        weights[is_word],
        reference_of(model).attention_weights(tokens)[is_word],
        "the attention weights",
        rtol=1e-3,
        atol=1e-4,
        hint="Are there four heads, and do the words carry their positions?",
    )


@question("ex4-attention", points=1)
def test_gradients_reach_the_attention(submission, rng):
    """Gradients reach the embedding, the attention layer and the linear layer."""
    assert_gradients_reach_all(submission, model_of(submission), random_tokens(rng, [7, 4, 5]))


# -- the set-up ---------------------------------------------------------------------------------


@question("ex4-setup", points=1)
def test_optimizer_moves_the_attention_model(submission):
    """optimizer_attention moves every parameter of model_attention, by a sensible amount."""
    assert_optimizer_moves(submission, "model_attention", "optimizer_attention")


@question("ex4-setup", points=1, if_raises="Make it with `AttentionModel()`")
def test_model_attention_attends(submission, rng):
    """model_attention is an AttentionModel: a logit per review, and weights to look at."""
    model, tokens = submission.model_attention, random_tokens(rng, [5, 3])
    for actual, expected in ((model(tokens), (2,)), (model.attention_weights(tokens), (2, 5, 5))):
        shape = tuple(actual.shape) if torch.is_tensor(actual) else None
        assert_equal(shape, expected, "the shape", hint="Make it with `AttentionModel()`")
