"""Values survive the way through a frame, and no bytes harm the receiver."""

import contextlib
import math
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from enum import IntEnum
from typing import Any, NamedTuple

import msgpack
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.engine.untrusted import arrays, tensors
from autograder.engine.untrusted.protocol import (
    HEADER_LIMIT_BYTES,
    LENGTHS,
    MAX_CONTAINERS,
    MAX_DEPTH,
    MAX_TENSORS,
    Frame,
    FrameTooLarge,
    Kind,
    MalformedFrame,
    Unsendable,
    decode,
    encode,
)

LIMIT_BYTES = 2**20


def wrap(value: Any) -> tuple[int, str]:
    return 7, type(value).__name__


def unwrap(number: int, type_name: str) -> Any:
    return "handle", number, type_name


def through(value: Any) -> Any:
    return decode(encode(value, wrap, LIMIT_BYTES), unwrap)


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
    result[...] = 0  # writable, as an array of one's own is


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
    for scalar, kind in ((np.float32(1), float), (np.int64(1), int), (np.bool_(True), bool)):
        assert type(through(scalar)) is kind
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
        Liar(), Colour.RED, Text("a"), {1, 2}, range(3), 1j, print, {(1, 2): 3},
        torch.ones(2).to_sparse(), torch.empty(1, device="meta"), torch.zeros([1] * 9),
        torch.nested.nested_tensor([torch.ones(1)], layout=torch.jagged),
        np.array([object()]), np.array("a"), np.ma.ones(2), np.zeros(2, dtype=">f4"),
        np.longdouble(1), {2**70: 1}, np.dtype("f4"),
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
    "a tuple as key": frame([int(Kind.DICT), [1, 5], 1]),
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


wires = st.recursive(
    scalars.filter(lambda value: not isinstance(value, int) or abs(value) < 2**63),
    lambda inner: st.tuples(st.integers(0, 8), st.lists(inner, max_size=4)).map(
        lambda pair: [pair[0], *pair[1]]
    ),
    max_leaves=20,
)


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


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    pair = socket.socketpair()
    yield pair
    for end in pair:
        end.close()


def test_frames_cross_a_socket(ends: tuple[socket.socket, socket.socket]) -> None:
    value: dict[str, Any] = {"x": torch.rand(300, 300), "y": [1, (2,)]}
    sent = encode(value, wrap, LIMIT_BYTES)
    sender = threading.Thread(target=sent.send, args=(ends[0],))
    sender.start()
    received = decode(Frame.receive(ends[1], LIMIT_BYTES, time.monotonic() + 5), unwrap)
    sender.join()
    assert torch.equal(received["x"], value["x"])
    assert received["y"] == value["y"]


@pytest.mark.parametrize("lengths", [(2**32 - 1, 0), (0, 2**32 - 1), (5, LIMIT_BYTES - 4)])
def test_an_announced_length_is_refused_at_once(
    ends: tuple[socket.socket, socket.socket], lengths: tuple[int, int]
) -> None:
    ends[0].sendall(LENGTHS.pack(*lengths))
    with pytest.raises(FrameTooLarge):
        Frame.receive(ends[1], LIMIT_BYTES, time.monotonic() + 5)


def test_a_header_has_a_limit_of_its_own(ends: tuple[socket.socket, socket.socket]) -> None:
    ends[0].sendall(LENGTHS.pack(HEADER_LIMIT_BYTES + 1, 0))
    with pytest.raises(FrameTooLarge):
        Frame.receive(ends[1], 2**30, time.monotonic() + 5)


@pytest.mark.parametrize("sent", [b"", b"\x01", LENGTHS.pack(5, 5) + b"12345123"])
def test_a_frame_that_never_ends_meets_the_deadline(
    ends: tuple[socket.socket, socket.socket], sent: bytes
) -> None:
    ends[0].sendall(sent)
    with pytest.raises(TimeoutError):
        Frame.receive(ends[1], LIMIT_BYTES, time.monotonic() + 0.05)
    ends[0].close()
    with pytest.raises(EOFError):
        Frame.receive(ends[1], LIMIT_BYTES, time.monotonic() + 5)


def test_trickling_bytes_do_not_extend_the_deadline(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    def trickle() -> None:
        ends[0].sendall(LENGTHS.pack(0, 1000))
        for _ in range(20):
            ends[0].sendall(b".")
            time.sleep(0.02)

    sender = threading.Thread(target=trickle)
    sender.start()
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        Frame.receive(ends[1], LIMIT_BYTES, started + 0.1)
    assert time.monotonic() - started < 0.3
    sender.join()


def test_a_receiver_that_does_not_read_meets_the_deadline(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    with pytest.raises(TimeoutError):
        Frame(b"", bytes(2**22)).send(ends[0], time.monotonic() + 0.05)
