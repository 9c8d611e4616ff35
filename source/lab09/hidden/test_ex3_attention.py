"""Exercise 3: self-attention by hand and in code, the tiled softmax, attention tile by tile."""

from contextlib import suppress
from functools import partial

import torch
from call_probes import assert_leaves_no_trace, explained
from device_probes import assert_stays_on_device
from model_probes import made_once

from autograder.judge.expected import computed_once
from lib.kit.checks import (
    CheckFailure,
    assert_close,
    fail,
    question,
    take_integer,
    take_list,
    take_tensor,
)
from lib.reference.attention import attention, self_attention

FLOATS = (torch.float32, torch.float64)  # which dtype it should be, one test of a question asks
ROW_WISE = "the softmax runs over the keys, so that each row of the weights sums to 1"


def in_double(tensors):
    """The reference computes in double precision, so that its own rounding counts for nothing."""
    return [tensor.double() for tensor in tensors]


# -- by hand ------------------------------------------------------------------------------------

X = torch.tensor([[2.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 2.0, 0.0]])
W_Q = torch.tensor([[0.0, 2.0], [1.0, 0.0], [3.0, 1.0]])
W_K = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 3.0]])
W_V = torch.tensor([[4.0, 2.0], [6.0, 5.0], [3.0, 2.0]])


def assert_by_hand(submission, name, expected, hint):
    """Two decimals are enough; whole numbers may be typed without a decimal point."""
    actual = getattr(submission, name)
    if isinstance(actual, list):
        actual = torch.tensor(actual)
    if torch.is_tensor(actual):
        actual = actual.double()
    expected, form = expected.double(), f"It should have shape {tuple(expected.shape)}"
    assert_close(actual, expected, f"`{name}`", rtol=0, atol=6e-3, hint=hint, form_hint=form)


@question("ex3-by-hand", points=1)
def test_projections_by_hand(submission):
    """q_by_hand, k_by_hand and v_by_hand are the products of X with the three matrices."""
    for name, matrix in (("q_by_hand", W_Q), ("k_by_hand", W_K), ("v_by_hand", W_V)):
        hint = "Each row is that token's embedding times the matrix"
        assert_by_hand(submission, name, X @ matrix, hint)


@question("ex3-by-hand", points=1)
def test_weights_by_hand(submission):
    """a_by_hand is the softmax of each row of the scaled scores."""
    _, weights = self_attention(X, W_Q, W_K, W_V)
    hint = "Queries times keys, divided by the root of d_k = 2, then a softmax of each row"
    assert_by_hand(submission, "a_by_hand", weights, hint)


@question("ex3-by-hand", points=1)
def test_output_by_hand(submission):
    """out_by_hand is the weights times the values."""
    output, _ = self_attention(X, W_Q, W_K, W_V)
    hint = "A row of it averages the rows of V with the weights in a row of A, of three decimals"
    assert_by_hand(submission, "out_by_hand", output, hint)


# -- in code ------------------------------------------------------------------------------------


def random_input(rng, tokens, width=6, key_width=5, value_width=3, scale=1.0):
    """x (tokens, width) and the three matrices, all sizes different."""
    x = torch.randn(tokens, width, generator=rng)
    w_q, w_k = (scale * torch.randn(width, key_width, generator=rng) for _ in range(2))
    return x, w_q, w_k, torch.randn(width, value_width, generator=rng)


def expected_of(*inputs):
    output, weights = self_attention(*in_double(inputs))
    return output.float(), weights.float()


PAIR = "Return a pair: the output first, then the weights"


def self_attention_of(submission, *inputs):
    """Output and weights, whichever comes first: their order, one test asks."""
    x, _, _, w_v = inputs
    shape = (len(x), w_v.shape[1])
    pair = take_list(submission.self_attention(*inputs), 2, "the result", hint=PAIR)
    first, second = pair
    return [second, first] if is_output(second, shape) and not is_output(first, shape) else pair


def is_output(value, shape):
    return torch.is_tensor(value) and value.shape == shape


def output_of(submission, *inputs):
    """The output alone: that weights come with it, other tests ask."""
    result = submission.self_attention(*inputs)
    x, _, _, w_v = inputs
    shape = (len(x), w_v.shape[1])
    parts = list(result) if isinstance(result, list | tuple) else [result]
    return next((one for one in parts if is_output(one, shape)), parts[0] if parts else result)


