"""What crosses between grader and worker: plain data and raw tensor bytes, nothing executable.

A frame is two 32-bit lengths, a msgpack header of the first, and the bytes of all its tensors in
order, of the second. Within the header every container is a list that starts with its kind, so
msgpack's own maps and extension types are refused. The receiver trusts nothing: lengths are
capped before allocation, dtypes come from a closed list, byte counts must be exact.
"""

import math
import socket
import struct
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import msgpack

from . import arrays, tensors

# Small, because a byte of header can become 64 bytes of Python objects in the receiver.
HEADER_LIMIT_BYTES = 2 * 2**20
MAX_DEPTH = 32
MAX_CONTAINERS = 2**16  # lists, dicts, handles, tensors: each takes time to rebuild
MAX_TENSORS = 1024
MAX_DIMS = 8
MAX_EMPTY = 2**20  # elements that an empty tensor claims, a 0 in its shape counting as 1
MAX_ERRNO = 4095  # the kernel's own bound
MAX_INT_BYTES = 1024  # Python refuses to print integers much beyond this
PIECE_BYTES = 2**16  # most frames are smaller
LENGTHS = struct.Struct("<II")
Content = bytes | bytearray | memoryview

PLAIN = frozenset({type(None), bool, float, str, bytes})
SCALARS = PLAIN | {int}
DICTS = frozenset({dict, OrderedDict, defaultdict})
MIN_INT, MAX_INT = -(2**63), 2**64 - 1  # of msgpack


class Kind:
    """The first element of a list on the wire."""

    LIST, TUPLE, DICT, BIG_INT, DTYPE, TENSOR, ARRAY, HANDLE = range(8)


class MalformedFrame(Exception):
    """The bytes received are not a frame of this protocol."""


class FrameTooLarge(MalformedFrame):
    """The frame announced is larger than allowed."""


class Unsendable(Exception):
    """The value can't be put into a frame; the message says why."""


class Frame:
    """Header and tensor bytes, as they lie on the wire."""

    def __init__(self, header: Content, blobs: Content) -> None:
        self.header = header
        self.blobs = blobs

    def send(self, connection: socket.socket, deadline: float | None = None) -> None:
        """Write the frame, a small one in a single piece: each piece wakes the other side.

        Raises:
            TimeoutError: at `deadline` (of `time.monotonic`).
            OSError: if the other side is gone.
        """
        start = LENGTHS.pack(len(self.header), len(self.blobs))
        parts = [start + self.header, self.blobs]
        if len(self.blobs) < PIECE_BYTES:
            parts = [b"".join(parts)]
        for part in parts:
            _wait_until(connection, deadline)
            connection.sendall(part)

    @classmethod
    def receive(
        cls, connection: socket.socket, limit_bytes: int, deadline: float | None = None
    ) -> "Frame":
        """Read one frame of at most `limit_bytes`; nothing may follow it before it is answered.

        Raises:
            EOFError: if the other side closed or reset the connection.
            FrameTooLarge: before memory is reserved for it.
            MalformedFrame: if more follows.
            TimeoutError: at `deadline`, however the bytes trickle in.
        """
        piece = memoryview(bytearray(PIECE_BYTES))
        received = 0
        while received < LENGTHS.size:
            received += _read(connection, piece[received:], deadline)
        header_bytes, blob_bytes = LENGTHS.unpack_from(piece)
        if header_bytes > HEADER_LIMIT_BYTES or header_bytes + blob_bytes > limit_bytes:
            raise FrameTooLarge(f"a frame of {header_bytes} + {blob_bytes} bytes")
        size_bytes = LENGTHS.size + header_bytes + blob_bytes
        if received > size_bytes:
            raise MalformedFrame("more bytes than announced")
        whole = piece
        if size_bytes > PIECE_BYTES:
            whole = memoryview(bytearray(size_bytes))
            whole[:received] = piece[:received]
        while received < size_bytes:
            received += _read(connection, whole[received:size_bytes], deadline)
        blobs_at = LENGTHS.size + header_bytes
        return cls(whole[LENGTHS.size : blobs_at], whole[blobs_at:size_bytes])


