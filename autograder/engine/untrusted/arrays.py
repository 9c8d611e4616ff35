"""numpy's arrays and numbers on the wire. numpy is met here only where somebody has loaded it.

Numbers, truth values, dates, texts and bytes cross, of any shape, and objects if each can cross by
itself. Records, masked arrays, and bytes in another machine's order stay behind.
"""

import functools
import math
import sys
from typing import Any

from .forms import MAX_DIMS, Form, Kind, Reader, Sample, Wire, Writer, claims_too_much, pick
from .frame import MalformedFrame

LIBRARY = "numpy"
KINDS = (Kind.ARRAY, Kind.TEXTS, Kind.OBJECTS, Kind.ARRAY_SCALAR, Kind.ARRAY_DTYPE)
CODES = "?BHILbhilefdFD"  # the dtypes that cross; their order is part of the protocol
UNITS = ("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as")  # of dates
MAX_WIDTH = 2**20  # of a text in an array
BYTES_OF_CHARACTER = {"U": 4, "S": 1}
LAST_CHARACTER = 0x10FFFF
SURROGATES = (0xD800, 0xDFFF)


@functools.cache
def dtypes() -> tuple[Any, ...]:
    """The closed list of dtypes that cross as they are: numbers, then dates."""
    import numpy as np

    dates = [f"{kind}8[{unit}]" for kind in "Mm" for unit in UNITS]
    return tuple(np.dtype(code) for code in [*CODES, *dates])


@functools.cache
def _places() -> dict[Any, int]:
    return {dtype: place for place, dtype in reversed(list(enumerate(dtypes())))}


def forms() -> tuple[Form, ...]:
    """Arrays, dtypes, and its scalars, of which numbers and texts become Python's own."""
    import numpy as np

    dates = (np.datetime64, np.timedelta64)
    scalars = {np.dtype(code).type for code in [*CODES, "q", "Q", "U", "S"]}
    return (
        Form(Kind.ARRAY, (np.ndarray,), _write_array, _read_array),
        Form(Kind.TEXTS, (), _write_array, _read_texts),
        Form(Kind.OBJECTS, tuple(scalars), _write_scalar, _read_objects),
        Form(Kind.ARRAY_SCALAR, dates, _write_date, _read_date),
        Form(
            Kind.ARRAY_DTYPE, tuple({type(dtype) for dtype in dtypes()}), _write_dtype, _read_dtype
        ),
    )


def _write_array(writer: Writer, array: Any, depth: int) -> Wire | None:
    if array.ndim > MAX_DIMS:
        return None
    place = _places().get(array.dtype)
    if place is not None:
        writer.reserve(array.shape, array.nbytes)
        writer.blobs.append(array.tobytes())
        return [Kind.ARRAY, place, *array.shape]
    letter = array.dtype.kind
    if letter in BYTES_OF_CHARACTER and array.dtype.isnative:
        width = array.dtype.itemsize // BYTES_OF_CHARACTER[letter]
        if width > MAX_WIDTH or (letter == "U" and not _are_characters(array)):
            return None
        writer.reserve((*array.shape, width), array.nbytes)
        writer.blobs.append(array.tobytes())
        return [Kind.TEXTS, letter, width, *array.shape]
    if letter != "O" or claims_too_much(array.shape):
        return None
    items = writer.write_plain(array.ravel().tolist(), depth)
    return None if items is None else [Kind.OBJECTS, list(array.shape), *items]


def _read_array(reader: Reader, wire: Wire, depth: int) -> Any:
    index: Any = wire[1] if len(wire) > 1 else None
    shape = wire[2:]
    return rebuilt(index, shape, reader.take(shape, pick(dtypes(), index).itemsize))


def _read_texts(reader: Reader, wire: Wire, depth: int) -> Any:
    import numpy as np

    match wire:
        case [_, "U" | "S" as letter, int(width), *shape] if (
            type(width) is int
            and 0 <= width <= MAX_WIDTH
            and not claims_too_much((*map(_size, shape), width))
        ):
            itemsize_bytes = width * BYTES_OF_CHARACTER[letter]
            raw = reader.take(shape, itemsize_bytes)
            dtype = np.dtype(f"{letter}{width}")
            array = np.ndarray(shape, dtype, buffer=raw) if raw else np.zeros(shape, dtype)
            if letter == "S" or _are_characters(array):
                return array
    raise MalformedFrame("no array of texts")


def _size(size: Any) -> int:
    if type(size) is not int or size < 0:
        raise MalformedFrame("an impossible shape")
    return size


def _are_characters(array: Any) -> bool:
    """Whether each of its numbers stands for a character: reading another one would raise."""
    import numpy as np

    if not array.size or not array.dtype.itemsize:
        return True
    codes = np.ascontiguousarray(array).reshape(-1).view(np.uint32)
    first, last = SURROGATES
    return bool((codes <= LAST_CHARACTER).all() and not ((codes >= first) & (codes <= last)).any())


