"""Exercise 4: positions, the attention model that must mind order and padding, its set-up."""

import copy
import dataclasses
from functools import partial
from time import process_time

import numpy as np
import torch
from call_probes import explained
from device_probes import assert_embeds_elsewhere, assert_moved
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
from wide_net import in_form

from lib.kit.checks import assert_above, assert_close, fail, question, take_tensor
from lib.reference.models.attention import AttentionModel, sinusoidal_positions

EMBEDDING_DIM = 64
FLOATS = (torch.float32, torch.float64)
BIASES = ("attn.in_proj_bias", "attn.out_proj.bias")  # the task leaves them to the student

# -- positions ----------------------------------------------------------------------------------

# Angles in float32 make up to 3e-5 at position 250.
TOLERANCE = 3e-4
NOTEBOOK_SEQ_LEN = 100  # MAX_SEQ_LEN of its quick profile
MANY, FEW_PAIRS = (45_000, 55_000), (3, 6)  # sizes are drawn: nobody has positions ready
LAST_EXACT = 250


def positions_in(value, length, d_model):
    """Positions in whatever form they come: as an array, with rows that are too many, with
    positions in the columns. Their form, one test asks."""
    if type(value) in (torch.Tensor, np.ndarray) and value.ndim == 2:
        value = value.T if value.shape == (d_model, length) else value[:length]
    return in_form(value, (length, d_model), torch.float32)


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
            form_hint="There is a row for each position, and a column for each number",
        )


@question("ex4-positions", points=1)
def test_position_zero_is_known(submission):
    """At position 0 every sine is 0 and every cosine is 1, in alternating columns."""
    positions = positions_in(submission.sinusoidal_positions(3, 10), 3, 10)
    first = positions[0] if torch.is_tensor(positions) else positions
    hint = "Sines go to the even columns, cosines to the odd ones, and positions start at 0"
    expected = torch.tensor([0.0, 1.0] * 5)
    assert_close(first, expected, "the first row", rtol=0, any_dtype=True, hint=hint)
    expected = torch.tensor([1.0, 2.0]).sin()  # the first column turns by 1 everywhere
    what, hint = "the first column", "The angle of the first pair of columns is the position"
    assert_close(positions[1:, 0], expected, what, rtol=0, atol=1e-3, any_dtype=True, hint=hint)


@question("ex4-positions", points=1)
def test_column_pairs_turn_together(submission):
    """A sine and the cosine beside it have the same angle: their squares sum to 1, and from each
    position to the next they turn on by as much."""
    hint = "Columns 2i and 2i + 1 share the exponent 2i / d_model"
    positions = positions_in(submission.sinusoidal_positions(40, 16), 40, 16)
    positions = take_tensor(positions, (40, 16), FLOATS, "the positions", hint=hint).float()
    pairs = positions.unflatten(1, (8, 2))  # (position, pair, sine and cosine)
    squares = (pairs**2).sum(dim=2)
    assert_close(squares, torch.ones(40, 8), "sine² + cosine²", rtol=0, atol=1e-4, hint=hint)
    hands = torch.view_as_complex(pairs.contiguous())
    turns = hands[1:] / hands[:-1]  # (39, 8)
    even = turns[:1].expand(39, 8)
    assert_close(turns.real, even.real, "the turns", rtol=0, atol=2e-3, hint=hint)
    assert_close(turns.imag, even.imag, "the turns", rtol=0, atol=2e-3, hint=hint)
    message = "some columns are the same at every position"
    assert_above(turns[0].imag.abs().min(), 1e-5, message)


@question("ex4-positions", points=1)
def test_positions_of_long_reviews(submission, rng):
    """Speeds fall from 1 in the first pair of columns towards 1/10000 in the last."""
    assert_positions(submission.sinusoidal_positions(250, 64), 250, 64)
    length, pairs = (int(torch.randint(*of, (), generator=rng)) for of in (MANY, FEW_PAIRS))
    d_model = 2 * pairs
    started_s = process_time()
    sinusoidal_positions(length, d_model)
    ours_s = process_time() - started_s
    with submission.processor_time() as time:
        many = submission.sinusoidal_positions(length, d_model)
    many = positions_in(many, length, d_model)
    many = take_tensor(many, (length, d_model), FLOATS, "the positions of a very long text")
    assert_positions(many[:LAST_EXACT], LAST_EXACT, d_model)
    if time.seconds > 6 * ours_s + 0.01:  # right answers need 1 to 2 times ours, loops 11
        hint = "Compute all positions at once: a column divided by a row needs no loop over them"
        fail("a very long text takes far more processor time than is needed", hint)


def assert_positions(actual, length, d_model):
    assert_close(
        positions_in(actual, length, d_model),
        sinusoidal_positions(length, d_model),
        "the positions of a long review",
        rtol=0,
        atol=TOLERANCE,
        any_dtype=True,
        hint="The angle is position / 10000 ** (2 * i / d_model) for column pair i",
    )


