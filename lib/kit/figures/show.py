"""Shows a figure under its cell, with a description."""

import base64
import html
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from IPython.display import display
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

DOTS_PER_INCH = 160  # sharp on dense screens too
CSS_PIXELS_PER_INCH = 92


def show(figure: Figure, alt: str) -> None:
    """Show a figure as an image whose alternative text is `alt`, and close it.

    Jupyter's own way of showing a figure loses the text: JupyterLab gives an image/png output
    none. An `<img>` keeps it in the notebook, in JupyterLab, and in HTML and PDF made from it.
    """
    display(_Picture(figure, alt))
    plt.close(figure)


@dataclass(frozen=True)
class _Picture:
    """A figure that is drawn when somebody wants to see it, which takes a tenth of a second."""

    figure: Figure
    alt: str

    def __repr__(self) -> str:
        return f"[figure: {self.alt}]"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """What Jupyter shows."""
        buffer = BytesIO()
        self.figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH)
        image = base64.b64encode(buffer.getvalue()).decode("ascii")
        width = round(self.figure.get_figwidth() * CSS_PIXELS_PER_INCH)
        source = f'src="data:image/png;base64,{image}"'
        tag = f'<img alt="{html.escape(self.alt)}" width="{width}" {source}>'
        return {"text/html": tag, "text/plain": repr(self)}
