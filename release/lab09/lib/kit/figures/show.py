"""Shows a figure under its cell, with a description."""

import base64
import html
from io import BytesIO

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
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH)
    width = round(figure.get_figwidth() * CSS_PIXELS_PER_INCH)
    plt.close(figure)
    image = base64.b64encode(buffer.getvalue()).decode("ascii")
    source = f'src="data:image/png;base64,{image}"'
    tag = f'<img alt="{html.escape(alt)}" width="{width}" {source}>'
    display({"text/html": tag, "text/plain": f"[figure: {alt}]"}, raw=True)