# -- the model ----------------------------------------------------------------------------------


# A layer that takes the tokens for the batch raises, and nothing else in the model could be judged:
# that its batches come first, the test of the heat map asks.
BATCH_FIRST = """
try:
    model(tokens)
except Exception:
    model.attn.put_right = not model.attn.batch_first
    model.attn.batch_first = True
"""


def filled_up(tokens):
    """Reviews as long as those of the notebook. Other lengths are asked for by few tests: who
    takes this one for granted fails them, and no others."""
    return F.pad(tokens, (0, NOTEBOOK_SEQ_LEN - tokens.shape[1]))


def models_of(submission, rng):
    """A student's model and the reference, with the same weights."""

    def made():
        reference = AttentionModel(VOCAB_SIZE)
        weights = random_weights(reference, rng)
        models = twins(submission, submission.AttentionModel, reference, weights, optional=BIASES)
        submission.setup(BATCH_FIRST, model=models.model, tokens=random_tokens(rng, [5, 3]))
        return models

    return made_once(submission, "attention", made)


def embedded_by(models, tokens):
    """What the student's `embed` makes of reviews, (batch, seq_len, EMBEDDING_DIM)."""
    shape = (*tokens.shape, EMBEDDING_DIM)
    return take_tensor(models.model.embed(tokens), shape, torch.float32, "the embedded words")


def assert_right(models, tokens, logits):
    """The logits of reviews must be the reference's."""
    expected = reference_on(models, tokens)(tokens)
    with explained(
        "Queries, keys and values are the embedded tokens, and the layer has four heads. Mask "
        "padding as a key, and leave it out of the mean: of its sum and of its count",
        if_passes=lambda: assert_close(embedded_by(models, tokens), embedded_by(models, tokens)),
    ):
        assert_close(logits, expected, "the logits", rtol=1e-3, atol=1e-3)


def reference_on(models, tokens):
    """The reference, with the positions that the student's `embed` adds: these have a test of their
    own. What it adds is found out with other words."""
    others = tokens.clamp(min=1) % 99 + 1
    offset = embedded_by(models, others) - models.reference.embedding(others).detach()
    hint = "Add the positions to the embeddings, and nothing else"
    offset = take_tensor(
        offset, (*tokens.shape, EMBEDDING_DIM), torch.float32, "what `embed` adds to the words",
        least=-1.5, most=1.5, hint=hint,
    )  # fmt: skip
    changed = copy.copy(models.reference)
    changed.embed = lambda tokens: models.reference.embedding(tokens) + offset
    return changed


@question("ex4-attention", points=0.5)
def test_attention_gives_a_logit_per_review(submission, rng):
    """The result has shape (batch,), also for one review and for reviews of one token."""
    models = models_of(submission, rng)

    def assert_a_logit_each(tokens, more_padding=0):
        logits = models.logits(F.pad(tokens, (0, more_padding)))
        if not more_padding:
            assert_right(models, tokens, logits)

    several = partial(assert_a_logit_each, random_tokens(rng, [4, 4, 4]))
    several()
    for lengths, more_padding in (([3], 2), ([1], 0), ([1, 1], 0)):
        with explained(
            "Several reviews of several tokens are right: no dimension of size 1 may get lost",
            if_passes=several,
        ):
            assert_a_logit_each(random_tokens(rng, lengths), more_padding)
    assert_embeds_elsewhere(submission, random_tokens(rng, [4, 2]))


@question("ex4-attention", points=2)
def test_tokens_carry_their_position(submission, rng):
    """embed() adds the position vectors to the embeddings of the words."""
    tokens = filled_up(random_tokens(rng, [8, 5]))
    models = models_of(submission, rng)
    is_word = tokens != 0
    embedded, words = embedded_by(models, tokens), models.reference.embedding(tokens).detach()

    def assert_adds_their_own():
        positions = submission.sinusoidal_positions(tokens.shape[1], EMBEDDING_DIM)
        shape = (tokens.shape[1], EMBEDDING_DIM)
        positions = take_tensor(positions, shape, torch.float32, "the positions")
        assert_close(embedded[is_word], (words + positions)[is_word], rtol=1e-3, atol=1e-3)

    with explained(
        "What is added are the vectors of your `sinusoidal_positions`, which is wrong itself",
        if_passes=assert_adds_their_own,
    ):
        assert_close(
            embedded[is_word],
            models.reference.embed(tokens)[is_word],
            "the embedded words",
            rtol=1e-3,
            atol=1e-3,
            hint="Each is the word's embedding plus the vector of its position",
        )