def other_scales(width, *sizes):
    """Factors by which scores differ that were divided by something else than the root of d_k:
    which is right, one test asks."""
    root = width**0.5
    divisors = [1, width, root**-1, int(root), 2**0.5, *(size**0.5 for size in sizes)]
    return [root / divisor for divisor in divisors]


def assert_in_some_scale(scales, assert_scaled):
    """`assert_scaled(factor)` must pass for a factor of 1, or for another one."""
    try:
        assert_scaled(1.0)
    except CheckFailure as failure:
        for factor in scales:
            with suppress(CheckFailure):
                assert_scaled(factor)
                return
        raise failure from None


def scales_of(inputs):
    x, w_q, _, w_v = inputs
    return other_scales(w_q.shape[1], *x.shape, w_v.shape[1])


def with_scale(inputs, factor):
    x, w_q, w_k, w_v = inputs
    return x, w_q * factor, w_k, w_v


@question("ex3-self-attention", points=2)
def test_self_attention_output(submission, rng):
    """The output is (N, d_v): for each token the values averaged with its weights."""
    for tokens in (2, 6):
        inputs = random_input(rng, tokens)
        assert_close(
            output_of(submission, *inputs),
            expected_of(*inputs)[0],
            "the output",
            rtol=1e-3,
            atol=1e-4,
            any_dtype=True,
            hint=f"It averages the values; scores are divided by the root of d_k, and {ROW_WISE}",
        )


@question("ex3-self-attention", points=1)
def test_self_attention_weights(submission, rng):
    """The weights are (N, N), in row i those with which token i looks at the others."""
    inputs = random_input(rng, 5)

    def assert_right(pair):
        actual = take_list(pair, 2, "the result of `self_attention`", hint=PAIR)[1]
        hint = f"Queries belong to the rows, keys to the columns, and {ROW_WISE}"

        def assert_scaled(factor):
            expected = expected_of(*with_scale(inputs, factor))[1]
            assert_close(actual, expected, "the weights", rtol=1e-3, atol=1e-4, hint=hint)

        assert_in_some_scale(scales_of(inputs), assert_scaled)

    assert_leaves_no_trace(submission, "self_attention", list(inputs), assert_right)
    pair = submission.self_attention(*in_double(inputs))
    in_double_precision = take_list(pair, 2, "the result of `self_attention`", hint=PAIR)[1]
    what = "the weights, computed of inputs in double precision,"
    take_tensor(in_double_precision, (5, 5), torch.float64, what)


@question("ex3-self-attention", points=1)
def test_each_row_shares_out_attention(submission, rng):
    """Each row of the weights is nonnegative and sums to 1, and the output is weights times V."""
    x, w_q, w_k, w_v = random_input(rng, 7)
    output, weights = self_attention_of(submission, x, w_q, w_k, w_v)
    weights = take_tensor(weights, (7, 7), FLOATS, "the weights").float()
    by_column = bool(((weights.sum(dim=0) - 1).abs() < 1e-3).all())
    hint = "The softmax runs over the queries: each column sums to 1" if by_column else ""
    row_sums = weights.sum(dim=1)
    assert_close(row_sums, torch.ones(7), "the row sums of the weights", rtol=1e-3, hint=hint)
    if not bool((weights >= 0).all()):
        fail("some weights are negative")
    if not weights.std(dim=1).min() > 1e-6:
        fail("a token looks at all others alike", "The scores should come from x, w_q and w_k")
    scores = x @ w_q @ (x @ w_k).T
    if not any(torch.equal(weights.argmax(dim=1), one.argmax(dim=1)) for one in (scores, scores.T)):
        hint = "A token looks most at the one with the highest score, of its query and that key"
        fail("the weights do not follow the scores", hint)
    hint = "It should be the weights that are returned times the values, x @ w_v"
    expected = weights @ x @ w_v
    assert_close(output, expected, "the output", rtol=1e-3, atol=1e-4, any_dtype=True, hint=hint)


@question("ex3-self-attention", points=1)
def test_one_token_attends_to_itself(submission, rng):
    """A single token gets weight 1 and its own value."""
    x, _, _, w_v = inputs = random_input(rng, 1)
    form = {"any_dtype": True, "form_hint": "Both dimensions stay, of one token too"}
    output = output_of(submission, *inputs)
    assert_close(output, x @ w_v, "the output", rtol=1e-3, atol=1e-4, **form)
    if not is_output(submission.self_attention(*inputs), (1, 3)):
        _, weights = self_attention_of(submission, *inputs)
        assert_close(weights, torch.ones(1, 1), "the weights", **form)
    assert_stays_on_device(submission, "self_attention", list(random_input(rng, 2)))


