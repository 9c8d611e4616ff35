"""All that the autograder knows of torch: tensors on the wire, seeds, threads, a warm start.

torch is met here only where a lab or a submission has loaded it: a lab without it never does.
"""

import functools
import inspect
import re
import sys
from typing import Any

from .forms import MAX_DIMS, Form, Kind, Reader, Sample, Wire, Writer, pick

LIBRARY = "torch"
KINDS = (Kind.TENSOR, Kind.DTYPE)
OUT_OF_MEMORY = "DefaultCPUAllocator"  # in the message of the RuntimeError that it raises
NAMES = (  # the dtypes that cross; their order is part of the protocol
    *("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16"),
    *("float32", "float64", "complex64", "complex128"),
)
THREAD_SETTERS = ("set_num_threads", "set_num_interop_threads")
PROCESS_OPTIONS = (  # of the DataLoader
    *("num_workers", "timeout", "worker_init_fn"),
    *("multiprocessing_context", "prefetch_factor", "persistent_workers"),
)


def is_imported_by(source: str) -> bool:
    """Whether a Python file says that it needs torch."""
    return re.search(rf"^(?:import|from) {LIBRARY}\b", source, re.MULTILINE) is not None


def is_loaded() -> bool:
    """Whether anybody has imported torch in this process."""
    return LIBRARY in sys.modules


@functools.cache
def dtypes() -> tuple[Any, ...]:
    """The closed list of dtypes that cross."""
    import torch

    return tuple(getattr(torch, name) for name in NAMES)


def forms() -> tuple[Form, ...]:
    """Tensors and parameters, dtypes, devices; a subclass of a tensor may behave as it likes."""
    import torch

    return (
        Form(Kind.TENSOR, (torch.Tensor, torch.nn.Parameter), _write_tensor, _read_tensor),
        Form(Kind.DTYPE, (torch.dtype, torch.device), _write_word, _read_dtype),
    )


def is_tensor(value: Any) -> bool:
    """Whether a value is a plain tensor that can cross; a subclass may behave as it likes."""
    if not is_loaded():
        return False
    import torch

    if type(value) is not torch.Tensor and type(value) is not torch.nn.Parameter:
        return False
    return _can_cross(value)


def _can_cross(tensor: Any) -> bool:
    import torch

    return (
        tensor.layout is torch.strided
        and not tensor.is_nested
        and tensor.device.type == "cpu"
        and tensor.dtype in _places()
        and tensor.ndim <= MAX_DIMS
    )


@functools.cache
def _places() -> dict[Any, int]:
    return {dtype: place for place, dtype in enumerate(dtypes())}


def _write_tensor(writer: Writer, value: Any, depth: int) -> Wire | None:
    if not _can_cross(value):
        return None
    writer.reserve(value.shape, value.numel() * value.element_size())
    writer.blobs.append(raw_bytes(value))
    return [Kind.TENSOR, _places()[value.dtype], *value.shape]


def _read_tensor(reader: Reader, wire: Wire, depth: int) -> Any:
    index: Any = wire[1] if len(wire) > 1 else None
    shape = wire[2:]
    return rebuilt(index, shape, reader.take(shape, pick(dtypes(), index).itemsize))


def _write_word(writer: Writer, value: Any, depth: int) -> Any:
    """A dtype by its place, a device by its name: there is no such device on the other side."""
    import torch

    if type(value) is torch.device:
        return str(value)
    return [Kind.DTYPE, _places()[value]] if value in _places() else None


def _read_dtype(reader: Reader, wire: Wire, depth: int) -> Any:
    return pick(dtypes(), wire[1] if len(wire) == 2 else None)


def raw_bytes(tensor: Any) -> bytes:
    """The values of a tensor, row by row."""
    import torch

    if tensor.dtype is torch.bfloat16:  # numpy doesn't know it
        tensor = tensor.detach().resolve_neg().contiguous().view(torch.int16)
    raw: bytes = tensor.numpy(force=True).tobytes()
    return raw


