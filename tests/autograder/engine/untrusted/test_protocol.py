"""Values survive the way through a frame, and no bytes harm the receiver."""

import contextlib
import math
import tracemalloc
from collections import OrderedDict
from enum import IntEnum
from typing import Any, NamedTuple

import msgpack
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.engine.untrusted import arrays, tensors
from autograder.engine.untrusted.forms import (
    MAX_CONTAINERS,
    MAX_DEPTH,
    MAX_TENSORS,
    Kind,
    Unsendable,
)
from autograder.engine.untrusted.frame import Frame, MalformedFrame
from autograder.engine.untrusted.protocol import decode, encode

from .crossing import LIMIT_BYTES, through, unwrap, wrap

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(),
    st.integers(-(2**8000), 2**8000),
)  # fmt: skip
keys = st.one_of(st.booleans(), st.integers(-(2**63), 2**63), st.text(), st.binary())
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner), st.lists(inner).map(tuple), st.dictionaries(keys, inner)
    ),
    max_leaves=20,
)
shapes = st.lists(st.integers(0, 4), max_size=5)


@given(values)
def test_plain_data_comes_back_as_it_was(value: Any) -> None:
    assert repr(through(value)) == repr(value)  # unlike ==, equal for NaN, unequal for 1 and True


@given(st.sampled_from(tensors.dtypes()), shapes, st.data())
def test_tensors_come_back_bit_by_bit(dtype: torch.dtype, shape: list[int], data: Any) -> None:
    size = math.prod(shape) * dtype.itemsize
    raw = data.draw(st.binary(min_size=size, max_size=size))
    if dtype is torch.bool:
        raw = bytes(byte % 2 for byte in raw)
    flat = torch.frombuffer(bytearray(raw), dtype=dtype) if raw else torch.empty(0, dtype=dtype)
    result = through([flat.reshape(shape)])[0]
    assert (result.dtype, result.shape) == (dtype, torch.Size(shape))
    assert encode(result, wrap, LIMIT_BYTES).blobs == raw


@given(st.sampled_from(arrays.dtypes()), shapes)
def test_arrays_come_back(dtype: "np.dtype[Any]", shape: list[int]) -> None:
    array = np.arange(math.prod(shape)).reshape(shape).astype(dtype)
    result = through(array)
    assert (result.dtype, result.shape) == (dtype, array.shape)
    np.testing.assert_array_equal(result, array)
    assert result.flags.writeable  # as an array of one's own is


class Point(NamedTuple):
    x: int


def test_tensors_lose_what_only_makes_sense_in_the_worker() -> None:
    parameter = torch.nn.Parameter(torch.arange(6.0).reshape(2, 3))
    for tensor in (parameter, (parameter * 2).t(), torch.ones(1).expand(4), torch.tensor(3.0)):
        result = through(tensor)
        assert type(result) is torch.Tensor
        assert result.is_contiguous()
        assert not result.requires_grad
        assert torch.equal(result, tensor)
    conjugate = torch.tensor([1 + 2j]).conj()
    assert torch.equal(through(conjugate), conjugate)


def test_nan_and_infinity_survive() -> None:
    tensor = torch.tensor([math.nan, math.inf, -math.inf])
    assert torch.equal(through(tensor).isnan(), tensor.isnan())
    assert torch.equal(through(tensor)[1:], tensor[1:])


def test_values_of_related_types_become_plain() -> None:
    assert through(torch.Size([2, 3])) == (2, 3)
    assert type(through(torch.Size([2, 3]))) is tuple
    assert type(through(OrderedDict(a=1))) is dict
    assert (type(through(Point(1))), through(Point(1))) == (tuple, (1,))
    assert type(through(torch.ones(2).max(dim=0))) is tuple
    assert through(torch.device("cpu")) == "cpu"
    assert through(torch.float16) is torch.float16
    for scalar in (np.float32(1), np.int64(1), np.bool_(True), np.str_("a"), np.complex64(1)):
        assert type(through(scalar)) is type(scalar.item())
    assert through("a\ud800") == "a\\ud800"


class Liar(torch.Tensor):
    """A subclass that says yes to every comparison."""

    @classmethod
    def __torch_function__(cls, *_: Any, **__: Any) -> bool:
        return True


class Colour(IntEnum):
    RED = 1


class Text(str): ...


