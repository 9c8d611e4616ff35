"""A GPU that is not there: a worker that pretends gives the CPU to who asks for one."""

import re
from typing import Any

# In what torch raises where there is none.
LACKING = re.compile(r"\b(CUDA|NVIDIA)\b|accelerator device when none")


def is_missed(said: str) -> bool:
    """Whether an exception's text says that a GPU is missing."""
    return LACKING.search(said) is not None


def pretend() -> None:
    """From now on, have torch take the CPU wherever a GPU is asked for, if it is installed.

    `torch.cuda.is_available()` goes on telling the truth: who asks needs nothing pretended.
    """
    try:
        import torch
    except ImportError:
        return

    class Pretended(torch.overrides.TorchFunctionMode):
        def __torch_function__(
            self, function: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            if function in (torch.Tensor.cuda, torch.Tensor.pin_memory):
                return args[0]
            args = [_elsewhere(value) for value in args]
            kwargs = {name: _elsewhere(value) for name, value in (kwargs or {}).items()}
            return function(*args, **kwargs)

    Pretended().__enter__()
    torch.cuda.synchronize = lambda device=None: None


def _elsewhere(value: Any) -> Any:
    import torch

    is_device = isinstance(value, str | torch.device)
    return "cpu" if is_device and str(value).split(":")[0] == "cuda" else value
