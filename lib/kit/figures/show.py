"""Shows a figure under its cell, with a description, in the colours of the page."""

import base64
import html
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Any

from IPython.display import display
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from .style import INK, THEMES

DOTS_PER_INCH = 160  # of the pictures in a figure: sharp on dense screens too
CSS_PIXELS_PER_INCH = 92
# An SVG in an <img> shows the colours of the scheme that the <img> has. Without these rules, as in
# a notebook that JupyterLab doesn't trust, it follows the reader's system.
PAGES = {
    "light": ('[data-jp-theme-light="true"]', ".vscode-light"),
    "dark": ('[data-jp-theme-light="false"]', ".vscode-dark", 'html[theme="dark"]'),
}


def show(figure: Figure | Callable[[], Figure], alt: str) -> None:
    """Show a figure as an image whose alternative text is `alt`, and close it.

    A function that makes the figure is called only if somebody sees it: nobody does where a
    notebook is graded.

    Jupyter's own way of showing a figure loses the text: JupyterLab gives an image/png output
    none. An `<img>` keeps it in the notebook, in JupyterLab, and in HTML and PDF made from it.
    """
    display(_Picture(figure, alt))
    if isinstance(figure, Figure):
        plt.close(figure)


@dataclass(frozen=True)
class _Picture:
    """A figure that is drawn when somebody wants to see it, which takes a tenth of a second."""

    made: Figure | Callable[[], Figure]
    alt: str

    @cached_property
    def figure(self) -> Figure:
        """What is drawn."""
        if isinstance(self.made, Figure):
            return self.made
        figure = self.made()
        plt.close(figure)
        return figure

    def __repr__(self) -> str:
        return f"[figure: {self.alt}]"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """What Jupyter shows."""
        image = base64.b64encode(themed_svg(self.figure).encode()).decode("ascii")
        width = round(self.figure.get_figwidth() * CSS_PIXELS_PER_INCH)
        source = f'src="data:image/svg+xml;base64,{image}"'
        tag = f'<img class="lab-figure" alt="{html.escape(self.alt)}" width="{width}" {source}>'
        return {"text/html": f"{_page_rules()}{tag}", "text/plain": repr(self)}


def themed_svg(figure: Figure) -> str:
    """The figure as SVG that has a light and a dark version, each on a ground of its own."""
    buffer = BytesIO()
    with plt.rc_context({"svg.hashsalt": "lab"}):  # the same figure gives the same text
        figure.savefig(buffer, format="svg", dpi=DOTS_PER_INCH, metadata={"Date": None})
    svg = buffer.getvalue().decode()
    names = {color: f"--color-{color.removeprefix('#')}" for color in THEMES}
    for color, name in names.items():
        svg = svg.replace(f": {color}", f": var({name})")
    light, dark = (
        "".join(f"{names[color]}:{shown[version]};" for color, shown in THEMES.items())
        for version in (0, 1)
    )
    # Matplotlib leaves out the colour of what is black and filled, as letters are.
    rules = (
        f"svg{{{light}fill:var({names[INK]})}}@media(prefers-color-scheme:dark){{svg{{{dark}}}}}"
    )
    start, end = svg.split("<defs>", maxsplit=1)
    return f"{start}<style>{rules}</style><defs>{end}"


def _page_rules() -> str:
    rules = (
        f"{','.join(f'{page} .lab-figure' for page in pages)}{{color-scheme:{scheme}}}"
        for scheme, pages in PAGES.items()
    )
    return f"<style>{''.join(rules)}</style>"
