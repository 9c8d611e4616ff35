"""What can be done with a value that no test has taken: nothing but take or compare it."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from lib.kit.checks import (
    CheckFailure,
    assert_above,
    assert_close,
    assert_equal,
    assert_frame_equal,
    assert_series_equal,
    assert_tensor_equal,
    take_array,
    take_dict,
    take_flag,
    take_frame,
    take_integer,
    take_list,
    take_number,
    take_series,
    take_set,
    take_tensor,
    take_tensors,
    take_text,
)
from lib.kit.checks.untaken import TakeValuesFirst, Untaken

ROW = torch.tensor([1.0, 2.0])


def untaken(value: Any) -> Any:
    return Untaken(value, untaken)


USES: dict[str, Callable[[Any], object]] = {
    "difference": lambda value: value - 1,
    "difference with a tensor": lambda value: ROW - value,
    "product": lambda value: 2 * value,
    "matrix product": lambda value: ROW @ value,
    "power": lambda value: 10**value,
    "sign": lambda value: -value,
    "size": lambda value: abs(value),
    "length": len,
    "loop": list,
    "order": sorted,
    "set": lambda value: {value},
    "element": lambda value: value[0],
    "method": lambda value: value.sum(),
    "shape": lambda value: value.shape,
    "comparison": lambda value: value == 1,
    "order of two": lambda value: value < 1,
    "condition": lambda value: 1 if value else 2,
    "whole number": int,
    "float": float,
    "rounding": round,
    "format": lambda value: f"{value}",
    "range": range,
    "membership": lambda value: 1 in value,
    "numpy": lambda value: np.add(value, 1),
    "torch": lambda value: torch.add(ROW, value),
    "tensor": lambda value: torch.tensor(value),
    "mathematics": math.sqrt,
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize("value", [1, 2.0, [1, 2], "text", ROW, None], ids=str)
def test_is_not_to_be_used(use: Callable[[Any], object], value: Any) -> None:
    with pytest.raises(TypeError):
        use(untaken(value))


def test_says_what_to_do() -> None:
    with pytest.raises(
        TakeValuesFirst, match="untaken Tensor>: compare it with `assert_equal`, or take it"
    ):
        untaken(ROW) + 1
    assert repr(untaken([1])) == "<untaken list>"


def test_can_be_compared() -> None:
    assert_equal(untaken([1, {"a": ROW}]), [1, {"a": ROW}])
    assert_tensor_equal(untaken(ROW), ROW)
    assert_close(untaken(ROW), ROW)
    assert_close(untaken(1), 1.0)
    assert_above(untaken(ROW), 0.5, "too small")
    assert_above(untaken(1), 0.5, "too small")
    with pytest.raises(CheckFailure, match="should be of type int, not str"):
        assert_equal(untaken("1"), 1)


def test_can_be_taken() -> None:
    assert take_tensor(untaken(ROW), (2,), torch.float32) is not None
    assert take_array(untaken(np.ones(1)), (1,), "float64") == 1
    assert list(take_tensors(untaken({"a": ROW}), {"a": ROW})) == ["a"]
    assert take_number(untaken(torch.tensor(1.5))) == 1.5
    assert take_integer(untaken(3), least=0, most=3) == 3
    assert take_flag(untaken(True)) is True
    assert take_text(untaken("a")) == "a"
    assert take_set(untaken({1}), 1) == {1}
    frame = pd.DataFrame({"a": [1]})
    assert len(take_frame(untaken(frame), ["a"], 1)) == 1
    assert len(take_series(untaken(frame["a"]), 1)) == 1
    assert_frame_equal(untaken(frame), frame)
    assert_series_equal(untaken(frame["a"]), frame["a"])
    with pytest.raises(CheckFailure, match="should be a number, not of type str"):
        take_number(untaken("1"))


def test_elements_are_still_to_be_taken() -> None:
    (first,) = take_list(untaken([1]), 1)
    second = take_dict(untaken({"a": 2}), ("a",))["a"]
    assert take_integer(first, least=1, most=1) + take_integer(second, least=2, most=2) == 3
    for element in (first, second):
        with pytest.raises(TakeValuesFirst):
            element + 1
    assert take_list([1], 1) == [1]  # in a student's own kernel