@question("ex3-self-attention", points=1)
def test_large_scores_stay_finite(submission, rng):
    """Scores in the hundreds neither overflow nor turn into NaN."""
    large, small = (random_input(rng, 6, scale=scale) for scale in (6.0, 1.0))

    def assert_attends_to(inputs):
        actual = output_of(submission, *inputs)

        def assert_scaled(factor):
            expected = expected_of(*with_scale(inputs, factor))[0]
            what = "the output for large scores"
            assert_close(actual, expected, what, rtol=2e-3, atol=2e-3, any_dtype=True)

        assert_in_some_scale(scales_of(inputs), assert_scaled)

    hint = "Exp overflows beyond 88: `torch.softmax` subtracts the maximum of each row first"
    with explained(hint, if_passes=lambda: assert_attends_to(small)):
        assert_attends_to(large)


@question("ex3-self-attention", points=1)
def test_self_attention_can_be_learnt(submission, rng):
    """Gradients of the output reach x and the three matrices."""
    inputs = [tensor.requires_grad_() for tensor in random_input(rng, 4)]
    direction = torch.randn(4, 3, generator=rng)
    probe = submission.setup(
        "inputs = [tensor.detach().clone().requires_grad_() for tensor in inputs]\n"
        "parts = self_attention(*inputs)\n"
        "parts = [parts] if hasattr(parts, 'shape') else parts\n"
        "output, = [one for one in parts if one.shape == direction.shape][:1] or parts[:1]\n"
        "(output * direction).sum().backward()\n"
        "gradients = [tensor.grad for tensor in inputs]\n"
        "output = output.detach()",
        self_attention=submission.self_attention,
        inputs=[tensor.detach() for tensor in inputs],
        direction=direction,
    )
    gradients = take_list(probe.gradients, 4, "the gradients")
    hint = "The output is right: a part of the way to it passes no gradient on, or another one"
    of_inputs = "x", "w_q", "w_k", "w_v"

    def assert_scaled(factor):
        output = expected_of(*with_scale(inputs, factor))[0]
        expected = torch.autograd.grad((output * direction).sum(), inputs)
        is_right = partial(assert_close, probe.output, output.detach(), rtol=1e-3, any_dtype=True)
        with explained(hint, if_passes=is_right):
            for name, actual, gradient in zip(of_inputs, gradients, expected, strict=True):
                if actual is None:
                    fail(f"no gradient reaches {name}")
                assert_close(actual, gradient, f"the gradient of {name}", rtol=1e-2, atol=1e-3)

    assert_in_some_scale(scales_of(inputs), assert_scaled)


# -- softmax, tile by tile ----------------------------------------------------------------------


def assert_joined(submission, blocks, hint, any_dtype=True):
    assert_joined_to(submission.softmax_tiled(blocks), blocks, hint, any_dtype)


def assert_joined_to(actual, blocks, hint="", any_dtype=True):
    expected = torch.softmax(torch.cat(blocks).double(), dim=0).float()
    # Relative, since far tails are tiny: a block that was rescaled wrongly shows there too.
    form = {"any_dtype": any_dtype, "form_hint": "It holds a number for each score of all blocks"}
    assert_close(actual, expected, "the joined softmax", rtol=1e-3, atol=1e-7, hint=hint, **form)


def random_blocks(rng, sizes, scale=2.0):
    return [scale * torch.randn(size, generator=rng) for size in sizes]


@question("ex3-softmax-tiled", points=1.5)
def test_two_blocks(submission, rng):
    """Two blocks give the softmax of their concatenation, whichever holds the maximum."""
    low, high = random_blocks(rng, (4, 4))
    for blocks in ([low, high + 5], [high + 5, low], [low, low]):
        assert_joined(
            submission,
            blocks,
            "Multiply each block's numerators and sum by exp(its maximum - common maximum). Then "
            "concatenate the numerators, add the sums, and divide",
        )
    assert_goes_by_blocks(submission, rng)