def rebuilt(index: int, shape: list[int], raw: bytearray) -> Any:
    """The tensor of these values, a copy."""
    import torch

    dtype = dtypes()[index]
    if not raw:
        return torch.empty(shape, dtype=dtype)
    if dtype is torch.bool:  # a byte of 2 would count double in a sum
        return torch.frombuffer(raw, dtype=torch.uint8).ne(0).reshape(shape)
    return torch.frombuffer(raw, dtype=dtype).reshape(shape)


def filled(value: Any, number: float) -> Any:
    """A tensor of the same form with one number everywhere; None for what is no tensor."""
    if not is_tensor(value):
        return None
    import torch

    exact = value.dtype.is_floating_point or value.dtype.is_complex
    return torch.full_like(value, number if exact else float(number != 0))


def drawn(value: Any, seed: int) -> Any:
    """A tensor of the same form with random numbers, whole ones from 0 to 9; None for others."""
    if not is_tensor(value):
        return None
    import torch

    numbers = torch.rand(value.shape, generator=make_generator(seed))
    exact = value.dtype.is_floating_point or value.dtype.is_complex
    return (numbers if exact else (10 * numbers).floor()).to(value.dtype)


def sampled(value: Any, sample: Sample) -> Any:
    """Dtype, shape and some numbers of a tensor; None for what is no tensor."""
    if not is_tensor(value):
        return None
    flat = value.detach().flatten()
    chosen = flat if len(flat) <= sample.most else flat[sample.places(len(flat))]
    return str(value.dtype), list(value.shape), chosen.tolist()


def seed_generator(seed: int) -> None:
    """Seed torch's generator on the CPU, if torch is loaded.

    `torch.manual_seed` would format a stack trace for each kind of device that isn't there.
    """
    if is_loaded():
        import torch

        torch.default_generator.manual_seed(seed)


def make_generator(seed: int) -> Any:
    """A `torch.Generator` of its own."""
    import torch

    return torch.Generator().manual_seed(seed)


def use_threads(number: int) -> None:
    """Compute on so many threads, if torch is loaded."""
    if is_loaded():
        import torch

        set_num_threads = torch.set_num_threads
        getattr(set_num_threads, "__wrapped__", set_num_threads)(number)


def keep_one_thread() -> None:
    """Let who asks for more threads have one: a worker has one core, and a limit of threads."""
    if not is_loaded():
        return
    import torch

    for name in THREAD_SETTERS:
        setter = getattr(torch, name)
        if not hasattr(setter, "__wrapped__"):
            setattr(torch, name, functools.wraps(setter)(lambda number: None))


def warm_up() -> None:
    """Run what torch sets up on first use, on one thread, if it is loaded."""
    if not is_loaded():
        return
    import torch

    use_threads(1)
    tokens = torch.zeros(2, 3, 8)  # (batch, seq_len, features)
    lstm = torch.nn.LSTM(8, 8, num_layers=2, bidirectional=True, batch_first=True)
    attention = torch.nn.MultiheadAttention(8, 2, batch_first=True)
    (lstm(tokens)[0].sum() + attention(tokens, tokens, tokens)[0].sum()).backward()
    torch.optim.Adam(lstm.parameters()).step()  # the first optimizer imports half of torch
    torch.testing.assert_close(tokens, tokens)


def load_without_processes() -> None:
    """Have every `DataLoader` do its work itself: a worker may start no processes."""
    data = sys.modules.get("torch.utils.data")
    if data is None or hasattr(data.DataLoader.__init__, "__wrapped__"):
        return
    original = data.DataLoader.__init__
    signature = inspect.signature(original)

    @functools.wraps(original)
    def initialize(self: Any, *args: Any, **kwargs: Any) -> None:
        bound = signature.bind(self, *args, **kwargs)
        for name in PROCESS_OPTIONS:
            bound.arguments.pop(name, None)
        original(*bound.args, **bound.kwargs)

    data.DataLoader.__init__ = initialize
