"""Right values in another form: tests that ask for values accept them, one test asks for the form.

So a list in the place of a tensor, or a dimension too many, costs that one test and not all.
"""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor


def in_form(value: Any, shape: Sequence[int], dtype: torch.dtype) -> Any:
    """The numbers of a value as a tensor of this form, if it holds just these: a list, an array, of
    another dtype, with more or fewer dimensions of size 1. Anything else stays as it is."""
    found = _as_tensor(value)
    if found is None or _without_ones(found.shape) != _without_ones(shape):
        return value
    converted = found.to(dtype)
    return converted.reshape(tuple(shape)) if _holds_the_same(found, converted) else value


def as_list(value: Any) -> Any:
    """A tuple, a tensor or an array of one dimension as a list; anything else stays as it is."""
    if isinstance(value, tuple):
        return list(value)
    found = None if isinstance(value, list) else _as_tensor(value)
    return value if found is None or found.ndim != 1 else found.tolist()


def words_of(value: Any) -> Any:
    """A text as its words, however they are held apart; a list of words stays one."""
    return value.split() if isinstance(value, str) else as_list(value)


def _as_tensor(value: Any) -> Tensor | None:
    if type(value) is Tensor:
        return value.detach()
    if isinstance(value, str | bytes | dict):
        return None
    try:
        if isinstance(value, list | tuple) and value and all(type(one) is Tensor for one in value):
            return torch.stack([one.detach() for one in value])
        return torch.as_tensor(value)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        return None


def _without_ones(shape: Sequence[int]) -> list[int]:
    return [size for size in shape if size != 1]


def _holds_the_same(found: Tensor, converted: Tensor) -> bool:
    if found.is_complex() or math.prod(found.shape) == 0:
        return not found.is_complex()
    if found is converted:
        return True
    same = torch.isclose(found.double(), converted.double(), rtol=1e-3, atol=1e-6, equal_nan=True)
    return bool(same.all())