@question("ex3-softmax-tiled", points=1.5)
def test_blocks_of_any_length(submission, rng):
    """Any number of blocks of different lengths can be joined."""
    for sizes in ((1, 5, 2), (3, 1, 1, 7, 2, 4), (1, 1, 1, 1)):
        hint = "Every block counts, in its order"
        assert_joined(submission, random_blocks(rng, sizes), hint)
    blocks = in_double(random_blocks(rng, (3, 2, 4)))
    blocks[1] += 800

    def assert_right(actual):
        assert_joined_to(actual, blocks)
        take_tensor(actual, (9,), torch.float64, "the joined softmax of blocks in double precision")

    assert_leaves_no_trace(submission, "softmax_tiled", [blocks], assert_right)
    assert_goes_by_blocks(submission, rng)


@question("ex3-softmax-tiled", points=1)
def test_a_single_block(submission, rng):
    """One block is its own softmax, and one score gets all the weight."""
    for sizes in ((6,), (1,)):
        hint = "One block is joined to nothing: the result is its own softmax"
        assert_joined(submission, random_blocks(rng, sizes), hint, any_dtype=False)
    assert_stays_on_device(submission, "softmax_tiled", [random_blocks(rng, (3, 4))])


@question("ex3-softmax-tiled", points=1)
def test_empty_blocks(submission, rng):
    """Empty blocks, in front, between and at the end, add nothing."""
    for sizes in ((0, 3, 2), (3, 0, 0, 2), (4, 0)):
        blocks = random_blocks(rng, sizes)
        for shift in (0, 500):
            lower = [block - shift for block in blocks]
            filled = [block for block in lower if len(block)]
            with explained(
                "An empty block adds nothing, and has no maximum: it can be left out",
                if_passes=partial(assert_joined, submission, filled, ""),
            ):
                assert_joined(submission, lower, "")
    blocks = random_blocks(rng, (2, 0, 3))
    assert_leaves_no_trace(
        submission, "softmax_tiled", [blocks], lambda actual: assert_joined_to(actual, blocks)
    )


@question("ex3-softmax-tiled", points=1)
def test_scores_of_a_thousand(submission, rng):
    """Scores around 1000, around -1000, or of both kinds neither overflow nor vanish."""
    for shifts in ((1000, 1001, 999), (-1000, -1002, -999), (1000, -1000, 0)):
        blocks = [
            block + shift
            for block, shift in zip(random_blocks(rng, (3, 4, 2)), shifts, strict=True)
        ]
        mixed = [torch.cat([block, block - 500]) for block in blocks]
        for case in (blocks, mixed):
            small = [block / 1000 for block in case]
            with explained(
                "Subtract each block's maximum before exp, and only rescale by exp of differences",
                if_passes=partial(assert_joined, submission, small, ""),
            ):
                assert_joined(submission, case, "")
    assert_goes_by_blocks(submission, rng)


