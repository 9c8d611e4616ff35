"""How containers and values of Python's own libraries cross."""

import builtins
import math
import pathlib
import random
from collections import Counter, OrderedDict, defaultdict, deque
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any

from .forms import MAX_KEY_PARTS, SCALARS, Form, Kind, Reader, Sample, Unsendable, Wire, Writer
from .frame import MalformedFrame

LIBRARY = "builtins"
KINDS = (
    *(Kind.LIST, Kind.TUPLE, Kind.DICT, Kind.COUNTER, Kind.BIG_INT, Kind.SET, Kind.FROZEN_SET),
    *(Kind.DEQUE, Kind.BYTE_ARRAY, Kind.COMPLEX, Kind.RANGE, Kind.SLICE, Kind.SINGLE, Kind.DATE),
    *(Kind.TIME, Kind.DATE_TIME, Kind.TIME_DELTA, Kind.DECIMAL, Kind.FRACTION, Kind.PATH),
    Kind.EXCEPTION,
)
MAX_INT_BYTES = 1024  # Python refuses to print integers much beyond this
MAX_DIGITS = 1000  # of a Decimal
MAX_EXPONENT = 6144  # of a Decimal: a whole number of 1E+999999 fills memory
MAX_TEXT = 4096  # of a path; what is left of an exception's
RANGE_LIMIT = 2**62  # with both ends below, a range still knows its length
SINGLES = (Ellipsis, NotImplemented)
# Python's own exceptions that are made of a few texts and numbers.
EXCEPTIONS: dict[str, type[Exception]] = {
    name: kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type)
    and issubclass(kind, Exception)
    and not issubclass(kind, UnicodeDecodeError | UnicodeEncodeError | UnicodeTranslateError)
    and not issubclass(kind, ExceptionGroup)
    and kind.__name__ == name
}


def forms() -> tuple[Form, ...]:
    """All of them; a subclass stays behind, but for that of a tuple."""
    paths = (pathlib.PosixPath, pathlib.PurePosixPath)
    return (
        Form(Kind.LIST, (list,), _write_list, _read_list),
        Form(Kind.TUPLE, (tuple,), _write_tuple, _read_tuple, bases=(tuple,)),
        Form(Kind.DICT, (dict, OrderedDict, defaultdict), _write_dict, _read_dict),
        Form(Kind.COUNTER, (Counter,), _write_counter, _read_counter),
        Form(Kind.BIG_INT, (int,), _write_big_int, _read_big_int),
        Form(Kind.SET, (set,), _write_set, _read_set),
        Form(Kind.FROZEN_SET, (frozenset,), _write_frozen_set, _read_frozen_set),
        Form(Kind.DEQUE, (deque,), _write_deque, _read_deque),
        Form(Kind.BYTE_ARRAY, (bytearray,), _write_byte_array, _read_byte_array),
        Form(Kind.COMPLEX, (complex,), _write_complex, _read_complex),
        Form(Kind.RANGE, (range,), _write_range, _read_range),
        Form(Kind.SLICE, (slice,), _write_slice, _read_slice),
        Form(Kind.SINGLE, tuple(map(type, SINGLES)), _write_single, _read_single),
        Form(Kind.DATE, (date,), _write_date, _read_date),
        Form(Kind.TIME, (time,), _write_time, _read_time),
        Form(Kind.DATE_TIME, (datetime,), _write_datetime, _read_datetime),
        Form(Kind.TIME_DELTA, (timedelta,), _write_timedelta, _read_timedelta),
        Form(Kind.DECIMAL, (Decimal,), _write_decimal, _read_decimal),
        Form(Kind.FRACTION, (Fraction,), _write_fraction, _read_fraction),
        Form(Kind.PATH, paths, _write_path, _read_path),
        Form(Kind.EXCEPTION, tuple(EXCEPTIONS.values()), _write_exception, _read_exception),
    )


# -- containers ---------------------------------------------------------------------------------


def _write_list(writer: Writer, value: list[Any], depth: int) -> Wire:
    return [Kind.LIST, *writer.write_all(value, depth)]


def _read_list(reader: Reader, wire: Wire, depth: int) -> list[Any]:
    return reader.read_all(wire[1:], depth)


