"""Layers that fit: before a layer computes, what it gets is made as wide as it needs it."""

from typing import Any

from . import slips
from .meant import Pair, first_of, is_tensor, within
from .repairs import batch_sizes


def fit(layer: Any, args: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """Before a layer computes: what it gets, as wide as it needs it."""
    import torch

    if not args:
        return None
    if not _is_of_torch(layer):
        batch_sizes[:] = [value.shape[0] for value in args if is_tensor(value) and value.ndim][:1]
        return None
    first, *others = args
    first = first_of(first)
    if isinstance(layer, torch.nn.Sequential):
        return _as_one_batch(layer, first), *others
    if isinstance(layer, torch.nn.MultiheadAttention):
        widths = layer.embed_dim, layer.kdim, layer.vdim
        given = (first, *others)
        wide = [_as_wide(value, -1, width) for value, width in zip(given, widths, strict=False)]
        return *wide, *given[3:]
    if isinstance(layer, torch.nn.RNNBase) and is_tensor(first) and first.ndim == 4:
        first = first.flatten(2)  # side by side what was stacked
    first = _as_wide(first, *_width(layer))
    if isinstance(layer, torch.nn.RNNBase) and others:
        others = [_states_of(first, layer, others[0]), *others[1:]]
    return first, *others


def ease(layer: Any, args: tuple[Any, ...], result: Any) -> Any:
    """After a layer computed: of several results the first goes on alone; a loss's own slope is
    that of what it gave last."""
    if _is_of_torch(layer) and type(result) is tuple and result and is_tensor(result[0]):
        return Pair(result)
    if joined := vars(layer).pop("joined_sizes", None):
        return result.unflatten(0, joined) if is_tensor(result) else result
    has_own = hasattr(type(layer), "backward")
    if is_tensor(result) and result.ndim == 0 and not has_own:
        object.__setattr__(layer, "backward", result.backward)
    return result


def _is_of_torch(layer: Any) -> bool:
    return type(layer).__module__.startswith("torch.")


def _as_one_batch(layers: Any, images: Any) -> Any:
    """Images as one batch, if convolutions come first; `layers` keep which sizes were joined."""
    import torch

    vars(layers).pop("joined_sizes", None)
    comes_first = next(iter(layers), None)
    if not isinstance(comes_first, torch.nn.Conv2d) or not is_tensor(images) or images.ndim < 5:
        return images
    vars(layers)["joined_sizes"] = images.shape[:-3]
    return images.flatten(0, -4)


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

    if not is_tensor(tensor) or not width or not -tensor.ndim <= dim < tensor.ndim:
        return tensor
    missing = width - tensor.shape[dim]
    if not missing or slips.are_kept():
        return tensor
    slips.note(f"the width {width}")
    if missing < 0:
        return tensor.narrow(dim, 0, width)
    if tensor.shape[dim] == 1:
        shape = [-1] * tensor.ndim
        shape[dim] = width
        return tensor.expand(shape)
    shape = list(tensor.shape)
    shape[dim] = missing
    return torch.cat([tensor, tensor.new_zeros(shape)], dim)


def _states_of(first: Any, layer: Any, states: Any) -> Any:
    """First states of as many sequences as there are."""
    if not is_tensor(first) or first.ndim != 3:
        return states
    batch = first.shape[0 if layer.batch_first else 1]
    return within(states, lambda state: _as_wide(state, 1, batch))