# What is computed in other threads counts, too.
IN_THREADS = """
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.thread import _WorkItem as Item

start, run = ThreadPoolExecutor.__init__, Item.run
def watched(function):
    def of(*args, **named):
        with Watch(), InNumpy():
            return function(*args, **named)
    return of
def start_watched(pool, max_workers=None, thread_name_prefix="", initializer=None, initargs=()):
    start(pool, max_workers, thread_name_prefix, initializer and watched(initializer), initargs)
ThreadPoolExecutor.__init__, Item.run = start_watched, watched(run)
"""
NO_THREADS = "ThreadPoolExecutor.__init__, Item.run = start, run"
# NumPy arrays that tell what is done with them, and tensors that become such.
IN_NUMPY = """
import numpy
from torch.overrides import TorchFunctionMode

def as_told(array):
    return array.view(Told) if type(array) is numpy.ndarray else array

def untold(arrays):
    return [one.view(numpy.ndarray) if isinstance(one, Told) else one for one in arrays]

class Told(numpy.ndarray):
    def __array_ufunc__(self, ufunc, method, *given, out=None, **named):
        if out is not None:
            named["out"] = tuple(untold(out))
        made = getattr(ufunc, method)(*untold(given), **named)
        tell(ufunc.__name__, made, given)
        return as_told(made)

    def __array_function__(self, function, types, args, kwargs):
        made = super().__array_function__(function, types, args, kwargs)
        tell(function.__name__, made, args)
        return as_told(made)

class InNumpy(TorchFunctionMode):
    def __torch_function__(self, function, types, args=(), kwargs=None):
        return as_told(function(*args, **(kwargs or {})))

MAKERS = "array asarray asanyarray zeros empty ones full fromiter frombuffer".split()
of_numpy = {name: getattr(numpy, name) for name in MAKERS}
def told(make):
    return lambda *args, **named: as_told(make(*args, **named))
vars(numpy).update({name: told(make) for name, make in of_numpy.items()})
"""
# What may be done with all scores at once: exponentials can't be made of it.
WITH_ALL = {
    *("add", "sub", "subtract", "mul", "multiply", "div", "divide", "true_divide", "sum", "mean"),
    *("max", "amax", "maximum", "cummax", "copy", "clone", "detach", "alias", "cat", "stack"),
    *("concatenate", "slice", "select", "split", "split_with_sizes", "unbind", "view", "expand"),
    *("_unsafe_view", "reshape", "_reshape_alias", "as_strided", "permute", "transpose", "t"),
    *("squeeze", "unsqueeze", "flatten", "repeat", "repeat_interleave", "constant_pad_nd", "where"),
    *("index", "index_put", "index_select", "gather", "scatter", "masked_fill", "masked_select"),
    *("new_empty", "new_zeros", "new_ones", "new_full", "empty", "zeros", "ones", "full", "fill"),
    *("empty_like", "zeros_like", "ones_like", "full_like", "zero", "arange", "lift_fresh", "set"),
    *("_to_copy", "_local_scalar_dense", "eq", "ne", "lt", "le", "gt", "ge", "isfinite", "isinf"),
    *("isnan", "logical_and", "logical_or", "logical_not", "bitwise_not", "any", "all"),
    *("nan_to_num", "resolve_conj", "resolve_neg", "unfold", "narrow", "roll", "flip", "bincount"),
    *("vstack", "hstack", "array_split", "copyto", "pad", "abs", "absolute", "neg", "negative"),
    *("append", "insert", "delete", "ravel", "shape", "size", "ndim", "result_type", "greater"),
    *("less", "equal", "not_equal", "greater_equal", "less_equal", "min_scalar_type"),
}
# Notes of how many scores exponentials are taken of at once: notes kept in the worker, see
# worker_witnessed.toml and only_costs.toml.
WATCH = f"""
import torch
from torch.utils._python_dispatch import TorchDispatchMode

most_at_once = max(map(len, blocks))  # the same for all that goes by blocks

def tell(name, made, given):
    global most_at_once
    name = name.strip("_") if name.strip("_") in with_all else name
    if name not in with_all:
        for one in given:
            most_at_once = max(most_at_once, *getattr(one, "shape", ()), 0)

class Watch(TorchDispatchMode):
    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        global most_at_once
        name, scores = operation.__name__.split(".")[0], args[0] if args else None
        made = operation(*args, **(kwargs or {{}}))
        if "softmax" in name or "logsumexp" in name:
            over = args[1]
            for dim in [over] if isinstance(over, int) else over or range(scores.ndim):
                most_at_once = max(most_at_once, scores.shape[dim])
        else:
            tell(name, made, args)
        return made

{IN_NUMPY}
{IN_THREADS}
try:
    with Watch(), InNumpy():
        joined, = untold([softmax_tiled(blocks)])
finally:
    {NO_THREADS}
    vars(numpy).update(of_numpy)
"""


@question("ex3-softmax-tiled", points=1)
def test_never_over_all_scores_at_once(submission, rng):
    """No exponentials are taken of more scores than one block holds."""
    joined, blocks = assert_goes_by_blocks(submission, rng)
    assert_joined_to(joined, blocks)


def assert_goes_by_blocks(submission, rng):
    """Exponentials must be taken block by block; this is watched once.

    Returns:
        What came of that, and the blocks.
    """
    most_at_once, joined, blocks = made_once(
        submission, "way of softmax_tiled", lambda: way_of(submission, rng)
    )
    most = take_integer(most_at_once, "a number of scores", least=0, most=2**31)
    if most > max(map(len, blocks)):
        hint = "Join the blocks by their maxima and sums"
        fail("the exponentials of all scores are taken at once", hint)
    return joined, blocks


def way_of(submission, rng):
    """At how many scores at once a call looks; then what it returned, and for which blocks."""
    blocks = random_blocks(rng, (8, 8, 8, 8, 8, 8))
    probe = submission.setup(
        WATCH, softmax_tiled=submission.softmax_tiled, blocks=blocks, with_all=WITH_ALL
    )
    return probe.most_at_once, probe.joined, blocks


# -- attention, tile by tile --------------------------------------------------------------------


