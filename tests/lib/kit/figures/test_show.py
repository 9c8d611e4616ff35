"""A figure's description survives in the notebook and in the HTML made from it."""

from collections.abc import Callable
from pathlib import Path

import nbformat
from matplotlib import pyplot as plt
from nbclient import NotebookClient
from nbconvert.exporters import HTMLExporter

from lib.kit.figures import show

from .conftest import Shown

PROJECT = Path(__file__).resolve().parents[4]


def test_an_image_with_its_description(shown: Callable[[], Shown]) -> None:
    figure, axes = plt.subplots(figsize=(2, 1))
    axes.plot([1, 2])
    show(figure, 'a "line" & more <b>')
    result = shown()
    assert result.png.startswith(b"\x89PNG")
    assert result.alt == 'a "line" & more <b>'


def test_the_description_survives_a_kernel_and_nbconvert() -> None:
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(
                "from lib.kit.figures import plot_accuracies\nplot_accuracies({'my <model>': 0.75})"
            )
        ]
    )
    NotebookClient(notebook, resources={"metadata": {"path": str(PROJECT)}}).execute()
    (output,) = notebook.cells[0].outputs  # shown once, not again at the end of the cell
    page, _ = HTMLExporter(embed_images=True).from_notebook_node(notebook)
    alt = 'alt="Bars of the accuracy on the test reviews: my &lt;model&gt; 0.750."'
    assert alt in output.data["text/html"]
    assert alt in page
