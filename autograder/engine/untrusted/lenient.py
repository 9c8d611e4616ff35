"""A torch that overlooks slips: where it refuses, it tries what may have been meant.

A number in place of a tensor, dtypes that don't go together, a batch size typed as a number, a
layer that is wider than what it gets: each stops an answer whose rest nobody then sees. Repairs are
tried only after torch refused. Whether the rest is right, its values show.
"""

import functools
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from . import gpu, layers, slips
from .meant import OfAnyObject, eased
from .repairs import REFUSALS, Call, repaired

# In what torch says when it refuses.
REFUSED = re.compile(
    r"\b[Tt]ensors?\b|\b[Dd]types?\b|\bsizes?\b|\bshapes?\b|\bdim\b|\bchannels\b|\binput_size\b"
    r"|\bdimension\b|\bscalar|\breturn_types\b|\bHalf\b|\belements\b"
    r"|\benforce_sorted\b|not implemented for|can't be cast|\btuple\b|dropout probability"
    r"|\bExpected input\b|'method' object is not iterable|context manager protocol"
    r"|attribute '(backward|_apply|item)'|: 'self'"
)
# In what tests say of numbers that have more or fewer bits than torch gives them, and of a class.
OTHER_FORM = re.compile(
    r"\bha(s|ve) dtype torch\.(float64|float16|bfloat16)\b"
    r"|\bis a class: make an object\b|^`type` has no attribute\b"
)


def is_refusal(said: str) -> bool:
    """Whether an exception may be torch's, by its text."""
    return REFUSED.search(said) is not None


def is_other_form(said: str) -> bool:
    """Whether a test's message says that something has a form which is overlooked."""
    return OTHER_FORM.search(said) is not None


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
            return overlooking(Call(function, list(args), kwargs or {}))

    Overlooking().__enter__()
    gpu.pretend()
    _also_wrong_types()
    before: Any = layers.fit
    torch.nn.modules.module.register_module_forward_pre_hook(before)
    after: Any = layers.ease
    torch.nn.modules.module.register_module_forward_hook(after)
    _sort_what_is_packed()
    _take_what_is_close()
    for name in ("double", "half", "bfloat16"):
        setattr(torch.nn.Module, name, lambda network: network)
    for name in ("parameters", "to", "train", "eval"):
        setattr(torch.nn.Module, name, OfAnyObject(getattr(torch.nn.Module, name)))


def _also_wrong_types() -> None:
    """Overlook arguments as well that are refused before a mode hears of the call."""
    import torch

    scripted = torch.jit._builtins._get_builtin_table()  # what `torch.jit.script` knows, by id
    names = {*dir(torch._C._VariableFunctions), "tensor"}
    for name in names & vars(torch).keys():
        function = getattr(torch, name)
        if callable(function) and not name.startswith("_"):
            other = _always_overlooking(function)
            if id(function) in scripted:
                scripted[id(other)] = scripted[id(function)]
            setattr(torch, name, other)


def _sort_what_is_packed() -> None:
    """Have sequences packed in any order of their lengths."""
    import torch

    rnn = torch.nn.utils.rnn
    pack = rnn.pack_padded_sequence

    def in_any_order(
        input: Any, lengths: Any, batch_first: bool = False, enforce_sorted: bool = False
    ) -> Any:
        return pack(input, lengths, batch_first, enforce_sorted=False)

    rnn.pack_padded_sequence = in_any_order


def _take_what_is_close() -> None:
    """Have an optimizer call the method `parameters`, and a dropout take a rate in percent."""
    import torch

    def optimizer_init(own: Any, params: Any, *rest: Any, **named: Any) -> None:
        if callable(params):
            slips.note("the method `parameters`, not called")
            params = params()
        make_optimizer(own, params, *rest, **named)

    def dropout_init(own: Any, p: float = 0.5, inplace: bool = False) -> None:
        if p > 1:
            slips.note("a rate in percent")
            p /= 100
        make_dropout(own, p, inplace)

    optimizer, dropout = torch.optim.Optimizer, torch.nn.modules.dropout._DropoutNd
    make_optimizer: Any = optimizer.__init__
    make_dropout: Any = dropout.__init__
    setattr(optimizer, "__init__", optimizer_init)  # noqa: B010
    setattr(dropout, "__init__", dropout_init)  # noqa: B010


def _always_overlooking(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return overlooking(Call(function, list(args), kwargs))

    return call


_is_repairing: list[bool] = []  # what a repair calls itself, gets none


def overlooking(call: Call) -> Any:
    """What a call gives as it stands, or else the first repair of it that works."""
    try:
        return eased(call.name, call.args, call.result())
    except REFUSALS:
        if _is_repairing or slips.are_kept():
            raise
        _is_repairing.append(True)
        try:
            for other in repaired(call):
                with suppress(*REFUSALS):
                    result = eased(call.name, call.args, other.result())
                    slips.note(f"the call of {call.name}")
                    return result
        finally:
            _is_repairing.clear()
        raise