def random_query_key_value(rng, queries, keys, key_width=5, value_width=5, scale=1.0):
    """Values are as wide as keys: that they need not be, one test asks."""
    query = scale * torch.randn(queries, key_width, generator=rng)
    key = torch.randn(keys, key_width, generator=rng)
    return query, key, torch.randn(keys, value_width, generator=rng)


def assert_attends(submission, inputs, block_size, hint="", tolerance=1e-4, any_dtype=True):
    actual = submission.flash_attention(*inputs, block_size)
    assert_attended(actual, inputs, block_size, hint, tolerance, any_dtype)


def assert_attended(actual, inputs, block_size, hint="", tolerance=1e-4, any_dtype=True):
    query, key, value = in_double(inputs)

    def assert_scaled(factor):
        assert_close(
            actual,
            attention(factor * query, key, value)[0].float(),
            f"the output for {len(key)} keys in blocks of {block_size}",
            rtol=1e-3,
            atol=tolerance,
            any_dtype=any_dtype,
            hint=hint,
        )

    sizes = len(query), len(key)
    assert_in_some_scale(other_scales(query.shape[1], *sizes), assert_scaled)


# Notes of what a call computes: notes kept in the worker, see only_costs.toml. They are the same
# for every style, so that known mistakes are told by their values.
WATCH_TILES = f"""
import torch
from torch.utils._python_dispatch import TorchDispatchMode

PRODUCTS = ("mm", "bmm", "addmm", "baddbmm", "matmul", "dot", "inner", "einsum", "tensordot")
num_operations, largest_product, keys_of_attention = 0, 0, 0
query, key, value, block_size = inputs
num_queries = len(query)

def tell(name, made, given):
    global num_operations, largest_product
    num_operations += 1
    size = getattr(made, "numel", lambda: getattr(made, "size", 0))()
    if name in PRODUCTS:
        all_keys = num_queries * len(key) if len(key) in made.shape else 0
        largest_product = max(largest_product, size, all_keys)
    elif size >= num_queries * len(key):  # whatever they come from, these are all scores
        largest_product = max(largest_product, size)

class Watch(TorchDispatchMode):
    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        global keys_of_attention
        made = operation(*args, **(kwargs or {{}}))
        name = operation.__name__.split(".")[0]
        tell(name, made, args)
        if "attention" in name:  # PyTorch's own
            keys_of_attention = max(keys_of_attention, args[1].shape[-2])
        return made

{IN_NUMPY}
{IN_THREADS}
try:
    with Watch(), InNumpy():
        flash_attention(*inputs)
finally:
    {NO_THREADS}
    vars(numpy).update(of_numpy)
takes_many = num_operations * block_size > most_per_block * len(key)
keys_at_once = max(-(-largest_product // len(query)), block_size)
"""
WATCHED_QUERIES, WATCHED_KEYS, WATCHED_BLOCK_SIZE = 96, 15, 3  # no other size is 15
MOST_PER_BLOCK = 1200  # operations; right answers need 10 to 700, and a loop over queries 1900


def way_of_tiles(submission, rng):
    """Whether a call takes many operations for each block, how many keys it looks at at once, and
    how many it gives to an attention of PyTorch."""
    inputs = random_query_key_value(rng, WATCHED_QUERIES, WATCHED_KEYS, 2, 2)
    probe = submission.setup(
        WATCH_TILES,
        flash_attention=submission.flash_attention,
        inputs=[*inputs, WATCHED_BLOCK_SIZE],
        most_per_block=MOST_PER_BLOCK,
    )
    at_once, given = (
        take_integer(number, "a number of keys", least=0, most=2**31)
        for number in (probe.keys_at_once, probe.keys_of_attention)
    )
    return probe.takes_many, at_once, given


def watched_tiles(submission, rng):
    """The same, watched once."""
    return made_once(submission, "tiles", lambda: way_of_tiles(submission, rng))


def assert_takes_all_queries(submission, rng):
    """A loop over queries takes far more operations than are needed."""
    takes_many, _, _ = watched_tiles(submission, rng)
    if takes_many is True:
        hint = "A product of matrices treats all queries at once: loop over blocks of keys only"
        fail("a call takes far more operations than its blocks need", hint)


def assert_takes_blocks_of_its_size(submission, rng):
    """No product of matrices may hold scores of more keys than a block has."""
    _, keys_at_once, keys_of_attention = watched_tiles(submission, rng)
    assert_few_are_given(keys_of_attention)
    if keys_at_once > WATCHED_BLOCK_SIZE:
        hint = "Each block holds `block_size` keys; `split` cuts a tensor so"
        fail("the scores of more keys than a block has are computed at once", hint)