@pytest.mark.parametrize(
    "value",
    [
        Liar(), Colour.RED, Text("a"), {Colour.RED}, {Text("a"): 1}, print, {(print, 2): 3},
        torch.ones(2).to_sparse(), torch.empty(1, device="meta"), torch.zeros([1] * 9),
        torch.nested.nested_tensor([torch.ones(1)], layout=torch.jagged),
        np.array([object()]), np.ma.ones(2), np.zeros(2, dtype=">f4"), range(2**70),
        np.longdouble(1), np.dtype(">f4"), np.zeros(2, dtype=[("x", "f4")]), slice(print),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_everything_else_goes_by_handle(value: Any) -> None:
    assert through(value) == ("handle", 7, type(value).__name__)


def nested(depth: int) -> list[Any]:
    return [] if depth == 1 else [nested(depth - 1)]


def test_what_cannot_be_sent_is_refused_before_it_costs_memory() -> None:
    cyclic: list[Any] = []
    cyclic.append(cyclic)
    too_much = torch.ones(1).expand(2**40)
    too_many = [torch.ones(1)] * (MAX_TENSORS + 1)
    empty = torch.zeros(2**21, 0), np.zeros((0, 2**21))  # a sum of it is not
    assert through(nested(MAX_DEPTH)) == nested(MAX_DEPTH)
    parts: list[Any] = [[]] * MAX_CONTAINERS
    for value in (parts, cyclic, nested(MAX_DEPTH + 1), too_much, too_many, *empty, 1 << 9000):
        with pytest.raises(Unsendable):
            encode(value, wrap, LIMIT_BYTES)
    with pytest.raises(Unsendable):
        encode("a" * LIMIT_BYTES, wrap, LIMIT_BYTES)


def frame(wire: Any, blobs: bytes = b"") -> Frame:
    return Frame(msgpack.packb(wire), blobs)


FLOAT32 = tensors.dtypes().index(torch.float32)
TENSOR = int(Kind.TENSOR)
MALFORMED = {
    "nothing": Frame(b"", b""),
    "no msgpack": Frame(b"\xc1", b""),
    "two values": Frame(b"\x01\x01", b""),
    "no UTF-8": Frame(b"\xa1\xff", b""),
    "deep nesting": Frame(b"\x91" * 100_000 + b"\x00", b""),
    "deep nesting of lists": frame([0, [0, [0, []]]]),
    "a length without content": Frame(b"\xdd\xff\xff\xff\xff", b""),
    "a map": frame({"a": 1}),
    "an extension": frame(msgpack.ExtType(4, b"abc")),
    "a timestamp": frame(msgpack.Timestamp(1)),
    "an empty list": frame([]),
    "an unknown kind": frame([99]),
    "a kind that is no integer": frame([0.0]),
    "a kind that is a truth value": frame([False]),
    "bytes left over": frame([TENSOR, FLOAT32, 1], b"12345"),
    "bytes without a tensor": frame(1, b"1"),
    "too few bytes": frame([TENSOR, FLOAT32, 2], b"1234"),
    "a dtype by name": frame([TENSOR, "float32", 1], b"1234"),
    "an unknown dtype": frame([TENSOR, 99, 1], b"1234"),
    "a negative dtype": frame([TENSOR, -1, 1], b"1234"),
    "a dtype that is a truth value": frame([TENSOR, True, 1], b"1"),
    "no dtype": frame([TENSOR]),
    "a negative size": frame([TENSOR, FLOAT32, -1, -1], b"1234"),
    "a size that is no integer": frame([TENSOR, FLOAT32, 1.0], b"1234"),
    "nine dimensions": frame([TENSOR, FLOAT32, *[1] * 9], b"1234"),
    "overflowing sizes": frame([TENSOR, FLOAT32, 0, 2**62, 2**62]),
    "sizes of an absurd product": frame([TENSOR, FLOAT32, 0, 2**41]),
    "an empty tensor that claims more": frame([TENSOR, FLOAT32, 2**21, 0]),
    "an empty array that claims more": frame([int(Kind.ARRAY), 0, 2**11, 0, 2**11]),
    "too many tensors": frame([0] + [[TENSOR, FLOAT32, 0]] * (MAX_TENSORS + 1)),
    "too many lists": frame([0] + [[0]] * MAX_CONTAINERS),
    "half a dictionary": frame([int(Kind.DICT), 1]),
    "a list as key": frame([int(Kind.DICT), [0], 1]),
    "a tuple with a list as key": frame([int(Kind.DICT), [1, [0]], 1]),
    "a long tuple as key": frame([int(Kind.DICT), [1, *range(9)], 1]),
    "too many tuples as keys": frame([int(Kind.SET), *([1, key] for key in range(2049))]),
    "a handle as key": frame([int(Kind.DICT), [int(Kind.HANDLE), 1, "f"], 1]),
    "a handle without a name": frame([int(Kind.HANDLE), 1]),
    "a handle named by a number": frame([int(Kind.HANDLE), 1, 1]),
    "an integer of text": frame([int(Kind.BIG_INT), "1"]),
    "an enormous integer": frame([int(Kind.BIG_INT), b"1" * 2000]),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_frames_are_refused(name: str) -> None:
    with pytest.raises(MalformedFrame):
        decode(MALFORMED[name], unwrap)


@pytest.mark.parametrize("kind", [Kind.TENSOR, Kind.ARRAY])
def test_a_truth_value_of_2_is_true_once(kind: int) -> None:
    assert int(decode(frame([kind, 0, 3], b"\x02\x00\xff"), unwrap).sum()) == 2


def test_tensors_do_not_share_the_frames_memory() -> None:
    blobs = bytearray(4)
    tensor = decode(Frame(msgpack.packb([TENSOR, FLOAT32, 1]), blobs), unwrap)
    blobs[:] = b"\xff" * 4
    assert float(tensor) == 0


LONG = [Kind.RANGE, 0, 2**31, 1]
EMPTY = [Kind.INDEX, None, [Kind.OBJECTS, [0]]]
BOMBS: dict[str, Any] = {  # small frames that claim to be large
    "a range": [Kind.RANGE, 0, 2**61, 1],
    "ranges": [Kind.LIST, *[[Kind.RANGE, 0, 2**61, 1]] * 1000],
    "a list of lists": [Kind.LIST, *[[Kind.LIST]] * (MAX_CONTAINERS - 2)],
    "a deque": [Kind.DEQUE, 2**61],
    "an index": [Kind.RANGE_INDEX, None, LONG],
    "rows of no columns": [Kind.FRAME, EMPTY, [Kind.RANGE_INDEX, None, LONG]],
    "columns of no rows": [Kind.FRAME, [Kind.RANGE_INDEX, None, LONG], EMPTY],
    "a decimal": [Kind.DECIMAL, "1E+6144"],
    "a fraction": [Kind.FRACTION, b"\x7f" * 1024, b"\x03" * 1024],
    "wide texts": [Kind.TEXTS, "U", 0, 2**20],
    "wider texts": [Kind.TEXTS, "S", 2**20, 0],
    "no objects": [Kind.OBJECTS, [0, 2**20]],
    "an image": [Kind.IMAGE, "F", 2**16, 0, b""],
    "an image of no size": [Kind.IMAGE, "F", 2**16, 2**16, b""],
    "a duration": [Kind.TIME_DELTA, 999_999_999, 0, 0],
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_small_frame_takes_little_memory_whatever_it_claims(name: str) -> None:
    sent = frame(BOMBS[name])
    with contextlib.suppress(MalformedFrame):
        decode(sent, unwrap)  # loads the library
    tracemalloc.start()
    with contextlib.suppress(MalformedFrame):
        decode(sent, unwrap)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 32 * 2**20


wires = st.recursive(
    scalars.filter(lambda value: not isinstance(value, int) or abs(value) < 2**63),
    lambda inner: st.tuples(st.integers(0, 47), st.lists(inner, max_size=4)).map(
        lambda pair: [pair[0], *pair[1]]
    ),
    max_leaves=20,
)


@settings(deadline=None)  # the first one of a library loads it
@given(st.one_of(st.binary(), wires.map(msgpack.packb)), st.binary(max_size=64))
def test_any_bytes_are_a_value_or_malformed(header: bytes, blobs: bytes) -> None:
    with contextlib.suppress(MalformedFrame):
        decode(Frame(header, blobs), unwrap)


@given(values, st.integers(0), st.integers(0, 255))
def test_a_changed_byte_is_a_value_or_malformed(value: Any, position: int, byte: int) -> None:
    sent = encode([value, torch.ones(3)], wrap, LIMIT_BYTES)
    header = bytearray(sent.header)
    header[position % len(header)] = byte
    with contextlib.suppress(MalformedFrame):
        decode(Frame(header, sent.blobs), unwrap)