def _read_objects(reader: Reader, wire: Wire, depth: int) -> Any:
    import numpy as np

    match wire:
        case [_, list(shape), *wires] if len(shape) <= MAX_DIMS and not claims_too_much(
            sizes := [_size(size) for size in shape]
        ):
            array = np.empty(len(wires), dtype=object)
            array[:] = boxed(reader.read_all(wires, depth))
            if array.size == math.prod(sizes):
                return array.reshape(sizes)
    raise MalformedFrame("no array of objects")


def boxed(items: list[Any]) -> Any:
    """The items one by one: numpy would take lists among them for further dimensions."""
    import numpy as np

    box = np.empty(len(items), dtype=object)
    for place, item in enumerate(items):
        box[place] = item
    return box


def _write_scalar(writer: Writer, value: Any, depth: int) -> Any:
    plain = value.item()
    return (
        writer.write(plain, depth)
        if type(plain) in (bool, int, float, complex, str, bytes)
        else None
    )


def _write_date(writer: Writer, value: Any, depth: int) -> Wire | None:
    if value != value:  # no time: its unit says nothing, and it may have none
        value = value.astype(f"{value.dtype.char}8[s]")
    place = _places().get(value.dtype)
    return None if place is None else [Kind.ARRAY_SCALAR, place, value.tobytes()]


def _read_date(reader: Reader, wire: Wire, depth: int) -> Any:
    import numpy as np

    match wire:
        case [_, index, bytes(raw)]:
            dtype = pick(dtypes(), index)
            if dtype.kind in "Mm" and len(raw) == dtype.itemsize:
                return np.frombuffer(raw, dtype=dtype)[0]
    raise MalformedFrame("no date")


def moment(letter: str, number: int, unit: str) -> Any:
    """A date ("M") or a duration ("m") that is so many units from the beginning of time."""
    import numpy as np

    return np.int64(number).view(f"{letter}8[{unit}]")


def _write_dtype(writer: Writer, value: Any, depth: int) -> Wire | None:
    place = _places().get(value)
    return None if place is None else [Kind.ARRAY_DTYPE, place]


def _read_dtype(reader: Reader, wire: Wire, depth: int) -> Any:
    return pick(dtypes(), wire[1] if len(wire) == 2 else None)


def is_array(value: Any) -> bool:
    """Whether it is an array of numbers or dates that can cross."""
    np = sys.modules.get(LIBRARY)
    return np is not None and type(value) is np.ndarray and value.dtype in _places()


def rebuilt(index: int, shape: list[int], raw: bytearray) -> Any:
    """The array of these values, a copy."""
    import numpy as np

    dtype = dtypes()[index]
    if dtype == np.bool_:  # a byte of 2 would count double in a sum
        return (np.frombuffer(raw, dtype=np.uint8) != 0).reshape(shape)
    return np.frombuffer(raw, dtype=dtype).reshape(shape)


def filled(value: Any, number: float) -> Any:
    """An array of the same form with one number everywhere; None for what is no array."""
    np = sys.modules.get(LIBRARY)
    if np is None or type(value) is not np.ndarray:
        return None
    letter = value.dtype.kind
    if letter in "USO":
        return np.full_like(value, str(number) if letter != "S" else str(number).encode())
    if value.dtype not in _places():
        return None
    return np.full_like(
        value, number if letter in "fc" else np.int64(number != 0).astype(value.dtype)
    )


def drawn(value: Any, seed: int) -> Any:
    """An array of the same form with random numbers, whole ones from 0 to 9; None for others."""
    if not is_array(value):
        return filled(value, seed)
    import numpy as np

    numbers = np.random.default_rng(seed).random(value.shape)
    exact = value.dtype.kind in "fc"
    whole = numbers if exact else np.floor(10 * numbers)
    return (whole.astype(np.int64) if value.dtype.kind in "Mm" else whole).astype(value.dtype)


def sampled(value: Any, sample: Sample) -> Any:
    """Dtype, shape and some values of an array; None for what is no array."""
    np = sys.modules.get(LIBRARY)
    if np is None or type(value) is not np.ndarray:
        return None
    flat = value.flatten()
    chosen = flat if len(flat) <= sample.most else flat[sample.places(len(flat))]
    plain = (
        chosen.tolist() if is_array(value) and value.dtype.kind not in "Mm" else map(str, chosen)
    )
    return str(value.dtype), list(value.shape), list(plain)


def seed_generator(seed: int) -> None:
    """Seed numpy's own generator, if numpy is loaded."""
    np = sys.modules.get(LIBRARY)
    if np is not None:
        np.random.seed(seed % 2**32)
