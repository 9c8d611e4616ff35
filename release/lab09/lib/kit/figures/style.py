"""Colours and style of all figures.

The colours are those of Okabe and Ito (2008), which people with any common colour blindness tell
apart; where colour says something, a sign, a marker or a line style says it too. Figures have
a white ground of their own, so that they look the same on a dark page.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.rcsetup import cycler

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#767676"
PALE_BLUE, PALE_ORANGE, PALE_GREY = "#CFE3F1", "#F8DCC8", "#E6E6E6"

STYLE: Any = {  # matplotlib names its keys one by one in its types
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "axes.prop_cycle": cycler(color=[BLUE, ORANGE, GREEN, GREY]),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": "medium",
    "image.cmap": "cividis",
}


@contextmanager
def subplots(
    rows: int, columns: int, size: tuple[float, float], **options: Any
) -> Iterator[tuple[Figure, list[Axes]]]:
    """A figure in the style of all, `size` in inches, and its axes row by row."""
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False, **options)
        yield figure, list(axes.flat)