def assert_few_are_given(keys_of_attention):
    """PyTorch's own attention may see a block of keys, not all of them: that is what is asked."""
    if keys_of_attention > WATCHED_BLOCK_SIZE:
        hint = "Go block by block of keys, and join what the blocks give yourself"
        fail("PyTorch's own attention does the work", hint)


@question("ex3-flash", points=2)
def test_even_blocks(submission, rng):
    """Keys in blocks of equal size give the ordinary attention, for any number of queries."""
    for queries, keys, block_size in ((7, 12, 4), (12, 6, 3), (3, 8, 4)):
        inputs = random_query_key_value(rng, queries, keys)
        assert_close(
            submission.flash_attention(*inputs, block_size),
            attention(*in_double(inputs))[0].float(),
            f"the output for {keys} keys in blocks of {block_size}",
            rtol=1e-3,
            atol=1e-4,
            any_dtype=True,
            hint="Divide scores by the root of d_k. When the maximum grows, both the sum and the "
            "output so far are rescaled. At the end, divide the output by the sum",
        )
    assert_takes_all_queries(submission, rng)
    assert_goes_by_tiles(submission, rng)


@question("ex3-flash", points=1)
def test_uneven_last_block(submission, rng):
    """A last block that is smaller than the others counts in full."""
    for keys, block_size in ((10, 4), (7, 6), (9, 2)):
        inputs = random_query_key_value(rng, 8, keys)
        query, key, value = inputs
        whole = keys // block_size * block_size
        even = query, key[:whole], value[:whole]
        with explained(
            "Without its last, smaller block it is right: that one should be used, and once",
            if_passes=partial(assert_attends, submission, even, block_size, any_dtype=False),
        ):
            assert_attends(submission, inputs, block_size, any_dtype=False)
    assert_leaves_no_trace(
        submission,
        "flash_attention",
        [*inputs, block_size],
        lambda actual: assert_attended(actual, inputs, block_size),
    )
    rising = query.abs() + 1, key + torch.linspace(0, 60, len(key))[:, None], value
    hint = "Scores grow along the keys, and the largest so far should be subtracted before exp"
    assert_attends(submission, rising, block_size, hint, tolerance=2e-3)
    assert_takes_blocks_of_its_size(submission, rng)
    assert_goes_by_tiles(submission, rng)


@question("ex3-flash", points=0.5)
def test_one_block_for_all(submission, rng):
    """A block as large as the sequence, or larger, is ordinary attention."""
    for block_size in (6, 7, 50):
        inputs = random_query_key_value(rng, 4, 6)
        with explained(
            "In several blocks the output is right: a single block may hold all keys",
            if_passes=partial(assert_attends, submission, inputs, 3),
        ):
            assert_attends(submission, inputs, block_size)


@question("ex3-flash", points=1)
def test_single_rows(submission, rng):
    """Blocks of one key, a single key, a single query, values of another width all work, on any
    device."""
    for queries, keys, block_size in ((4, 5, 1), (3, 1, 1), (1, 6, 2), (1, 1, 4)):
        ordinary = random_query_key_value(rng, 4, 8)
        with explained(
            "Several rows are right. For one query, one key or blocks of one, too, m and l keep "
            "their dimensions, (N, 1)",
            if_passes=partial(assert_attends, submission, ordinary, 4),
        ):
            inputs = random_query_key_value(rng, queries, keys, value_width=3)
            assert_attends(submission, inputs, block_size)
    on_two = [*random_query_key_value(rng, 2, 5), 2]
    assert_stays_on_device(submission, "flash_attention", on_two)


@question("ex3-flash", points=1.5)
def test_maxima_that_rise_and_fall(submission, rng):
    """Scores in the hundreds stay exact, rising for some queries and falling for others."""
    query, key, value = random_query_key_value(rng, 4, 12)
    query[:, 0] = torch.tensor([20.0, -20.0, 10.0, -10.0])
    for first, last in ((0, 80), (80, 0), (-100, -20), (20, 100)):  # from key to key by up to 65
        key[:, 0] = torch.linspace(first, last, 12)
        small = query / 100, key, value
        with explained(
            "Start with m = -infinity, subtract the running maximum before exp, and rescale by "
            "exp(old maximum - new maximum)",
            if_passes=partial(assert_attends, submission, small, 3),
        ):
            assert_attends(submission, (query, key, value), 3, tolerance=2e-3)


