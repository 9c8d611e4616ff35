"""torch's networks on loan: weights go by value, what a network makes of an input is asked for.

So all that is done with weights (optimizers, saving, loading, another device or mode) works on the
side that borrows. Gradients of what such a network computes don't cross.
"""

import functools
import sys
from collections.abc import Callable
from typing import Any

LIBRARY = "torch"


def is_network(value: Any) -> bool:
    """Whether a value is a network; without torch there is none."""
    if LIBRARY not in sys.modules:
        return False
    import torch

    return isinstance(value, torch.nn.Module)


def state(network: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any], bool]:
    """A network's own parameters, its own buffers, its parts, and whether it is in training."""
    saved = network.state_dict()
    buffers = dict(network.named_buffers(recurse=False))
    return (
        dict(network.named_parameters(recurse=False)),
        {name: buffer for name, buffer in buffers.items() if name in saved},
        dict(network.named_children()),
        network.training,
    )


def load(network: Any, weights: dict[str, Any], training: bool) -> None:
    """Give a network the weights and the mode of its stand-in."""
    network.load_state_dict(weights)
    network.train(training)


def stand_in(borrow: Callable[..., Any], number: int) -> Any:
    """A network with weights of its own, with which it has the lent one compute."""
    return _network_class()(borrow, number)


@functools.cache
def _network_class() -> Any:
    import torch

    class Network(torch.nn.Module):
        def __init__(self, borrow: Callable[..., Any], number: int) -> None:
            super().__init__()
            lent = _Lent(borrow, number)
            parameters, buffers, parts, training = lent.ask("state")
            for name, parameter in parameters.items():
                self.register_parameter(name, torch.nn.Parameter(parameter))
            for name, buffer in buffers.items():
                self.register_buffer(name, buffer)
            for name, part in parts.items():
                self.add_module(name, part)
            self.training = training
            self._lent = lent  # last: until here it has what it is given, and nothing is asked for

        def forward(self, *args: Any, **kwargs: Any) -> Any:
            self._load()
            return self._lent.ask("call", *args, **kwargs)

        def __getattr__(self, name: str) -> Any:
            try:
                return super().__getattr__(name)
            except AttributeError:
                if name.startswith("_"):
                    raise
            self._load()
            return self._lent.ask("get", name)

        def _load(self) -> None:
            self._lent.ask("load", dict(self.state_dict()), self.training)

    return Network


class _Lent:
    """What is asked of one network; a copy of its stand-in asks the same one."""

    def __init__(self, borrow: Callable[..., Any], number: int) -> None:
        self._borrow, self._number = borrow, number

    def ask(self, operation: str, /, *args: Any, **kwargs: Any) -> Any:
        return self._borrow(operation, self._number, *args, **kwargs)

    def __deepcopy__(self, memo: Any) -> "_Lent":
        return self