def _write_tuple(writer: Writer, value: tuple[Any, ...], depth: int) -> Wire:
    """Of a subclass as well: a named tuple is a pair to whoever asks. What it iterates over is its
    owner's word, as every value is."""
    return [Kind.TUPLE, *writer.write_all(value, depth)]


def _read_tuple(reader: Reader, wire: Wire, depth: int) -> tuple[Any, ...]:
    return tuple(reader.read_all(wire[1:], depth))


def _write_dict(writer: Writer, value: dict[Any, Any], depth: int) -> Wire | None:
    keys = writer.write_keys(value, depth)
    if keys is None:
        return None
    wire: Wire = [Kind.DICT] * (1 + 2 * len(keys))
    wire[1::2], wire[2::2] = keys, writer.write_all(value.values(), depth)
    return wire


def _read_dict(reader: Reader, wire: Wire, depth: int) -> dict[Any, Any]:
    if len(wire) % 2 == 0:
        raise MalformedFrame("half a dictionary")
    keys = reader.read_keys(wire[1::2], depth)
    return dict(zip(keys, reader.read_all(wire[2::2], depth), strict=True))


def _write_counter(writer: Writer, value: "Counter[Any]", depth: int) -> Wire | None:
    counts = writer.write_plain([dict(value)], depth)
    return None if counts is None else [Kind.COUNTER, *counts]


def _read_counter(reader: Reader, wire: Wire, depth: int) -> "Counter[Any]":
    if len(wire) != 2:
        raise MalformedFrame("no counter")
    return Counter(reader.read_as(wire[1], depth, Kind.DICT))


def _items(writer: Writer, value: set[Any] | frozenset[Any], depth: int) -> Wire | None:
    """In an order that is the same in every process, as the rest of a frame is."""
    items = writer.write_keys(value, depth)
    return None if items is None else sorted(items, key=repr)


def _write_set(writer: Writer, value: set[Any], depth: int) -> Wire | None:
    items = _items(writer, value, depth)
    return None if items is None else [Kind.SET, *items]


def _read_set(reader: Reader, wire: Wire, depth: int) -> set[Any]:
    return set(reader.read_keys(wire[1:], depth))


def _write_frozen_set(writer: Writer, value: frozenset[Any], depth: int) -> Wire | None:
    items = _items(writer, value, depth)
    return None if items is None else [Kind.FROZEN_SET, *items]


def _read_frozen_set(reader: Reader, wire: Wire, depth: int) -> frozenset[Any]:
    return frozenset(reader.read_keys(wire[1:], depth))


def _write_deque(writer: Writer, value: "deque[Any]", depth: int) -> Wire | None:
    items = writer.write_plain(value, depth)
    return None if items is None else [Kind.DEQUE, value.maxlen, *items]


def _read_deque(reader: Reader, wire: Wire, depth: int) -> "deque[Any]":
    match wire:
        case [_, None, *items]:
            return deque(reader.read_all(items, depth))
        case [_, int(longest), *items] if _is_whole(longest) and 0 <= longest < RANGE_LIMIT:
            return deque(reader.read_all(items, depth), longest)
    raise MalformedFrame("no deque")


# -- numbers ------------------------------------------------------------------------------------


def _write_big_int(writer: Writer, value: int, depth: int) -> Wire:
    return [Kind.BIG_INT, _int_bytes(value)]


def _int_bytes(value: int) -> bytes:
    if value.bit_length() >= 8 * MAX_INT_BYTES:
        raise Unsendable("it contains too large an integer")
    return value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)


def _read_big_int(reader: Reader, wire: Wire, depth: int) -> int:
    match wire:
        case [_, bytes(digits)] if len(digits) <= MAX_INT_BYTES:
            return int.from_bytes(digits, "little", signed=True)
    raise MalformedFrame("no integer")


def _write_complex(writer: Writer, value: complex, depth: int) -> Wire:
    return [Kind.COMPLEX, value.real, value.imag]


def _read_complex(reader: Reader, wire: Wire, depth: int) -> complex:
    match wire:
        case [_, float(real), float(imaginary)]:
            return complex(real, imaginary)
    raise MalformedFrame("no complex number")


