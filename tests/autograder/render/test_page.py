"""A page holds all that it shows."""

import re
from pathlib import Path

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.render.page import as_page

PIXEL = "iVBORw0KGgo="  # its first bytes


def test_nothing_is_fetched_and_formulas_are_drawn(tmp_path: Path) -> None:
    (tmp_path / "triangle.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", "utf-8")
    picture = new_output("display_data", data={"image/png": PIXEL, "text/plain": "a pixel"})
    text = "# Lab\n\n$x^2$ ![dot](attachment:dot.png) ![three](triangle.svg)"
    folded = "<details><summary>More</summary>\n\n$y$\n\n</details>"
    cells = [
        new_markdown_cell(text, attachments={"dot.png": {"image/png": PIXEL}}),
        new_markdown_cell(folded),
        new_code_cell("plot()", outputs=[picture]),
    ]
    page = as_page(new_notebook(cells=cells), "lab09", tmp_path)
    assert "<title>lab09</title>" in page
    assert "<script" not in page
    assert page.count("<math") == 2
    assert page.count(f"data:image/png;base64,{PIXEL}") == 2
    assert "data:image/svg+xml;base64," in page
    assert re.search(r"<details>.*<math.*</details>", page, re.DOTALL)
    links = re.findall(r"""(?:src|href)=["']([^"']*)|url\(["']?([^)"']*)""", page)
    assert all(link.startswith(("data:", "#")) for pair in links for link in pair if link)
