"""A torch that overlooks slips: where it refuses, it tries what may have been meant.

A number in place of a tensor, dtypes that don't go together, a batch size typed as a number, a
layer that is wider than what it gets: each stops an answer whose rest nobody then sees. Repairs are
tried only after torch refused. Whether the rest is right, its values show.
"""

import functools
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from . import gpu

REFUSALS = (RuntimeError, TypeError, IndexError, ValueError)
# In what torch says when it refuses.
REFUSED = re.compile(
    r"\b[Tt]ensors?\b|\b[Dd]types?\b|\bsizes?\b|\bshapes?\b|\bdim\b|\bchannels\b|\binput_size\b"
    r"|\bdimension\b|\bscalar|\breturn_types\b|\bHalf\b|\belements\b"
    r"|not implemented for|can't be cast|\btuple\b|attribute '(backward|_apply|item)'|: 'self'"
)
OTHER_PRECISION = re.compile(r"\bhas dtype torch\.(float64|float16|bfloat16)\b")
# How functions are named, as methods and as operators, that take their tensors value by value.
ELEMENTWISE = re.compile(
    r"_*[ri]?(add|sub|subtract|mul|multiply|div|divide|true_?div(ide)?|maximum|minimum)_*"
)
MOST_PADDING = 8  # that a kernel's image is enlarged by

Call = tuple[list[Any], dict[str, Any]]
Change = Callable[[Any], Any]
Repair = Callable[["Attempt"], Iterator[Call]]


def is_refusal(said: str) -> bool:
    """Whether an exception may be torch's, by its text."""
    return REFUSED.search(said) is not None


def is_other_precision(said: str) -> bool:
    """Whether a message says that numbers have more or fewer bits than torch gives them."""
    return OTHER_PRECISION.search(said) is not None