def _read(connection: socket.socket, into: memoryview, deadline: float | None) -> int:
    """How many bytes came, one at least."""
    _wait_until(connection, deadline)
    try:
        received = connection.recv_into(into)
    except ConnectionError:
        received = 0
    if not received:
        raise EOFError("the connection was closed")
    return received


def _wait_until(connection: socket.socket, deadline: float | None) -> None:
    if deadline is None:
        return connection.settimeout(None)
    remaining_s = deadline - time.monotonic()
    if remaining_s <= 0:
        raise TimeoutError
    connection.settimeout(remaining_s)


def encode(value: Any, wrap: Callable[[Any], tuple[int, str]], limit_bytes: int) -> Frame:
    """Put a value into a frame; what isn't plain data goes by the handle that `wrap` gives it.

    Raises:
        Unsendable: if it is too large, too deeply nested (also: contains itself).
    """
    writer = _Writer(wrap, limit_bytes)
    wire = writer.write(value, MAX_DEPTH)
    header = msgpack.packb(wire, strict_types=True, unicode_errors="backslashreplace")
    if len(header) > HEADER_LIMIT_BYTES or len(header) > writer.remaining_bytes:
        raise Unsendable("it is too large")
    return Frame(header, b"".join(writer.blobs))


def decode(frame: Frame, unwrap: Callable[[int, str], Any]) -> Any:
    """Rebuild the value of a frame; tensors and arrays are copies, `unwrap` resolves handles.

    Raises:
        MalformedFrame: if anything in it isn't exactly as this protocol has it.
    """
    try:
        wire = msgpack.unpackb(frame.header, max_map_len=0, max_ext_len=0)
    except (ValueError, msgpack.UnpackException) as error:
        raise MalformedFrame(f"no msgpack: {type(error).__name__}") from None
    reader = _Reader(frame.blobs, unwrap)
    value = reader.read(wire, MAX_DEPTH)
    if reader.position != len(frame.blobs):
        raise MalformedFrame("more bytes than its tensors have")
    return value


class _Writer:
    def __init__(self, wrap: Callable[[Any], tuple[int, str]], limit_bytes: int) -> None:
        self.wrap = wrap
        self.remaining_bytes = limit_bytes
        self.blobs: list[bytes] = []
        self.containers = 0

    def write(self, value: Any, depth: int) -> Any:
        # Exact types only: a subclass may behave as it likes, so it stays behind a handle. Of a
        # tuple, what it iterates over is its owner's word, as every value is.
        kind = type(value)
        if _is_scalar(value):
            return value
        if depth == 0:
            raise Unsendable(f"it is nested more than {MAX_DEPTH} deep")
        self.containers += 1
        if self.containers > MAX_CONTAINERS:
            raise Unsendable("it has too many parts")
        if kind is int:
            return [Kind.BIG_INT, _int_bytes(value)]
        if kind is list or isinstance(value, tuple):  # a named tuple is a pair to whoever asks
            tag = Kind.LIST if kind is list else Kind.TUPLE
            return [tag, *[self.write(item, depth - 1) for item in value]]
        if kind in DICTS and all(map(_is_scalar, value)):
            parts = [self.write(part, depth - 1) for pair in value.items() for part in pair]
            return [Kind.DICT, *parts]
        wire = self._of_a_library(value, depth)
        return [Kind.HANDLE, *self.wrap(value)] if wire is None else wire

    def _of_a_library(self, value: Any, depth: int) -> Any:
        """The wire of what numpy or a tensor library made, if it can cross; else None."""
        if tensors.is_tensor(value) and value.ndim <= MAX_DIMS:
            self._reserve(value.shape, value.numel() * value.element_size())
            self.blobs.append(tensors.raw_bytes(value))
            return [Kind.TENSOR, tensors.dtypes().index(value.dtype), *value.shape]
        for plain in (tensors.as_plain(value), arrays.as_number(value)):
            if plain is not None:
                return self.write(plain, depth)
        if array := arrays.parts(value):
            index, shape, size_bytes = array
            self._reserve(shape, size_bytes)
            self.blobs.append(arrays.raw_bytes(value))
            return [Kind.ARRAY, index, *shape]
        dtype = tensors.dtype_index(value)
        return None if dtype is None else [Kind.DTYPE, dtype]

    def _reserve(self, shape: Sequence[int], size_bytes: int) -> None:
        # Before the bytes exist: an expanded view may stand for more than memory holds.
        if _claims_too_much(shape):
            raise Unsendable("it is empty, and the rest of its shape too large")
        self.remaining_bytes -= size_bytes
        if self.remaining_bytes < 0 or len(self.blobs) == MAX_TENSORS:
            raise Unsendable("it is too large")


