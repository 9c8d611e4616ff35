"""Figures as a notebook without a browser gets them."""

import ast
import base64
import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import matplotlib
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

matplotlib.use("agg")


@dataclass(frozen=True)
class Shown:
    """What a cell shows: the image's bytes, its description, and the figure it was drawn from."""

    png: bytes
    alt: str
    figure: Figure


@pytest.fixture
def shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Shown]:
    """The one figure that was shown since."""
    saved: list[Figure] = []
    save = Figure.savefig

    def keep(figure: Figure, *arguments: Any, **options: Any) -> None:
        saved.append(figure)
        save(figure, *arguments, **options)

    monkeypatch.setattr(Figure, "savefig", keep)

    def read() -> Shown:
        bundle = ast.literal_eval(capsys.readouterr().out)  # what `display` prints without Jupyter
        found = re.fullmatch(
            r'<img alt="([^"]*)" width="\d+" src="data:image/png;base64,([^"]*)">',
            bundle["text/html"],
        )
        assert found is not None
        alt = html.unescape(found[1])
        assert bundle["text/plain"] == f"[figure: {alt}]"
        (figure,) = saved
        assert plt.get_fignums() == []
        return Shown(base64.b64decode(found[2]), alt, figure)

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