@question("ex4-attention", points=0.5)
def test_words_in_another_order(submission, rng):
    """The same words in another order give other logits."""
    tokens = torch.randint(1, 100, (12, 10), generator=rng)
    tokens[:, 0], tokens[:, -1] = 100, 101  # a reversed review is never the same review
    models = models_of(submission, rng)
    orders = filled_up(tokens), filled_up(tokens.flip(1))
    forwards, backwards = (models.logits(one) for one in orders)
    # Rounding alone makes 1e-6; one review in two hundred differs by less than 1e-3.
    assert_above(
        (forwards - backwards).abs().max(),
        1e-3,
        "the model gives the same logit to the words in any order",
        hint="Attention alone knows no order: positions must be in what it is given",
    )
    for one, logits in zip(orders, (forwards, backwards), strict=True):
        assert_right(models, one, logits)


@question("ex4-attention", points=0.5)
def test_attention_ignores_padding(submission, rng):
    """Further zeros on the right leave every logit as it is."""
    tokens = random_tokens(rng, [6, 2, 4, 1])
    models = models_of(submission, rng)
    padded = F.pad(tokens, (0, 15))
    logits, expected = models.logits(padded), reference_on(models, tokens)(tokens)

    def assert_embeds_alike():
        of_padded = embedded_by(models, padded)[:, : tokens.shape[1]]
        assert_close(of_padded, embedded_by(models, tokens), rtol=1e-3, atol=1e-3)

    with explained(
        "Padding must get no attention: `key_padding_mask` is True where the token is 0. Leave "
        "it out of the mean, too: of its sum and of its count",
        if_passes=assert_embeds_alike,
    ):
        assert_close(logits, expected, "the logits after more padding", rtol=1e-3, atol=1e-3)


@question("ex4-attention", points=1.5)
def test_mean_of_four_heads_attention(submission, rng):
    """Each logit comes from the mean over a review's real tokens, after attention of four heads."""
    tokens = filled_up(random_tokens(rng, [9, 3, 1, 7]))
    models = models_of(submission, rng)
    assert_right(models, tokens, models.logits(tokens))


# In the second dimension the tokens would attend, not the batch: that may raise an exception.
HEAT_MAP = """
wrong = ValueError("`attn` does not take batches first: make it with batch_first=True")
if getattr(model.attn, "put_right", False):
    raise wrong
try:
    heat_map = model.attention_weights(tokens)
except Exception:
    if getattr(model.attn, "batch_first", True):
        raise
    raise wrong from None
"""


@question("ex4-attention", points=2)
def test_weights_of_the_heat_map(submission, rng):
    """attention_weights() gives (batch, seq_len, seq_len), averaged over four heads."""
    tokens = filled_up(random_tokens(rng, [6, 4]))
    models = models_of(submission, rng)
    weights = take_tensor(
        submission.setup(HEAT_MAP, model=models.model, tokens=tokens).heat_map,
        (2, NOTEBOOK_SEQ_LEN, NOTEBOOK_SEQ_LEN),
        torch.float32,
        "the attention weights",
        hint="There is a matrix for each review of the batch, which comes first",
    )
    is_word = tokens != 0
    assert_close(
        weights[is_word],
        reference_on(models, tokens).attention_weights(tokens)[is_word],
        "the attention weights",
        rtol=1e-3,
        atol=1e-4,
        hint="They should be the means over four heads, of the words with their positions",
    )


@question("ex4-attention", points=1)
def test_gradients_reach_the_attention(submission, rng):
    """Gradients reach the embedding, the attention layer and the linear layer."""
    models, tokens = models_of(submission, rng), random_tokens(rng, [NOTEBOOK_SEQ_LEN] * 3)
    changed = dataclasses.replace(models, reference=reference_on(models, tokens))
    assert_gradients_reach_all(changed, tokens)


# -- the set-up ---------------------------------------------------------------------------------


@question("ex4-setup", points=1)
def test_optimizer_moves_the_attention_model(submission, rng):
    """optimizer_attention moves every parameter of model_attention, by a sensible amount."""
    reference = AttentionModel(VOCAB_SIZE)
    assert_optimizer_moves(
        submission, "model_attention", "optimizer_attention", rng, reference=reference
    )


@question("ex4-setup", points=1)
def test_model_attention_attends(submission, rng):
    """model_attention is an AttentionModel: a logit per review, and weights to look at."""
    assert_made(submission, "model_attention")
    tokens, hint = random_tokens(rng, [5, 3]), "It should be made with `AttentionModel()`"
    models = models_of(submission, rng)
    theirs = twins_of_made(
        submission, "model_attention", AttentionModel(VOCAB_SIZE), models.weights, hint, BIASES
    )
    expected = models.logits(tokens)
    (logits,) = read_logits(submission, theirs.model, [[tokens]], (2,), rng, hint)
    what, near = "the logits of model_attention", {"rtol": 1e-3, "atol": 1e-4}
    assert_close(logits, expected, what, **near)
    expected, mistaken = theirs.reference(tokens), "AttentionModel itself has a mistake"
    assert_close(logits, expected, what, **near, hint=mistaken)
    weights = theirs.model.attention_weights(tokens)
    take_tensor(weights, (2, 5, 5), torch.float32, "the attention weights")
    assert_moved(submission, "model_attention")
