"""Figures as a notebook without a browser gets them."""

import base64
import html
import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import matplotlib
import pytest
from IPython.core.formatters import DisplayFormatter
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

matplotlib.use("agg")
show_module = importlib.import_module("lib.kit.figures.show")


@dataclass(frozen=True)
class Shown:
    """What a cell shows: the image, its description, and the figure it was drawn from."""

    svg: str
    alt: str
    figure: Figure


@pytest.fixture
def displayed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """All figures that were shown since."""
    pictures: list[Any] = []
    monkeypatch.setattr(show_module, "display", pictures.append)
    return pictures


@pytest.fixture
def shown(displayed: list[Any]) -> Callable[[], Shown]:
    """The one figure that was shown since."""

    def read() -> Shown:
        assert plt.get_fignums() == []
        (picture,) = displayed
        bundle, _ = DisplayFormatter().format(picture)  # as Jupyter does
        assert set(bundle) == {"text/html", "text/plain"}
        found = re.fullmatch(
            r"<style>[^<]*</style>"
            r'<img class="lab-figure" alt="([^"]*)" width="\d+" '
            r'src="data:image/svg\+xml;base64,([^"]*)">',
            bundle["text/html"],
        )
        assert found is not None
        alt = html.unescape(found[1])
        assert bundle["text/plain"] == str(picture) == f"[figure: {alt}]"
        return Shown(base64.b64decode(found[2]).decode(), alt, picture.figure)

    return read


def texts(figure: Figure) -> list[str]:
    """Everything written into a figure's axes."""
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def is_labelled(figure: Figure) -> bool:
    """Whether there are a title and labels, and each of the axes names what it shows."""
    titles = [axes.get_title() for axes in figure.axes] + [figure.get_suptitle()]
    x_labels = [axes.get_xlabel() for axes in figure.axes]
    y_labels = [axes.get_ylabel() for axes in figure.axes]
    return any(titles) and any(x_labels) and any(y_labels)
