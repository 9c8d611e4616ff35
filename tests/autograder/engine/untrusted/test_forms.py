"""The budget of a frame: what is taken back counts no more, what is claimed is counted first."""

from typing import Any

import numpy as np
import pytest

from autograder.engine.untrusted.adapters import form_of, form_read_as
from autograder.engine.untrusted.forms import (
    MAX_EMPTY,
    MAX_KEYS,
    Kind,
    Reader,
    Unsendable,
    Writer,
    claims_too_much,
    distrusted,
    pick,
)
from autograder.engine.untrusted.frame import MalformedFrame

from .crossing import unwrap, wrap


def writer(limit_bytes: int = 1000) -> Writer:
    return Writer(wrap, limit_bytes, form_of)


def reader(blobs: bytes = b"") -> Reader:
    return Reader(blobs, unwrap, form_read_as, str)


def test_what_is_taken_back_costs_nothing() -> None:
    one = writer()
    assert one.write_plain([np.ones(9), [print]], 9) is None
    assert (one.blobs, one.remaining_bytes, one.containers) == ([], 1000, 0)
    assert one.write(print, 9) == [Kind.HANDLE, 7, "builtin_function_or_method"]
    assert one.write_plain([np.ones(9)], 9) is not None
    assert one.remaining_bytes == 1000 - 72


def test_what_does_not_fit_is_refused_whoever_asks() -> None:
    with pytest.raises(Unsendable):
        writer(10).write_plain([np.ones(9)], 9)
    with pytest.raises(Unsendable):
        writer().write_plain([[[[]]]], 2)


def test_keys_are_scalars_or_few() -> None:
    assert writer().write_keys(range(MAX_KEYS + 1), 9) == list(range(MAX_KEYS + 1))
    few: list[Any] = [(n,) for n in range(MAX_KEYS)]
    assert writer().write_keys(few, 9) is not None
    assert writer().write_keys([*few, (0, 0)], 9) is None
    assert writer().write_keys([range(3)], 9) is None


def test_a_part_has_to_be_of_its_kind() -> None:
    assert reader().read_as([Kind.LIST, 1], 9, Kind.LIST) == [1]
    wires: list[Any] = [[Kind.TUPLE, 1], 1, [], [[]], None]
    for wire in wires:
        with pytest.raises(MalformedFrame):
            reader().read_as(wire, 9, Kind.LIST)


def test_bytes_are_taken_one_after_the_other() -> None:
    one = reader(b"abcdef")
    assert (bytes(one.take([2], 1)), bytes(one.take([2], 2))) == (b"ab", b"cdef")
    with pytest.raises(MalformedFrame):
        one.take([1], 1)


def test_empty_shapes_that_claim_much_are_known() -> None:
    assert not claims_too_much([2**40]) and not claims_too_much([0, MAX_EMPTY])
    assert claims_too_much([0, MAX_EMPTY + 1])


def test_a_closed_list_has_no_other_entries() -> None:
    assert pick("ab", 1) == "b"
    for index in (2, -1, True, "0", None, 0.0):
        with pytest.raises(MalformedFrame):
            pick("ab", index)


@pytest.mark.parametrize("error", [ValueError("x"), RuntimeError(), MalformedFrame("own")])
def test_what_a_library_refuses_is_malformed(error: Exception) -> None:
    def read(*_: object) -> None:
        raise error

    with pytest.raises(MalformedFrame):
        distrusted(read)(reader(), [], 1)


def test_memory_that_ends_is_not_the_frames_fault() -> None:
    def read(*_: object) -> None:
        raise MemoryError

    with pytest.raises(MemoryError):
        distrusted(read)(reader(), [], 1)
