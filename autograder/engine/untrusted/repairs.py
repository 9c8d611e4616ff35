"""What a call that torch refuses may have been meant to be: each repair says it in its own way."""

import functools
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from .meant import Change, is_tensor, within

REFUSALS = (RuntimeError, TypeError, IndexError, ValueError)
# How functions are named, as methods and as operators, that take their tensors value by value.
ELEMENTWISE = re.compile(
    r"_*[ri]?(add|sub|subtract|mul|multiply|div|divide|true_?div(ide)?|maximum|minimum)_*"
)
IN_PLACE = re.compile(r"__setitem__|__i\w+__|.*[^_]_")
MOST_ELEMENTS = 1000  # of a list that a tensor is made of, one by one
MOST_PADDING = 8  # that a kernel's image is enlarged by

batch_sizes: list[int] = []  # of what the last network got that is none of torch's own layers


@dataclass(frozen=True)
class Call:
    """A function of torch with arguments."""

    function: Callable[..., Any]
    args: list[Any]
    kwargs: dict[str, Any]

    @property
    def name(self) -> str:
        """The function's."""
        return str(getattr(self.function, "__name__", ""))

    @property
    def is_in_place(self) -> bool:
        """Whether it changes its first argument."""
        return IN_PLACE.fullmatch(self.name) is not None

    @property
    def tensors(self) -> list[Any]:
        """Those among the arguments, and in lists of them."""
        found: list[Any] = []
        self.with_each(lambda value: found.append(value) if is_tensor(value) else None)
        return found

    def result(self) -> Any:
        """What torch makes of it."""
        return self.function(*self.args, **self.kwargs)

    def with_args(self, *args: Any) -> "Call":
        """The call with other arguments, keeping those with names."""
        return Call(self.function, list(args), self.kwargs)

    def with_one(self, place: int, value: Any) -> "Call":
        """The call with another argument at this place."""
        return self.with_args(*self.args[:place], value, *self.args[place + 1 :])

    def with_each(self, change: Change) -> "Call":
        """The call with every value changed, within lists as well."""
        args = [within(value, change) for value in self.args]
        kwargs = {name: within(value, change) for name, value in self.kwargs.items()}
        return Call(self.function, args, kwargs)


def repaired(call: Call) -> Iterator[Call]:
    """What it may have been meant to be, the likeliest first."""
    if "out" in call.kwargs:
        return
    for repair in REPAIRS:
        with suppress(*REFUSALS):  # of what the repair does itself
            for other in repair(call):
                if not call.is_in_place or other.args[0] is call.args[0]:  # not lost in a copy
                    yield other


def numbers_as_tensors(call: Call) -> Iterator[Call]:
    """Numbers and lists stand where tensors are asked for: the first of them, or all."""
    if any(isinstance(one, list | tuple) and len(one) > MOST_ELEMENTS for one in call.args):
        return
    places = [place for place, value in enumerate(call.args) if not is_tensor(value)]
    for place in places[:2]:
        yield call.with_one(place, within(call.args[place], _as_tensor))
        yield call.with_one(place, _as_tensor(call.args[place]))
    if call.name in ("cat", "concat", "concatenate"):  # of numbers
        yield call.with_each(lambda value: value[None] if is_tensor(value) else value)


def _as_tensor(value: Any) -> Any:
    import torch

    if isinstance(value, list | tuple) and value and all(map(is_tensor, value)):
        return torch.stack(list(value))
    numbers = isinstance(value, int | float) and not isinstance(value, bool)
    return torch.tensor(value) if numbers or isinstance(value, list | tuple) else value


def dtypes_that_go_together(call: Call) -> Iterator[Call]:
    """Numbers of one precision; whole ones for others; whole ones, or truths, to choose by."""
    import torch

    floats = [tensor.dtype for tensor in call.tensors if tensor.is_floating_point()]
    widest = functools.reduce(torch.promote_types, floats, torch.float32)

    def as_float(value: Any, whole: bool, dtype: Any = widest) -> Any:
        changed = is_tensor(value) and (whole or value.is_floating_point())
        return value.to(dtype) if changed else value

    yield call.with_each(lambda value: as_float(value, whole=False))
    yield call.with_each(lambda value: as_float(value, whole=True))
    if call.is_in_place and floats:
        yield call.with_args(
            call.args[0], *(as_float(one, whole=False, dtype=floats[0]) for one in call.args[1:])
        )
    for dtype in (torch.int64, torch.bool):
        if dtype is torch.bool and call.name == "__getitem__":
            return  # places would become truths
        for place in reversed(range(len(call.args))):
            if is_tensor(call.args[place]):
                yield call.with_one(place, call.args[place].to(dtype))


