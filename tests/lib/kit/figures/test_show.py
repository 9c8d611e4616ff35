"""A figure's description survives in the notebook and in the HTML made from it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import nbformat
from matplotlib import pyplot as plt
from nbclient import NotebookClient
from nbconvert.exporters import HTMLExporter

from lib.kit.figures import show
from lib.kit.figures.style import GREY, GROUND, INK, PALE_GREY, THEMES

from .conftest import Shown

PROJECT = Path(__file__).resolve().parents[4]


def test_an_image_with_its_description(shown: Callable[[], Shown]) -> None:
    figure, axes = plt.subplots(figsize=(2, 1))
    axes.plot([1, 2])
    show(figure, 'a "line" & more <b>')
    result = shown()
    assert ElementTree.fromstring(result.svg).tag == "{http://www.w3.org/2000/svg}svg"
    assert result.alt == 'a "line" & more <b>'


def test_black_on_white_follows_the_page(shown: Callable[[], Shown]) -> None:
    """Also in a figure of a student's own, in Matplotlib's style."""
    figure, axes = plt.subplots(figsize=(2, 1))
    axes.plot([1, 2], color="black", label="a line")
    axes.axhspan(1, 2, color=PALE_GREY)
    axes.set_title("Letters", color=GREY)
    axes.legend()
    show(figure, "a line")
    svg = shown().svg
    rules, drawing = svg.split("</style>", maxsplit=1)
    for color, themed in THEMES.items():
        variable = f"--color-{color.removeprefix('#')}"
        assert f"{variable}:{themed.light};" in rules
        assert f"{variable}:{themed.dark};" in rules.split("prefers-color-scheme:dark")[1]
    assert re.findall(r"#[0-9a-f]{6}", drawing) == []  # the page decides about all of them
    for color in (INK, GROUND, GREY):
        assert f"var(--color-{color.removeprefix('#')})" in drawing


def test_the_same_figure_gives_the_same_text(displayed: list[Any]) -> None:
    for _ in range(2):
        figure, axes = plt.subplots(figsize=(2, 1))
        axes.plot([1, 2]).pop().set_clip_on(True)
        show(figure, "a line")
    one, other = (picture._repr_mimebundle_()["text/html"] for picture in displayed)
    assert one == other


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
