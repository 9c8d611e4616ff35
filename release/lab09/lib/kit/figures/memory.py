"""The figure of Exercise 3.4: how much memory attention takes, as measured."""

import weakref
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from .show import show
from .style import FULL_WIDTH_IN, subplots

MARKERS, LINES = "os^D", ("-", "--", "-.", ":")


class _MemoryWatch(TorchFunctionMode):
    """Adds up the memory behind the tensors that are made while it is on, and still alive."""

    def __init__(self) -> None:
        super().__init__()
        self.held_bytes = 0
        self.peak_bytes = 0
        self._alive: dict[int, weakref.ref[Any]] = {}  # by the address of the memory's owner

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Run one of PyTorch's functions; count what memory its result brings."""
        for given in args:
            self._meet(given, is_new=False)  # from before, like the inputs: costs nothing
        result = func(*args, **(kwargs or {}))
        self._meet(result, is_new=True)
        return result

    def _meet(self, value: Any, is_new: bool) -> None:
        if isinstance(value, list | tuple):
            for element in value:
                self._meet(element, is_new)
        elif isinstance(value, Tensor):
            storage = value.untyped_storage()  # one for a tensor and all its views
            if storage._cdata not in self._alive:
                size_bytes = storage.nbytes() if is_new else 0
                key = storage._cdata
                self._alive[key] = weakref.ref(storage, partial(self._part, key, size_bytes))
                self.held_bytes += size_bytes
                self.peak_bytes = max(self.peak_bytes, self.held_bytes)

    def _part(self, key: int, size_bytes: int, _: object) -> None:
        del self._alive[key]
        self.held_bytes -= size_bytes


def peak_mib(function: Callable[..., Any], *inputs: Any) -> float:
    """The most memory that tensors made during a call held at once, in MiB; without gradients.

    The result counts, the inputs don't, nor what PyTorch's own functions need inside.
    """
    with torch.no_grad(), _MemoryWatch() as watch:
        function(*inputs)
    return watch.peak_bytes / 2**20


def plot_memory(lengths: Sequence[int], measured_mib: Mapping[str, Sequence[float]]) -> None:
    """Peak memory over sequence length, a line per way of computing, both axes logarithmic."""
    with subplots(1, 1, (FULL_WIDTH_IN, 3.4)) as (figure, (axes,)):
        for (name, values), marker, line in zip(measured_mib.items(), MARKERS, LINES, strict=False):
            axes.loglog(lengths, values, marker=marker, linestyle=line, label=name, base=2)
            last = (lengths[-1], values[-1])
            axes.annotate(f"{values[-1]:.1f}", last, (6, -3), textcoords="offset points")
        axes.set(
            title="Memory of attention, measured: squared against linear (both axes: log scale)",
            xlabel="tokens, N = T (log scale)",
            ylabel="peak memory in MiB (log scale)",
            xticks=lengths,
            xticklabels=[f"{length:,}" for length in lengths],
            xlim=(0.9 * lengths[0], 1.35 * lengths[-1]),
        )
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.minorticks_off()
        axes.legend()
    growth = lengths[-1] / lengths[0]
    stories = [
        f"{name} needs {values[-1]:.1f} MiB at {lengths[-1]:,} tokens, "
        f"{values[-1] / values[0]:.0f} times as much as at {lengths[0]:,}"
        for name, values in measured_mib.items()
    ]
    show(
        figure,
        "Lines of peak memory over the number of tokens, both axes on a log scale, where a line "
        "twice as steep means a power twice as high. The longest sequence has "
        f"{growth:.0f} times the tokens of the shortest: {'; '.join(stories)}.",
    )