def sizes_that_go_together(call: Call) -> Iterator[Call]:
    """A dimension that was not kept; or one of the two is longer, and is cut."""
    if not ELEMENTWISE.fullmatch(call.name) or len(call.args) < 2:
        return
    first, second = call.args[:2]
    if not (is_tensor(first) and is_tensor(second)):
        return
    if first.shape[:-1] == second.shape:
        yield call.with_one(1, second[..., None])
    if second.shape[:-1] == first.shape:
        yield call.with_one(0, first[..., None])
    cut = _cut(first, second.shape), _cut(second, first.shape)
    yield call.with_args(*cut, *call.args[2:])


def _cut(tensor: Any, shape: Any) -> Any:
    """Its first values where a dimension is longer than the other tensor's, counted from behind."""
    for dim in range(1, min(tensor.ndim, len(shape)) + 1):
        if 1 < shape[-dim] < tensor.shape[-dim]:
            tensor = tensor.narrow(-dim, 0, shape[-dim])
    return tensor


def sizes_of_this_batch(call: Call) -> Iterator[Call]:
    """A size typed as a number is the batch's, or follows from the others."""
    if call.name not in ("view", "reshape", "unflatten", "expand"):
        return
    tensor, *sizes = call.args
    flat = len(sizes) == 1 and isinstance(sizes[0], list | tuple)
    sizes = list(sizes[0]) if flat else sizes
    for change in (sizes, *([size, *sizes[1:]] for size in (*batch_sizes, tensor.shape[0], -1))):
        yield call.with_args(tensor, *change)
        if call.name == "view":  # which wants its values side by side
            yield call.with_args(tensor.contiguous(), *change)


def images_as_large_as_kernels(call: Call) -> Iterator[Call]:
    """Nothing is left of an image after so many layers: it gets a margin."""
    import torch

    if "conv" in call.name or "pool" in call.name:
        for extra in range(1, MOST_PADDING + 1):
            padding = (0, extra) * (2 if "2d" in call.name else 1)
            yield call.with_one(0, torch.nn.functional.pad(call.args[0], padding))


def without_gradients(call: Call) -> Iterator[Call]:
    """numpy and the like take no tensors that have gradients."""
    if "numpy" in call.name or "array" in call.name:
        yield call.with_each(lambda value: value.detach() if is_tensor(value) else value)


def places_of_as_many(call: Call) -> Iterator[Call]:
    """Places in several dimensions, more in one than in another: as many as there are in all."""
    places = call.args[1] if call.name in ("__getitem__", "__setitem__") else None
    if not isinstance(places, tuple):
        return
    lengths = [len(one) for one in places if is_tensor(one) and one.ndim == 1]
    if lengths and min(lengths) < max(lengths):
        cut = (one[: min(lengths)] if is_tensor(one) and one.ndim == 1 else one for one in places)
        yield call.with_one(1, tuple(cut))


def labels_like_predictions(call: Call) -> Iterator[Call]:
    """A loss's labels have the shape of the predictions; classes stand in the second dimension."""
    if len(call.args) < 2 or not all(map(is_tensor, call.args[:2])):
        return
    predictions, labels = call.args[:2]
    if call.name == "cross_entropy":
        if labels.ndim == predictions.ndim:  # a vector of zeros and a one for each class
            yield call.with_one(1, labels.argmax(-1))
        if predictions.ndim > 2:
            yield call.with_one(0, predictions.movedim(-1, 1))
    elif "loss" in call.name or "cross_entropy" in call.name:
        yield call.with_one(1, labels.reshape(predictions.shape))


def transposed(call: Call) -> Iterator[Call]:
    """A product of matrices of which the second lies on its side."""
    if call.name not in ("matmul", "__matmul__", "mm") or not all(map(is_tensor, call.args[:2])):
        return
    first, second = call.args[:2]
    if second.ndim > 1 and first.shape[-1] == second.shape[-1]:
        yield call.with_one(1, second.mT)


def one_behind_the_other(call: Call) -> Iterator[Call]:
    """Tensors of several lengths can't be stacked, but concatenated."""
    import torch

    if call.name == "stack":
        yield Call(torch.cat, call.args, call.kwargs)


def as_long_as_its_place(call: Call) -> Iterator[Call]:
    """What is written into a part of a tensor is longer than the part: it is cut."""
    if call.name == "__setitem__" and is_tensor(call.args[2]):
        yield call.with_one(2, _cut(call.args[2], call.args[0][call.args[1]].shape))


def learns_nothing(call: Call) -> Iterator[Call]:
    """Where no gradients were recorded, none are computed."""
    if call.name == "backward" and not any(tensor.requires_grad for tensor in call.tensors):
        yield Call(lambda loss: loss, call.args[:1], {})


REPAIRS: tuple[Callable[[Call], Iterator[Call]], ...] = (
    without_gradients,
    learns_nothing,
    places_of_as_many,
    as_long_as_its_place,
    transposed,
    one_behind_the_other,
    labels_like_predictions,
    dtypes_that_go_together,
    sizes_that_go_together,
    sizes_of_this_batch,
    images_as_large_as_kernels,
    numbers_as_tensors,
)
