"""The axes of a plot, from what `content_of` says of a figure or of axes."""

from typing import Any

from .take import take_dict, take_list
from .untaken import opened


def axes_of(content: Any, number: int | range = 1, what: str = "the axes", hint: str = "") -> Any:
    """As many axes, each as a dict that is still to be taken: those of a figure, or the axes
    themselves, because answers may return either.

    Raises:
        CheckFailure: if it is no plot, or has more or fewer.
    """
    held = opened(content)
    is_axes = isinstance(held, dict) and "axes" not in held and "lines" in held
    axes = [content] if is_axes else take_dict(content, ["axes"], "the plot", hint=hint)["axes"]
    return take_list(axes, number, what, hint=hint)
