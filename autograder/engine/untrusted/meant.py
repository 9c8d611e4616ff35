"""What values are taken for where slips are overlooked: several results for the first of them, a
loss's number for its tensor, a class of networks for a network."""

import functools
from collections.abc import Callable
from typing import Any

from . import slips

Change = Callable[[Any], Any]


def is_tensor(value: Any) -> bool:
    """Whether it is one of any kind."""
    import torch

    return isinstance(value, torch.Tensor)


def within(value: Any, change: Change) -> Any:
    """A value changed, or each of a list or tuple."""
    if type(value) in (list, tuple):
        return type(value)(change(each) for each in value)
    return change(value)


def eased(name: str, args: Any, result: Any) -> Any:
    """What a function of this name gave, so that it passes for a tensor as well."""
    if type(result).__module__ == "torch.return_types" and hasattr(result, "values"):
        return Pair(result)
    if name == "backward":
        return args[0]
    is_loss = name == "item" and type(result) is float
    return LossNumber(result, args[0]) if is_loss else result


def first_of(value: Any) -> Any:
    """The first of several results, which stands for all."""
    return value[0] if isinstance(value, Pair) else value


class LossNumber(float):
    """The number in a tensor, which can go back like the tensor."""

    def __new__(cls, number: float, tensor: Any) -> "LossNumber":
        made = super().__new__(cls, number)
        made.tensor = tensor
        return made

    tensor: Any

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # else libraries would take it for the tensor
            raise AttributeError(name)
        slips.note("a number for its tensor")
        return getattr(self.tensor, name)


class Pair(tuple[Any, ...]):
    """A maximum and its place, an LSTM's output and its state; where a tensor is asked for, the
    first of them."""

    def __getattr__(self, name: str) -> Any:
        if name == "indices":
            return self[1]
        slips.note("several results for the first")
        return getattr(self[0], name)

    def __getitem__(self, key: Any) -> Any:
        return super().__getitem__(key) if isinstance(key, int | slice) else self[0][key]

    @property
    def values(self) -> Any:
        return self[0]

    @classmethod
    def __torch_function__(
        cls, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        slips.note("several results for the first")
        args = [within(value, first_of) for value in args]
        return function(*args, **{k: within(v, first_of) for k, v in (kwargs or {}).items()})


class OfAnyObject:
    """A method that, asked of a class, is that of an object of it."""

    def __init__(self, method: Callable[..., Any]) -> None:
        self.method = method

    def __get__(self, network: Any, kind: Any) -> Callable[..., Any]:
        if network is not None:
            return functools.partial(self.method, network)

        def call(*args: Any, **kwargs: Any) -> Any:
            is_given = args and isinstance(args[0], kind)
            return self.method(*(args if is_given else (network_of(kind), *args)), **kwargs)

        return call


@functools.cache
def network_of(kind: Any) -> Any:
    """The one network that stands in for a class of networks which was not called."""
    slips.note("a class for an object of it")
    return kind()


def meant_by(value: Any, name: str) -> Any:
    """What a name of the notebook stands for: an object where it is another name of a class, which
    no capital begins."""
    if not isinstance(value, type) or value.__name__ == name or name[:1].isupper():
        return value
    import torch

    kind: Any = value
    return network_of(kind) if issubclass(kind, torch.nn.Module) else value
