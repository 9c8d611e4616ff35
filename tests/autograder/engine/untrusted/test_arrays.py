"""The adapter of numpy: it loads nothing, and what it makes of arrays is exact."""

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.engine.untrusted import arrays

PROJECT = Path(__file__).resolve().parents[4]


def test_nothing_loads_it_unasked(
    loaded_by_the_grader: set[str], loaded_by_a_worker: set[str]
) -> None:
    assert "autograder.engine.untrusted.arrays" in loaded_by_the_grader
    assert "numpy" not in loaded_by_the_grader | loaded_by_a_worker


def test_without_it_every_answer_is_no_and_nothing_is_loaded() -> None:
    code = (
        "import sys; from autograder.engine.untrusted import arrays\n"
        "assert arrays.as_number(1) is None and arrays.parts([1]) is None\n"
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
        found = arrays.parts(array)
        assert found is not None
        place, shape, size_bytes = found
        raw = arrays.raw_bytes(array)
        assert (shape, size_bytes) == (array.shape, len(raw))
        back = arrays.rebuilt(place, list(shape), bytearray(raw))
        assert back.dtype == dtype and back.flags.writeable
        np.testing.assert_array_equal(back, array)


def test_a_truth_value_is_one_or_none() -> None:
    place = arrays.CODES.index("?")
    back = arrays.rebuilt(place, [3], bytearray(b"\x02\x00\xff"))
    assert (back.tolist(), int(back.sum())) == ([True, False, True], 2)


REFUSED: dict[str, Any] = {
    "objects": np.array([object()]),
    "texts": np.array(["a"]),
    "dates": np.array(["2030-01-01"], dtype="datetime64[D]"),
    "records": np.zeros(2, dtype=[("x", "f4")]),
    "the other order of bytes": np.zeros(2, dtype=">f4"),
    "a mask": np.ma.ones(2),
    "a list": [1.0],
    "a number": np.float32(1),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_other_arrays_do_not_cross(kind: str) -> None:
    assert arrays.parts(REFUSED[kind]) is None


@pytest.mark.parametrize("code", "?BHILbhilefd")
def test_its_numbers_are_plain_ones(code: str) -> None:
    number = np.dtype(code).type(1)
    plain = arrays.as_number(number)
    assert plain == 1 and type(plain) in (bool, int, float)
    assert type(plain) is type(number.item())


@pytest.mark.parametrize(
    "value", [1, 1.0, True, "1", np.longdouble(1), np.complex64(1), np.str_("1")]
)
def test_other_values_are_no_numbers_of_its_own(value: Any) -> None:
    assert arrays.as_number(value) is None


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


def test_only_arrays_are_filled() -> None:
    assert arrays.filled([1.0], 0) is arrays.filled(np.array("text"), 0) is None
    assert arrays.drawn([1.0], 0) is arrays.drawn(np.array("text"), 0) is None
