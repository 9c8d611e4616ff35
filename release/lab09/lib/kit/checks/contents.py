"""What an object holds, as plain data: a plot's lines and labels, fields, members, errors.

The same for hidden tests, where the object stays in a worker, and for public checks; so it needs
nothing else of ours. What it says is the word of who made the object, as every value is.
"""

import dataclasses
import enum
import sys
from collections.abc import Iterable
from typing import Any

MOST = 1000  # lines, texts and the like of one plot
LIBRARY = "matplotlib"


class NoContent(TypeError):
    """There is nothing in it that could be asked for."""


def content_of(thing: Any) -> dict[str, Any]:
    """What is in a figure or its axes, a dataclass, a member of an enumeration, an exception, or
    another object with attributes: names and values, in order.

    Raises:
        NoContent: for what has nothing of the kind.
    """
    if isinstance(thing, enum.Enum):
        return {"name": thing.name, "value": thing.value}
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        return {field.name: getattr(thing, field.name) for field in dataclasses.fields(thing)}
    if isinstance(thing, BaseException):
        return {"type": type(thing).__name__, "text": str(thing)}
    if (plot := _content_of_plot(thing)) is not None:
        return plot
    if isinstance(held := getattr(thing, "__dict__", None), dict) and not isinstance(thing, type):
        return {name: value for name, value in held.items() if type(name) is str}
    raise NoContent(f"it is of type {type(thing).__name__}, which is no plot and has no fields")


def _content_of_plot(thing: Any) -> dict[str, Any] | None:
    if LIBRARY not in sys.modules:
        return None
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

    if isinstance(thing, FigureBase):
        all_axes: Any = thing.axes
        parts = [_content_of_axes(axes) for axes in all_axes[:MOST]]
        return {"title": thing.get_suptitle(), "axes": parts}
    return _content_of_axes(thing) if isinstance(thing, Axes) else None


def _content_of_axes(axes: Any) -> dict[str, Any]:
    """What is drawn in data's own numbers: pixels depend on fonts and versions."""
    legend = axes.get_legend() or next(iter(axes.figure.legends), None)
    content: dict[str, Any] = {
        "title": axes.get_title(),
        "x_label": axes.get_xlabel(),
        "y_label": axes.get_ylabel(),
        "x_scale": axes.get_xscale(),
        "y_scale": axes.get_yscale(),
        "x_limits": _numbers(axes.get_xlim()),
        "y_limits": _numbers(axes.get_ylim()),
        "x_ticks": _texts(axes.get_xticklabels()),
        "y_ticks": _texts(axes.get_yticklabels()),
        "legend": None if legend is None else _texts(legend.get_texts()),
        "lines": [_content_of_line(line) for line in axes.get_lines()[:MOST]],
        "bars": [_content_of_bars(bars) for bars in axes.containers[:MOST] if _are_bars(bars)],
        "points": [
            {"label": _label(points), "places": _grid(points.get_offsets())}
            for points in axes.collections[:MOST]
        ],
        "images": [
            {"shape": list(image.get_array().shape), "values": _grid(image.get_array())}
            for image in axes.get_images()[:MOST]
        ],
        "texts": _texts(axes.texts),
    }
    return content


def _content_of_line(line: Any) -> dict[str, Any]:
    from matplotlib.colors import to_hex

    content: dict[str, Any] = {
        "label": _label(line),
        "x": _grid(line.get_xdata(orig=False)),
        "y": _grid(line.get_ydata(orig=False)),
        "style": str(line.get_linestyle()),
        "marker": str(line.get_marker()),
        "colour": to_hex(line.get_color(), keep_alpha=False),
    }
    return content


def _are_bars(container: Any) -> bool:
    from matplotlib.container import BarContainer

    return isinstance(container, BarContainer)


def _content_of_bars(bars: Any) -> dict[str, Any]:
    boxes = [bar.get_bbox() for bar in bars]
    content: dict[str, Any] = {
        "label": _label(bars),
        "left": [float(box.x0) for box in boxes],
        "bottom": [float(box.y0) for box in boxes],
        "width": [float(box.width) for box in boxes],
        "height": [float(box.height) for box in boxes],
    }
    return content


def _label(artist: Any) -> str:
    """What the legend calls it, empty if nobody gave it a name."""
    label = str(artist.get_label())
    return "" if label.startswith("_") else label


def _texts(artists: Iterable[Any]) -> list[str]:
    return [str(artist.get_text()) for artist in list(artists)[:MOST]]


def _numbers(values: Iterable[Any]) -> list[float]:
    return [float(value) for value in values]


def _grid(values: Any) -> Any:
    """Values as a plain array; what is masked is not a number."""
    import numpy as np

    grid = np.ma.asarray(values)
    return np.asarray(grid.filled(np.nan) if grid.dtype.kind == "f" else grid.filled())
