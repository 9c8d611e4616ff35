"""What an adapter is: how the values of one library cross, and what else is asked of them.

A form is a kind of value with the two functions that take it apart and rebuild it. Whatever is
not in the closed table of forms stays behind a handle.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, Protocol

from .frame import Content, MalformedFrame

GOLDEN = 2_654_435_761  # a prime, 2**32 by the golden ratio: its multiples spread evenly
MAX_DEPTH = 32
MAX_CONTAINERS = 2**16  # lists, dicts, handles, tensors: each takes time to rebuild
MAX_TENSORS = 1024
MAX_DIMS = 8
MAX_EMPTY = 2**20  # elements that an empty tensor claims, a 0 in its shape counting as 1
MAX_KEYS = 2048  # of a frame, but for scalars: their hashes can be chosen to collide
MAX_KEY_PARTS = 8

PLAIN = frozenset({type(None), bool, float, str, bytes})
SCALARS = PLAIN | {int}
MIN_INT, MAX_INT = -(2**63), 2**64 - 1  # of msgpack
Wire = list[Any]


class Kind:
    """The first element of a list on the wire."""

    LIST, TUPLE, DICT, BIG_INT, DTYPE, TENSOR, ARRAY, HANDLE = range(8)
    SET, FROZEN_SET, COMPLEX, RANGE, SLICE, SINGLE, BYTE_ARRAY, DEQUE, COUNTER = range(8, 17)
    DATE, TIME, DATE_TIME, TIME_DELTA, DECIMAL, FRACTION, PATH, EXCEPTION = range(17, 25)
    TEXTS, OBJECTS, ARRAY_SCALAR, ARRAY_DTYPE = range(25, 29)
    FRAME, SERIES, INDEX, RANGE_INDEX, MULTI_INDEX, MISSING, TIMESTAMP, TIMEDELTA = range(29, 37)
    INTERVAL, MASKED, STRINGS, CATEGORICAL, ZONED, INTERVALS = range(37, 43)
    POLARS_FRAME, POLARS_SERIES, IMAGE = range(43, 46)
    PERIOD, PERIODS = range(46, 48)


# What may be a key or in a set, besides scalars.
KEY_KINDS = frozenset(
    {Kind.COMPLEX, Kind.DATE, Kind.TIME, Kind.DATE_TIME, Kind.TIME_DELTA, Kind.DECIMAL}
    | {Kind.FRACTION, Kind.PATH, Kind.BIG_INT, Kind.MISSING, Kind.TIMESTAMP, Kind.TIMEDELTA}
    | {Kind.INTERVAL, Kind.PERIOD, Kind.ARRAY_SCALAR}
)


class Unsendable(Exception):
    """The value can't be put into a frame; the message says why."""


class Form(NamedTuple):
    """How values of some types cross. `write` gives None for a value that stays behind."""

    kind: int
    types: tuple[type, ...]  # exactly these: a subclass may behave as it likes
    write: Callable[["Writer", Any, int], Any]
    read: Callable[["Reader", Wire, int], Any]
    bases: tuple[type, ...] = ()  # whose subclasses may cross all the same


class Sample(NamedTuple):
    """Which of many numbers stand for all of them: at most so many, from some start on."""

    most: int
    start: int = 0

    def places(self, size: int) -> list[int]:
        """Where they stand: all over, and in all columns."""
        if size <= self.most:
            return list(range(size))
        return [(self.start + place * GOLDEN) % size for place in range(self.most)]


class Adapter(Protocol):
    """A module that knows one library, which it loads only in `forms`."""

    @property
    def LIBRARY(self) -> str:  # noqa: N802
        """Whose import makes its types possible."""

    @property
    def KINDS(self) -> tuple[int, ...]:  # noqa: N802
        """What its values begin with on the wire."""

    def forms(self) -> tuple[Form, ...]:
        """How its values cross."""

    def filled(self, value: Any, number: float) -> Any:
        """A value of the same form with one number everywhere; None for what is not its own."""

    def drawn(self, value: Any, seed: int) -> Any:
        """A value of the same form with random content; None for what is not its own."""

    def sampled(self, value: Any, sample: Sample) -> Any:
        """A few plain values that stand for it; None for what is not its own."""


class _Stays(Exception):
    """Something in a value can't go by value."""


