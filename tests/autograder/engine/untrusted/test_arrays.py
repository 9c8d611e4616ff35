"""The adapter of numpy: it loads nothing, and what it makes of arrays is exact."""

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import pytest

from autograder.engine.untrusted import arrays
from autograder.engine.untrusted.forms import Kind
from autograder.engine.untrusted.frame import Frame, MalformedFrame
from autograder.engine.untrusted.protocol import decode, encode

from .crossing import LIMIT_BYTES, through, unwrap, wrap

PROJECT = Path(__file__).resolve().parents[4]


def test_nothing_loads_it_unasked(
    loaded_by_the_grader: set[str], loaded_by_a_worker: set[str]
) -> None:
    assert "autograder.engine.untrusted.arrays" in loaded_by_the_grader
    assert "numpy" not in loaded_by_the_grader | loaded_by_a_worker


def test_without_it_every_answer_is_no_and_nothing_is_loaded() -> None:
    code = (
        "import sys; from autograder.engine.untrusted import arrays\n"
        "assert not arrays.is_array([1]) and arrays.filled([1], 2) is None\n"
        "arrays.seed_generator(1); print('numpy' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "False\n"


@pytest.mark.parametrize("dtype", arrays.dtypes(), ids=str)
def test_values_come_back_from_their_bytes(dtype: "np.dtype[Any]") -> None:
    grid = np.arange(6).reshape(2, 3).astype(dtype)
    for array in (grid, grid.T, grid[:, 1], grid[:0], np.array(grid[0, 1]), grid[::-1]):
        back = through(array)
        assert back.dtype == dtype and back.flags.writeable
        np.testing.assert_array_equal(back, array)


TEXTS = {
    "texts": np.array([["a", "äöü"], ["", "\U0001f600"]]),
    "bytes": np.array([b"a", b"\xff\x00\x01"]),
    "no texts": np.zeros((0, 3), dtype="U5"),
    "one text": np.array("a"),
    "empty texts": np.array(["", ""]),
    "no dimensions of objects": np.array(None, dtype=object),
    "objects": np.array([1, "a", None, 2.5, (1, 2), [1]], dtype=object),
    "lists of one length": arrays.boxed([[1], [2]]),
    "no objects": np.zeros((0, 2), dtype=object),
    "a grid of objects": np.array([["a", 1], [None, 2]], dtype=object),
    "nested arrays": arrays.boxed([np.ones(2), np.array(["a"])]),
}


@pytest.mark.parametrize("name", TEXTS)
def test_texts_and_objects_come_back(name: str) -> None:
    back = through(TEXTS[name])
    assert (back.dtype, back.shape) == (TEXTS[name].dtype, TEXTS[name].shape)
    assert repr(back.tolist()) == repr(TEXTS[name].tolist())


def test_a_truth_value_is_one_or_none() -> None:
    place = arrays.CODES.index("?")
    back = arrays.rebuilt(place, [3], bytearray(b"\x02\x00\xff"))
    assert (back.tolist(), int(back.sum())) == ([True, False, True], 2)


REFUSED: dict[str, Any] = {
    "objects": np.array([object()]),
    "objects among others": np.array([1, print], dtype=object),
    "records": np.zeros(2, dtype=[("x", "f4")]),
    "the other order of bytes": np.zeros(2, dtype=">f4"),
    "texts in the other order": np.array(["a"], dtype=">U1"),
    "odd units of time": np.zeros(2, dtype="M8[25s]"),
    "no unit of time": np.zeros(2, dtype="M8"),
    "a mask": np.ma.ones(2),
    "a matrix": np.ones((1, 1)).view(np.matrix),
    "a long double": np.longdouble(1),
    "a record": np.zeros(1, dtype=[("x", "f4")])[0],
}


@pytest.mark.parametrize("kind", REFUSED)
def test_others_stay_behind(kind: str) -> None:
    assert through(REFUSED[kind]) == ("handle", 7, type(REFUSED[kind]).__name__)


def test_nothing_of_what_stays_behind_is_sent() -> None:
    frame = encode(arrays.boxed([np.ones(1000), print]), wrap, LIMIT_BYTES)
    assert not frame.blobs


@pytest.mark.parametrize("code", "?BHILbhilefdFD")
def test_its_numbers_are_plain_ones(code: str) -> None:
    number = np.dtype(code).type(1)
    assert (type(through(number)), through(number)) == (type(number.item()), number)


@pytest.mark.parametrize(
    "value",
    [
        np.datetime64("2030-01-01"),
        np.timedelta64(3, "ns"),
        np.datetime64("NaT", "s"),
        np.dtype("f4"),
        np.dtype("M8[s]"),
    ],
)
def test_its_dates_and_dtypes_are_its_own(value: Any) -> None:
    assert repr(through(value)) == repr(value)


def test_no_time_needs_no_unit() -> None:
    for value in (np.datetime64("NaT"), np.timedelta64("NaT")):
        assert (type(through(value)), str(through(value))) == (type(value), "NaT")


MALFORMED = {
    "no character": ([Kind.TEXTS, "U", 1, 1], b"\xff\xff\xff\xff"),
    "half a character": ([Kind.TEXTS, "U", 1, 1], b"\x00\xd8\x00\x00"),
    "texts of objects": ([Kind.TEXTS, "O", 1, 1], b"12345678"),
    "an enormous width": ([Kind.TEXTS, "S", 2**40, 0], b""),
    "a wide nothing": ([Kind.TEXTS, "S", 2**20, 0, 2**20], b""),
    "a negative width": ([Kind.TEXTS, "S", -1, 1], b""),
    "more texts than bytes": ([Kind.TEXTS, "S", 2, 2], b"abc"),
    "fewer objects than places": ([Kind.OBJECTS, [2], 1], b""),
    "more objects than places": ([Kind.OBJECTS, [1], 1, 2], b""),
    "objects of a negative size": ([Kind.OBJECTS, [-1]], b""),
    "objects in a shape of texts": ([Kind.OBJECTS, ["a"]], b""),
    "a large nothing": ([Kind.OBJECTS, [0, 2**40]], b""),
    "a date of numbers": ([Kind.ARRAY_SCALAR, 0, b"\x01"], b""),
    "half a date": ([Kind.ARRAY_SCALAR, 20, b"\x01"], b""),
    "no dtype": ([Kind.ARRAY_DTYPE, 99], b""),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_arrays_are_refused(name: str) -> None:
    wire, blobs = MALFORMED[name]
    with pytest.raises(MalformedFrame):
        decode(Frame(msgpack.packb(wire), blobs), unwrap)


def test_any_seed_will_do_and_python_keeps_its_own() -> None:
    state, python = np.random.get_state(), random.getstate()
    try:
        drawn = []
        for seed in (2**62 + 5, 2**62 + 5, 6):
            arrays.seed_generator(seed)
            drawn.append(np.random.random(3).tolist())
        assert drawn[0] == drawn[1] != drawn[2]
        assert random.getstate() == python
    finally:
        np.random.set_state(state)


@pytest.mark.parametrize("code", arrays.CODES)
@pytest.mark.parametrize("number", [0, 1, 0.01, float("nan")])
def test_an_array_filled_with_one_number_keeps_its_form(code: str, number: float) -> None:
    array = np.ones((2, 3), code)
    filled = arrays.filled(array, number)
    assert (filled.shape, filled.dtype) == (array.shape, array.dtype)
    if number in (0, 1):
        assert (filled == number).all()


@pytest.mark.parametrize("code", arrays.CODES)
def test_a_drawn_array_keeps_its_form(code: str) -> None:
    array = np.ones((20, 30), code)
    drawn, again, other = (arrays.drawn(array, seed) for seed in (1, 1, 2))
    assert (drawn.shape, drawn.dtype) == (array.shape, array.dtype)
    assert (drawn == again).all()
    assert code == "?" or (drawn != other).any()


@pytest.mark.parametrize("array", [np.array(["text", "a"]), np.array([b"a"]), np.array([None])])
def test_texts_are_filled_with_the_text_of_a_number(array: "np.ndarray[Any, Any]") -> None:
    filled = arrays.filled(array, 1)
    assert (filled.shape, filled.dtype) == (array.shape, array.dtype)
    assert set(filled.tolist()) in ({"1"}, {b"1"})


def test_only_arrays_are_filled() -> None:
    records = np.zeros(2, dtype=[("x", "f4")])
    assert arrays.filled([1.0], 0) is arrays.filled(records, 0) is None
    assert arrays.drawn([1.0], 0) is arrays.drawn(records, 0) is None
