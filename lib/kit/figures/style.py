"""Colours and style of all figures, on a light page and on a dark one.

The colours are those of Okabe and Ito (2008), which people with any common colour blindness tell
apart; where colour says something, a sign, a marker or a line style says it too. A figure is drawn
in the colours of a light page. `THEMES` says what each of them becomes on a dark one; whoever draws
black on white, as Matplotlib does unasked, gets light lines on a dark ground there. What is pale
lets the page shine through, so it needs no second colour.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.rcsetup import cycler

INK, GROUND = "#000000", "#ffffff"  # lines and letters; the page below them
BLUE, ORANGE, GREEN, GREY = "#0072b2", "#d55e00", "#009e73", "#6b6b6b"
PALE_BLUE, PALE_ORANGE, PALE_GREY = f"{BLUE}33", f"{ORANGE}33", f"{GREY}2e"
# On what looks the same on every page, such as a heat map, letters must not change either.
ALWAYS_BLACK, ALWAYS_WHITE = "#010101", "#fefefe"
FULL_WIDTH_IN = 8.0  # no figure is wider, so that letters stay readable in a window of 900 pixels


class Themed(NamedTuple):
    """A colour on a light page and on a dark one."""

    light: str
    dark: str


THEMES = {  # a colour as it is drawn -> as it is shown
    INK: Themed("#1a1a1a", "#e8e8e8"),
    GROUND: Themed("#ffffff", "#111111"),  # as JupyterLab's own pages
    BLUE: Themed(BLUE, "#56b4e9"),
    ORANGE: Themed(ORANGE, "#f58a42"),
    GREEN: Themed(GREEN, "#2fc99a"),
    GREY: Themed(GREY, "#a6a6a6"),
    "#cccccc": Themed("#cccccc", "#555555"),  # Matplotlib's frame around a legend
}

STYLE: Any = {  # matplotlib names its keys one by one in its types
    "figure.facecolor": GROUND,
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