@question("ex3-flash", points=1)
def test_block_size_does_not_matter(submission, rng):
    """In double precision every block size gives the same output."""
    inputs = in_double(random_query_key_value(rng, 6, 15, scale=2.0))
    query, key, value = inputs
    outputs = [submission.flash_attention(*inputs, block_size) for block_size in range(1, 17)]

    def assert_scaled(factor):
        assert_as_exact(outputs, attention(factor * query, key, value)[0])

    sizes = len(query), len(key)
    assert_in_some_scale(other_scales(query.shape[1], *sizes), assert_scaled)
    # Other blocks add up in another order, which rounds in another way.
    if all(torch.equal(outputs[0], output) for output in outputs):
        hint = "Each block holds `block_size` keys"
        fail("blocks of any size give the same to the last bit: `block_size` is not used", hint)
    assert_takes_blocks_of_its_size(submission, rng)


def assert_as_exact(outputs, expected):
    """Outputs for blocks of 1, 2, 3, … must be as exact as double precision is."""
    for block_size, actual in enumerate(outputs, start=1):
        what = f"the output for blocks of {block_size} in double precision"
        with explained(
            "It is right to six digits only. In double precision there are more: keep the inputs' "
            "dtype in every step, and add no small number anywhere",
            if_passes=partial(assert_close, actual, expected, rtol=1e-5, atol=1e-6),
        ):
            hint = "A key's share depends on the scores, not on the block that the key is in"
            assert_close(actual, expected, what, rtol=1e-9, atol=1e-9, hint=hint)


# The scores of so many queries and keys take 32 MiB in float32 and 8 MiB in a byte each, those of a
# block 128 KiB. Right answers take up to 5 MiB.
QUERIES, KEYS, BLOCK_SIZE = 128, 2**16, 256
MOST_TAKEN_BYTES = 7 * 2**20
CALLS = 8  # at most: where the kernel had put pages aside, the first ones bring them back


@computed_once
def blockwise_output(query, key, value):
    """`attention` without all scores at once, in double precision."""
    rows = [attention(*in_double((row, key, value)))[0].float() for row in query.split(16)]
    return torch.cat(rows)


@question("ex3-flash", points=1)
def test_never_holds_all_scores(submission, rng):
    """The whole (N, T) matrix of scores is never held in memory."""
    assert_goes_by_tiles(submission, rng)


def assert_goes_by_tiles(submission, rng):
    """A call must take no more memory than a few blocks, whatever comes out; this is measured once,
    and then its values count. Who has a place for all scores already takes none: then it counts
    that they are not computed at once."""
    taken = made_once(submission, "memory of flash_attention", lambda: memory_of(submission, rng))
    peak_bytes, outputs, (query, key, value) = taken
    if peak_bytes > MOST_TAKEN_BYTES:
        fail(
            "a call holds as much in memory as the whole matrix of scores",
            "Compute the scores of one block of keys at a time, and keep only m, l and o",
        )
    _, keys_at_once, keys_of_attention = watched_tiles(submission, rng)
    assert_few_are_given(keys_of_attention)
    if keys_at_once >= WATCHED_KEYS:
        fail("the scores of all keys are computed at once", "Go block by block of keys")
    sizes = len(query), len(key)
    for output in outputs:

        def assert_scaled(factor, output=output):
            expected, what = (
                blockwise_output(factor * query, key, value),
                "the output for many keys",
            )
            assert_close(output, expected, what, rtol=1e-3, atol=1e-3, any_dtype=True)

        assert_in_some_scale(other_scales(query.shape[1], *sizes), assert_scaled)


def memory_of(submission, rng):
    """What a call for many keys takes, in bytes; then what it returned, and for which inputs, up to
    the order of the keys."""
    query, key, value = random_query_key_value(rng, QUERIES, KEYS, 2, 2)
    peaks_bytes, outputs = [], []
    while not peaks_bytes or (len(peaks_bytes) < CALLS and min(peaks_bytes) > MOST_TAKEN_BYTES):
        order = torch.randperm(KEYS, generator=rng)  # other inputs, the same output
        inputs = query, key[order], value[order]
        with submission.peak_memory() as memory:  # a first call may set things up
            outputs.append(submission.flash_attention(*inputs, BLOCK_SIZE))
        peaks_bytes.append(memory.peak_bytes)
    return min(peaks_bytes), outputs, (query, key, value)