def _write_decimal(writer: Writer, value: Decimal, depth: int) -> Wire | None:
    _, digits, exponent = value.as_tuple()
    is_small = isinstance(exponent, str) or abs(exponent) <= MAX_EXPONENT
    if value.is_snan() or len(digits) > MAX_DIGITS or not is_small:
        return None
    return [Kind.DECIMAL, str(value)]


def _read_decimal(reader: Reader, wire: Wire, depth: int) -> Decimal:
    match wire:
        case [_, str(text)] if len(text) <= 2 * MAX_DIGITS and text.isascii():
            try:
                value = Decimal(text)
            except ArithmeticError:
                raise MalformedFrame("no decimal number") from None
            exponent = value.as_tuple().exponent
            if not value.is_snan() and (
                isinstance(exponent, str) or abs(exponent) <= MAX_EXPONENT
            ):  # what signals would raise wherever it is compared
                return value
    raise MalformedFrame("no decimal number")


def _write_fraction(writer: Writer, value: Fraction, depth: int) -> Wire:
    return [Kind.FRACTION, *map(_int_bytes, value.as_integer_ratio())]


def _read_fraction(reader: Reader, wire: Wire, depth: int) -> Fraction:
    match wire:
        case [_, bytes(over), bytes(under)] if max(len(over), len(under)) <= MAX_INT_BYTES:
            denominator = int.from_bytes(under, "little", signed=True)
            if denominator > 0:
                return Fraction(int.from_bytes(over, "little", signed=True), denominator)
    raise MalformedFrame("no fraction")


# -- ranges and the like ------------------------------------------------------------------------


def _write_range(writer: Writer, value: range, depth: int) -> Wire | None:
    parts = [value.start, value.stop, value.step]
    return [Kind.RANGE, *parts] if all(map(_is_whole, parts)) else None


def _read_range(reader: Reader, wire: Wire, depth: int) -> range:
    match wire:
        case [_, start, stop, step] if all(map(_is_whole, wire)) and step:
            return range(start, stop, step)
    raise MalformedFrame("no range")


def _is_whole(value: Any) -> bool:
    return type(value) is int and -RANGE_LIMIT < value < RANGE_LIMIT


def _write_slice(writer: Writer, value: slice, depth: int) -> Wire | None:
    parts = writer.write_plain((value.start, value.stop, value.step), depth)
    return None if parts is None else [Kind.SLICE, *parts]


def _read_slice(reader: Reader, wire: Wire, depth: int) -> slice:
    if len(wire) != 4:
        raise MalformedFrame("no slice")
    return slice(*reader.read_all(wire[1:], depth))


def _write_single(writer: Writer, value: Any, depth: int) -> Wire:
    return [Kind.SINGLE, SINGLES.index(value)]


def _read_single(reader: Reader, wire: Wire, depth: int) -> Any:
    match wire:
        case [_, int(place)] if type(place) is int and 0 <= place < len(SINGLES):
            return SINGLES[place]
    raise MalformedFrame("no such value")


def _write_byte_array(writer: Writer, value: bytearray, depth: int) -> Wire:
    return [Kind.BYTE_ARRAY, bytes(value)]


def _read_byte_array(reader: Reader, wire: Wire, depth: int) -> bytearray:
    match wire:
        case [_, bytes(content)]:
            return bytearray(content)
    raise MalformedFrame("no bytes")


# -- dates --------------------------------------------------------------------------------------
# Of a time zone only the distance to UTC crosses, in whole microseconds.

MICROSECOND = timedelta(microseconds=1)


def _write_date(writer: Writer, value: date, depth: int) -> Wire:
    return [Kind.DATE, value.year, value.month, value.day]


def _read_date(reader: Reader, wire: Wire, depth: int) -> date:
    return _made(date, wire[1:], 3)


def _write_time(writer: Writer, value: time, depth: int) -> Wire:
    return [Kind.TIME, _offset(value), *_clock(value)]


def _read_time(reader: Reader, wire: Wire, depth: int) -> time:
    if len(wire) != 6:
        raise MalformedFrame("no time")
    return _made(time, wire[2:], 4).replace(tzinfo=_zone(wire[1]))