def _is_scalar(value: Any) -> bool:
    kind = type(value)
    return kind in PLAIN or (kind is int and MIN_INT <= value <= MAX_INT)


def _claims_too_much(shape: Sequence[int]) -> bool:
    """Whether an empty tensor has sizes that a sum along the empty one would fill memory with."""
    return 0 in shape and math.prod(max(size, 1) for size in shape) > MAX_EMPTY


def _int_bytes(value: int) -> bytes:
    if value.bit_length() >= 8 * MAX_INT_BYTES:
        raise Unsendable("it contains too large an integer")
    return value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)


class _Reader:
    def __init__(self, blobs: Content, unwrap: Callable[[int, str], Any]) -> None:
        self.blobs = blobs
        self.unwrap = unwrap
        self.position = 0
        self.tensors = self.containers = 0

    def read(self, wire: Any, depth: int) -> Any:
        if type(wire) in SCALARS:
            return wire
        if depth == 0:
            raise MalformedFrame(f"nested more than {MAX_DEPTH} deep")
        self.containers += 1
        if self.containers > MAX_CONTAINERS:
            raise MalformedFrame("too many parts")
        if type(wire) is not list or not wire or type(wire[0]) is not int:
            raise MalformedFrame("a container of no known kind")
        match wire:
            case [Kind.LIST, *items]:
                return [self.read(item, depth - 1) for item in items]
            case [Kind.TUPLE, *items]:
                return tuple([self.read(item, depth - 1) for item in items])
            case [Kind.HANDLE, int(number), str(type_name)]:
                return self.unwrap(number, type_name)
            case [Kind.TENSOR, index, *shape]:
                raw = self._take(shape, _pick(tensors, index).itemsize)
                return tensors.rebuilt(index, shape, raw)
            case [Kind.ARRAY, index, *shape]:
                raw = self._take(shape, _pick(arrays, index).itemsize)
                return arrays.rebuilt(index, shape, raw)
            case [Kind.DICT, *parts] if len(parts) % 2 == 0:
                return self._dict(parts[::2], parts[1::2], depth)
            case [Kind.BIG_INT, bytes(digits)] if len(digits) <= MAX_INT_BYTES:
                return int.from_bytes(digits, "little", signed=True)
            case [Kind.DTYPE, index]:
                return _pick(tensors, index)
        raise MalformedFrame("a container of no known kind")

    def _dict(self, keys: list[Any], values: list[Any], depth: int) -> dict[Any, Any]:
        # Tuples and big integers as keys could be chosen to collide in the dictionary.
        if not all(type(key) in SCALARS for key in keys):
            raise MalformedFrame("a dictionary with a key that is no scalar")
        return {key: self.read(value, depth - 1) for key, value in zip(keys, values, strict=True)}

    def _take(self, shape: list[Any], itemsize_bytes: int) -> bytearray:
        if len(shape) > MAX_DIMS or not all(type(size) is int and size >= 0 for size in shape):
            raise MalformedFrame("a tensor with an impossible shape")
        if _claims_too_much(shape):
            raise MalformedFrame("an empty tensor of too large a shape")
        start, self.position = self.position, self.position + math.prod(shape) * itemsize_bytes
        self.tensors += 1
        if self.position > len(self.blobs) or self.tensors > MAX_TENSORS:
            raise MalformedFrame("fewer bytes than its tensors need, or too many tensors")
        return bytearray(self.blobs[start : self.position])


def _pick(library: ModuleType, index: Any) -> Any:
    """A dtype of a library, which is loaded only now if no one has needed it."""
    try:
        table = library.dtypes()
    except ImportError:
        raise MalformedFrame("values of a library that isn't here") from None
    if type(index) is not int or not 0 <= index < len(table):
        raise MalformedFrame("an unknown dtype")
    return table[index]