def begin() -> None:
    """From now on, have torch overlook slips and a missing GPU, if it is installed."""
    try:
        import torch
    except ImportError:
        return

    class Overlooking(torch.overrides.TorchFunctionMode):
        def __torch_function__(
            self, function: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            return Attempt(function, list(args), kwargs or {}).result()

    Overlooking().__enter__()
    gpu.pretend()
    _also_wrong_types()
    hook: Any = _fit
    torch.nn.modules.module.register_module_forward_pre_hook(hook)
    after: Any = _ease
    torch.nn.modules.module.register_module_forward_hook(after)
    for name in ("double", "half", "bfloat16"):
        setattr(torch.nn.Module, name, lambda network: network)
    for name in ("parameters", "to", "train", "eval"):
        setattr(torch.nn.Module, name, _OfAnyObject(getattr(torch.nn.Module, name)))


def _also_wrong_types() -> None:
    """Overlook arguments as well that are refused before a mode hears of the call."""
    import torch

    names = {*dir(torch._C._VariableFunctions), "tensor"}
    for name in names & vars(torch).keys():
        function = getattr(torch, name)
        if callable(function) and not name.startswith("_"):
            setattr(torch, name, _overlooking(function))


def _overlooking(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return Attempt(function, list(args), kwargs).result()

    return call


class Attempt:
    """One call of a function of torch, and what else it may have been meant to be."""

    is_repaired = False  # whether a repair is tried; what it calls itself, gets none

    def __init__(self, function: Any, args: list[Any], kwargs: dict[str, Any]) -> None:
        self.function, self.args, self.kwargs = function, args, kwargs
        self.name = str(getattr(function, "__name__", ""))

    def result(self) -> Any:
        """What it gives as it stands, or else by the first repair that works."""
        try:
            return self._eased(self.function(*self.args, **self.kwargs))
        except REFUSALS:
            if Attempt.is_repaired:
                raise
            Attempt.is_repaired = True
            try:
                for args, kwargs in self.repairs():
                    with suppress(*REFUSALS):
                        return self._eased(self.function(*args, **kwargs))
            finally:
                Attempt.is_repaired = False
            raise

    def _eased(self, result: Any) -> Any:
        if type(result).__module__ == "torch.return_types" and hasattr(result, "values"):
            return Pair(result)
        is_loss = self.name == "item" and type(result) is float
        return Number(result, self.args[0]) if is_loss else result

    def repairs(self) -> Iterator[Call]:
        """What it may have been meant to be, as far as a repair knows."""
        for repair in REPAIRS:
            with suppress(*REFUSALS):
                yield from repair(self)

    def with_each(self, change: Change) -> Call:
        """The call with every value changed, within lists as well."""
        args = [_within(value, change) for value in self.args]
        return args, {name: _within(value, change) for name, value in self.kwargs.items()}

    def with_one(self, place: int, value: Any) -> Call:
        """The call with another argument at this place."""
        return [*self.args[:place], value, *self.args[place + 1 :]], self.kwargs

    @property
    def tensors(self) -> list[Any]:
        """Those among the arguments, and in lists of them."""
        found: list[Any] = []
        self.with_each(lambda value: found.append(value) if _is_tensor(value) else None)
        return found


class Number(float):
    """The number in a tensor, which goes on as the tensor."""

    def __new__(cls, number: float, tensor: Any) -> "Number":
        made = super().__new__(cls, number)
        made.tensor = tensor
        return made

    tensor: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.tensor, name)


class Pair(tuple[Any, ...]):
    """A maximum and its place, an LSTM's output and its state; where a tensor is asked for, the
    first of them."""

    def __getattr__(self, name: str) -> Any:
        return self[1] if name == "indices" else getattr(self[0], name)

    def __getitem__(self, key: Any) -> Any:
        return super().__getitem__(key) if isinstance(key, int | slice) else self[0][key]

    @property
    def values(self) -> Any:
        return self[0]

    @classmethod
    def __torch_function__(
        cls, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        args = [_within(value, _first) for value in args]
        return function(*args, **{k: _within(v, _first) for k, v in (kwargs or {}).items()})


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, Pair) else value


class _OfAnyObject:
    """A method that, asked of a class, is that of an object of it."""

    def __init__(self, method: Callable[..., Any]) -> None:
        self.method = method

    def __get__(self, network: Any, kind: type) -> Any:
        return functools.partial(self.method, object_of(kind) if network is None else network)


@functools.cache
def object_of(kind: Any) -> Any:
    """The one object that stands in for a class of networks which was not called."""
    return kind()


def meant(value: Any, name: str) -> Any:
    """What a name of the notebook stands for: an object where it is another name of a class."""
    if not isinstance(value, type) or value.__name__ == name:
        return value
    import torch

    kind: Any = value
    return object_of(kind) if issubclass(kind, torch.nn.Module) else value


def _within(value: Any, change: Change) -> Any:
    """A value changed, or each of a list or tuple."""
    if type(value) in (list, tuple):
        return type(value)(change(each) for each in value)
    return change(value)


def _is_tensor(value: Any) -> bool:
    import torch

    return isinstance(value, torch.Tensor)


def numbers_as_tensors(attempt: Attempt) -> Iterator[Call]:
    """Numbers and lists stand where tensors are asked for: the first of them, or all."""
    places = [place for place, value in enumerate(attempt.args) if not _is_tensor(value)]
    for place in places[:2]:
        yield attempt.with_one(place, _within(attempt.args[place], _as_tensor))
        yield attempt.with_one(place, _as_tensor(attempt.args[place]))
    yield attempt.with_each(lambda value: value[None] if _is_tensor(value) else value)


def _as_tensor(value: Any) -> Any:
    import torch

    if isinstance(value, list | tuple) and value and all(map(_is_tensor, value)):
        return torch.stack(list(value))
    numbers = isinstance(value, int | float) and not isinstance(value, bool)
    return torch.tensor(value) if numbers or isinstance(value, list | tuple) else value


def dtypes_that_go_together(attempt: Attempt) -> Iterator[Call]:
    """Numbers of one precision; whole ones for others; whole ones, or truths, to choose by."""
    import torch

    floats = [tensor.dtype for tensor in attempt.tensors if tensor.is_floating_point()]
    widest = functools.reduce(torch.promote_types, floats, torch.float32)

    def as_float(value: Any, whole: bool) -> Any:
        changed = _is_tensor(value) and (whole or value.is_floating_point())
        return value.to(widest) if changed else value

    yield attempt.with_each(lambda value: as_float(value, whole=False))
    yield attempt.with_each(lambda value: as_float(value, whole=True))
    for dtype in (torch.int64, torch.bool):
        for place in reversed(range(len(attempt.args))):
            if _is_tensor(attempt.args[place]):
                yield attempt.with_one(place, attempt.args[place].to(dtype))


def sizes_that_go_together(attempt: Attempt) -> Iterator[Call]:
    """A dimension that was not kept; or one of the two is longer, and is cut."""
    if not ELEMENTWISE.fullmatch(attempt.name) or len(attempt.args) < 2:
        return
    first, second = attempt.args[:2]
    if not (_is_tensor(first) and _is_tensor(second)):
        return
    if first.shape[:-1] == second.shape:
        yield attempt.with_one(1, second[..., None])
    if second.shape[:-1] == first.shape:
        yield attempt.with_one(0, first[..., None])
    args = [_cut(first, second.shape), _cut(second, first.shape), *attempt.args[2:]]
    yield args, attempt.kwargs


def _cut(tensor: Any, shape: Any) -> Any:
    """Its first values where a dimension is longer than the other tensor's, counted from behind."""
    for dim in range(1, min(tensor.ndim, len(shape)) + 1):
        if 1 < shape[-dim] < tensor.shape[-dim]:
            tensor = tensor.narrow(-dim, 0, shape[-dim])
    return tensor


def sizes_of_this_batch(attempt: Attempt) -> Iterator[Call]:
    """A size typed as a number is the batch's, or follows from the others."""
    if attempt.name not in ("view", "reshape", "unflatten", "expand"):
        return
    tensor, *sizes = attempt.args
    flat = len(sizes) == 1 and isinstance(sizes[0], list | tuple)
    sizes = list(sizes[0]) if flat else sizes
    for change in (sizes, *([size, *sizes[1:]] for size in (*_batch_sizes, tensor.shape[0], -1))):
        yield [tensor, *change], attempt.kwargs
        if attempt.name == "view":  # which wants its values side by side
            yield [tensor.contiguous(), *change], attempt.kwargs


def images_as_large_as_kernels(attempt: Attempt) -> Iterator[Call]:
    """Nothing is left of an image after so many layers: it gets a margin."""
    import torch

    if "conv" in attempt.name or "pool" in attempt.name:
        for extra in range(1, MOST_PADDING + 1):
            padding = (0, extra) * (2 if "2d" in attempt.name else 1)
            yield attempt.with_one(0, torch.nn.functional.pad(attempt.args[0], padding))


def maxima_of_nothing(attempt: Attempt) -> Iterator[Call]:
    """The largest of no values is less than all."""
    import torch

    if attempt.name in ("max", "amax") and (tensor := attempt.args[0]).numel() == 0:
        shape = [max(size, 1) for size in tensor.shape]
        yield attempt.with_one(0, torch.full(shape, -torch.inf).to(tensor))


def without_gradients(attempt: Attempt) -> Iterator[Call]:
    """numpy and the like take no tensors that have gradients."""
    if "numpy" in attempt.name or "array" in attempt.name:
        yield attempt.with_each(lambda value: value.detach() if _is_tensor(value) else value)


REPAIRS: tuple[Repair, ...] = (
    without_gradients,
    maxima_of_nothing,
    dtypes_that_go_together,
    sizes_that_go_together,
    sizes_of_this_batch,
    images_as_large_as_kernels,
    numbers_as_tensors,
)

_batch_sizes: list[int] = []  # of what the last network got that is none of torch's own layers


def _fit(layer: Any, args: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """Before a layer computes: what it gets, as wide as it needs it."""
    import torch

    if not args:
        return None
    if not type(layer).__module__.startswith("torch."):
        _batch_sizes[:] = [value.shape[0] for value in args if _is_tensor(value) and value.ndim][:1]
        return None
    first, *others = args
    first = _first(first)
    if isinstance(layer, torch.nn.MultiheadAttention):
        wide = [_as_wide(value, -1, layer.embed_dim) for value in (first, *others[:2])]
        return *wide, *others[2:]
    first = _as_wide(first, *_width(layer))
    if isinstance(layer, torch.nn.RNNBase) and others:
        others = [_states_of(first, layer, others[0]), *others[1:]]
    return first, *others


def _ease(layer: Any, args: tuple[Any, ...], result: Any) -> Any:
    """After a layer computed: of several results the first goes on alone; a loss's own slope is
    that of what it gave last."""
    if type(result) is tuple and result and _is_tensor(result[0]):
        return Pair(result)
    if _is_tensor(result) and result.ndim == 0:
        object.__setattr__(layer, "backward", result.backward)
    return result


def _width(layer: Any) -> tuple[int, int]:
    """Which dimension of its input a layer fixes, and at what; 0 for none."""
    import torch

    nn = torch.nn
    if isinstance(layer, nn.Linear):
        return -1, layer.in_features
    if isinstance(layer, nn.RNNBase):
        return -1, layer.input_size
    if isinstance(layer, nn.Conv1d | nn.Conv2d):
        return -len(layer.kernel_size) - 1, layer.in_channels
    if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
        return 1, layer.num_features
    return -1, layer.normalized_shape[-1] if isinstance(layer, nn.LayerNorm) else 0


def _as_wide(tensor: Any, dim: int, width: int) -> Any:
    """A tensor cut, or filled up with zeros, to a width; a single channel stands for all."""
    import torch

    if not _is_tensor(tensor) or not width or not -tensor.ndim <= dim < tensor.ndim:
        return tensor
    missing = width - tensor.shape[dim]
    if missing <= 0:
        return tensor.narrow(dim, 0, width) if missing else tensor
    if tensor.shape[dim] == 1:
        return torch.cat([tensor] * width, dim)
    shape = list(tensor.shape)
    shape[dim] = missing
    return torch.cat([tensor, tensor.new_zeros(shape)], dim)


def _states_of(first: Any, layer: Any, states: Any) -> Any:
    """First states of as many sequences as there are."""
    if not _is_tensor(first) or first.ndim != 3:
        return states
    batch = first.shape[0 if layer.batch_first else 1]
    return _within(states, lambda state: _as_wide(state, 1, batch))