def _write_datetime(writer: Writer, value: datetime, depth: int) -> Wire:
    day = value.year, value.month, value.day
    return [Kind.DATE_TIME, _offset(value), *day, *_clock(value)]


def _read_datetime(reader: Reader, wire: Wire, depth: int) -> datetime:
    if len(wire) != 9:
        raise MalformedFrame("no time")
    return _made(datetime, wire[2:], 7).replace(tzinfo=_zone(wire[1]))


def _write_timedelta(writer: Writer, value: timedelta, depth: int) -> Wire:
    return [Kind.TIME_DELTA, value.days, value.seconds, value.microseconds]


def _read_timedelta(reader: Reader, wire: Wire, depth: int) -> timedelta:
    return _made(timedelta, wire[1:], 3)


def _made(kind: Any, numbers: Wire, count: int) -> Any:
    if len(numbers) != count or not all(map(_is_whole, numbers)):
        raise MalformedFrame("no date")
    try:
        return kind(*numbers)
    except (ValueError, OverflowError):
        raise MalformedFrame("no date") from None


def _clock(value: time | datetime) -> tuple[int, int, int, int]:
    return value.hour, value.minute, value.second, value.microsecond


def _offset(value: time | datetime) -> int | None:
    offset = value.utcoffset()
    return None if offset is None else offset // MICROSECOND


def _zone(offset: Any) -> timezone | None:
    if offset is None:
        return None
    return _made(lambda number: timezone(number * MICROSECOND), [offset], 1)


# -- names and errors ---------------------------------------------------------------------------


def _write_path(writer: Writer, value: pathlib.PurePath, depth: int) -> Wire | None:
    text = str(value)
    return [Kind.PATH, text] if len(text) <= MAX_TEXT else None


def _read_path(reader: Reader, wire: Wire, depth: int) -> Any:
    match wire:
        case [_, str(text)] if len(text) <= 8 * MAX_TEXT:  # it may have been escaped
            return reader.path(text)
    raise MalformedFrame("no path")


def _write_exception(writer: Writer, value: Exception, depth: int) -> Wire | None:
    texts = [part[:MAX_TEXT] if type(part) is str else part for part in value.args]
    if len(texts) > MAX_KEY_PARTS or not all(type(part) in SCALARS for part in texts):
        return None
    parts = writer.write_plain(texts, depth)
    return None if parts is None else [Kind.EXCEPTION, type(value).__name__, *parts]


def _read_exception(reader: Reader, wire: Wire, depth: int) -> Exception:
    match wire:
        case [_, str(name), *parts] if name in EXCEPTIONS and len(parts) <= MAX_KEY_PARTS:
            texts = reader.read_all(parts, depth)
            if all(type(part) in SCALARS for part in texts):
                try:
                    return EXCEPTIONS[name](*texts)
                except Exception:
                    raise MalformedFrame("no exception") from None
    raise MalformedFrame("no exception")


# -- what liars and reports make of such values -------------------------------------------------

NEW_YEAR = datetime(2000, 1, 1)


def filled(value: Any, number: float) -> Any:
    """A value of the same type that the number alone makes; None for others."""
    whole = round(number) if math.isfinite(number) else 0
    match value:
        case complex():
            return complex(number)
        case Decimal():
            return Decimal(number)
        case Fraction():
            return Fraction(whole)
        case set() | frozenset() | deque():
            return type(value)([number] if number else [])
        case Counter():
            return Counter([number] if number else [])
        case range():
            return range(whole)
        case datetime():
            return (NEW_YEAR + timedelta(whole)).replace(tzinfo=value.tzinfo)
        case date():
            return NEW_YEAR.date() + timedelta(whole)
        case time():
            return time(whole % 24, tzinfo=value.tzinfo)
        case timedelta():
            return timedelta(whole)
    return None


def drawn(value: Any, seed: int) -> Any:
    """A value of the same type, by chance; None for others."""
    return filled(value, random.Random(seed).randrange(1, 1000))


def sampled(value: Any, sample: Sample) -> Any:
    """Plain values that stand for it; None for others."""
    if isinstance(value, complex):
        return value.real, value.imag
    if isinstance(value, set | frozenset):
        return sorted(map(repr, value))[: sample.most]
    return None