class Writer:
    """Takes a value apart into plain lists and raw bytes."""

    def __init__(
        self,
        wrap: Callable[[Any], tuple[int, str]],
        limit_bytes: int,
        form_of: Callable[[type], Form | None],
    ) -> None:
        self.wrap = wrap
        self.remaining_bytes = limit_bytes
        self.form_of = form_of
        self.blobs: list[bytes] = []
        self.containers = 0

    def write(self, value: Any, depth: int) -> Any:
        """The wire of a value: itself if it is a scalar, else a list that begins with its kind."""
        kind = type(value)
        if kind in PLAIN or (kind is int and MIN_INT <= value <= MAX_INT):
            return value
        if depth == 0:
            raise Unsendable(f"it is nested more than {MAX_DEPTH} deep")
        self.containers += 1
        if self.containers > MAX_CONTAINERS:
            raise Unsendable("it has too many parts")
        form = self.form_of(kind)
        wire = form and form.write(self, value, depth - 1)
        return [Kind.HANDLE, *self.wrap(value)] if wire is None else wire

    def write_all(self, values: Iterable[Any], depth: int) -> Wire:
        """The wires of several values."""
        write = self.write  # not called for scalars, of which there may be thousands
        return [
            value
            if (kind := type(value)) in PLAIN or (kind is int and MIN_INT <= value <= MAX_INT)
            else write(value, depth)
            for value in values
        ]

    def write_plain(self, values: Iterable[Any], depth: int) -> Wire | None:
        """The wires of several values; None, and nothing is written, if one has to stay behind."""
        wrap, counted = self.wrap, (self.containers, self.remaining_bytes)
        num_blobs = len(self.blobs)
        self.wrap = _stays
        try:
            return self.write_all(values, depth)
        except _Stays:
            self.containers, self.remaining_bytes = counted
            del self.blobs[num_blobs:]
            return None
        finally:
            self.wrap = wrap

    def write_keys(self, keys: Iterable[Any], depth: int) -> Wire | None:
        """The wires of what may be hashed on the other side; None if one of them may not be."""
        keys = list(keys)
        if PLAIN.issuperset(map(type, keys)):
            return keys
        wires = self.write_plain(keys, depth)
        if wires is None:
            return None
        others = [wire for wire in wires if type(wire) is list]
        return wires if len(others) <= MAX_KEYS and all(map(_is_key, others)) else None

    def reserve(self, shape: Sequence[int], size_bytes: int) -> None:
        """Make sure that so many bytes fit in, before they exist: an expanded view may stand for
        more than memory holds."""
        if claims_too_much(shape):
            raise Unsendable("it is empty, and the rest of its shape too large")
        self.remaining_bytes -= size_bytes
        if self.remaining_bytes < 0 or len(self.blobs) == MAX_TENSORS:
            raise Unsendable("it is too large")


class Reader:
    """Rebuilds a value, and believes nothing of it."""

    def __init__(
        self,
        blobs: Content,
        unwrap: Callable[[int, str], Any],
        form_read_as: Callable[[int], Form | None],
        path: Callable[[str], Any],
    ) -> None:
        self.blobs = blobs
        self.unwrap = unwrap
        self.form_read_as = form_read_as
        self.path = path
        self.position = 0
        self.tensors = self.containers = self.keys = 0

    def read(self, wire: Any, depth: int) -> Any:
        """The value of a wire."""
        if type(wire) in SCALARS:
            return wire
        if depth == 0:
            raise MalformedFrame(f"nested more than {MAX_DEPTH} deep")
        self.containers += 1
        if self.containers > MAX_CONTAINERS:
            raise MalformedFrame("too many parts")
        if type(wire) is not list or not wire or type(wire[0]) is not int:
            raise MalformedFrame("a container of no known kind")
        form = self.form_read_as(wire[0])
        if form is None:
            raise MalformedFrame("a container of no known kind")
        return form.read(self, wire, depth - 1)

    def read_all(self, wires: Iterable[Any], depth: int) -> list[Any]:
        """The values of several wires."""
        read = self.read
        return [wire if type(wire) in SCALARS else read(wire, depth) for wire in wires]

    def read_keys(self, wires: Wire, depth: int) -> list[Any]:
        """Values that may be hashed here: tuples, dates and big integers could be chosen to
        collide, so there are few of them."""
        others = [wire for wire in wires if type(wire) not in SCALARS]
        if not others:
            return wires
        self.keys += len(others)
        if self.keys > MAX_KEYS or not all(map(_is_key, others)):
            raise MalformedFrame("keys that are no keys, or too many")
        return self.read_all(wires, depth)

    def read_as(self, wire: Any, depth: int, *kinds: int) -> Any:
        """The value of a wire that has to be of one of these kinds."""
        if type(wire) is not list or not wire or wire[0] not in kinds:
            raise MalformedFrame("a part of another kind")
        return self.read(wire, depth)

    def take(self, shape: Sequence[Any], itemsize_bytes: int) -> bytearray:
        """The next raw bytes, as many as an array of this shape has."""
        if len(shape) > MAX_DIMS or not all(type(size) is int and size >= 0 for size in shape):
            raise MalformedFrame("a tensor with an impossible shape")
        if claims_too_much(shape):
            raise MalformedFrame("an empty tensor of too large a shape")
        start, self.position = self.position, self.position + math.prod(shape) * itemsize_bytes
        self.tensors += 1
        if self.position > len(self.blobs) or self.tensors > MAX_TENSORS:
            raise MalformedFrame("fewer bytes than its tensors need, or too many tensors")
        return bytearray(self.blobs[start : self.position])


def distrusted(
    read: Callable[[Reader, Wire, int], Any],
) -> Callable[[Reader, Wire, int], Any]:
    """Have what a library refuses to rebuild count as malformed."""

    def careful(reader: Reader, wire: Wire, depth: int) -> Any:
        try:
            return read(reader, wire, depth)
        except (MalformedFrame, MemoryError):
            raise
        except Exception as error:
            raise MalformedFrame(f"refused: {type(error).__name__}") from None

    return careful


def claims_too_much(shape: Sequence[int]) -> bool:
    """Whether an empty tensor has sizes that a sum along the empty one would fill memory with."""
    return 0 in shape and math.prod(max(size, 1) for size in shape) > MAX_EMPTY


def pick(table: Sequence[Any], index: Any) -> Any:
    """An entry of a closed list."""
    if type(index) is not int or not 0 <= index < len(table):
        raise MalformedFrame("an unknown dtype")
    return table[index]


def _is_key(wire: Any) -> bool:
    if type(wire) is not list or not wire:
        return False
    if wire[0] == Kind.TUPLE:
        parts = wire[1:]
        return len(parts) <= MAX_KEY_PARTS and all(
            type(part) in SCALARS or (type(part) is list and part[:1] and part[0] in KEY_KINDS)
            for part in parts
        )
    return type(wire[0]) is int and wire[0] in KEY_KINDS


def _stays(value: Any) -> tuple[int, str]:
    raise _Stays
