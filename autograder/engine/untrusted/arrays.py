"""numpy's arrays and numbers on the wire. numpy is met here only where somebody has loaded it."""

import functools
import sys
from typing import Any

CODES = "?BHILbhilefdFD"  # the dtypes that cross; their order is part of the protocol
PLAIN = (bool, int, float)
GOLDEN = 2_654_435_761  # a prime, 2**32 by the golden ratio: its multiples spread evenly


@functools.cache
def dtypes() -> tuple[Any, ...]:
    """The closed list of dtypes that cross."""
    import numpy as np

    return tuple(np.dtype(code) for code in CODES)


def as_number(value: Any) -> bool | int | float | None:
    """What one of numpy's own numbers is in Python; None for anything else."""
    np = sys.modules.get("numpy")
    if np is None or not isinstance(value, (np.bool_, np.integer, np.floating)):
        return None
    number = value.item()
    return number if type(number) in PLAIN else None  # a long double has no counterpart


def parts(value: Any) -> tuple[int, tuple[int, ...], int] | None:
    """Index of the dtype, shape and size in bytes of an array that can cross; else None."""
    np = sys.modules.get("numpy")
    if np is None or type(value) is not np.ndarray or value.dtype not in dtypes():
        return None
    return dtypes().index(value.dtype), value.shape, value.nbytes


def raw_bytes(array: Any) -> bytes:
    """The values of an array, row by row."""
    raw: bytes = array.tobytes()
    return raw


def rebuilt(index: int, shape: list[int], raw: bytearray) -> Any:
    """The array of these values, a copy."""
    import numpy as np

    dtype = dtypes()[index]
    if dtype == np.bool_:  # a byte of 2 would count double in a sum
        return (np.frombuffer(raw, dtype=np.uint8) != 0).reshape(shape)
    return np.frombuffer(raw, dtype=dtype).reshape(shape)


def filled(value: Any, number: float) -> Any:
    """An array of the same form with one number everywhere; None for what is no array."""
    if parts(value) is None:
        return None
    import numpy as np

    exact = value.dtype.kind in "fc"
    return np.full_like(value, number if exact else float(number != 0))


def drawn(value: Any, seed: int) -> Any:
    """An array of the same form with random numbers, whole ones from 0 to 9; None for others."""
    if parts(value) is None:
        return None
    import numpy as np

    numbers = np.random.default_rng(seed).random(value.shape)
    exact = value.dtype.kind in "fc"
    return (numbers if exact else np.floor(10 * numbers)).astype(value.dtype)


def sampled(value: Any, most: int) -> Any:
    """Dtype, shape and at most so many numbers of an array; None for what is no array."""
    if parts(value) is None:
        return None
    flat = value.flatten()
    chosen = flat if len(flat) <= most else flat[spread(len(flat), most)]
    return str(value.dtype), list(value.shape), chosen.tolist()


def spread(size: int, count: int) -> list[int]:
    """So many places out of `size`, the same ones each time: all over, and in all columns."""
    return [place * GOLDEN % size for place in range(count)]


def seed_generator(seed: int) -> None:
    """Seed numpy's own generator, if numpy is loaded."""
    np = sys.modules.get("numpy")
    if np is not None:
        np.random.seed(seed % 2**32)
