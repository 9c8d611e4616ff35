"""What students type is shown on pages, and never alive."""

from typing import Any

import pytest
from traitlets.config import Config

from autograder.course.config import configure
from autograder.course.markdown import SIZE_LIMIT, markdown2html
from autograder.course.notebook import SUMMARY_ID

OURS = {"metadata": {"nbgrader": {"locked": True}}}
SCRIPT = "<script>alert(1)</script>"


def rendered(source: str, **cell: Any) -> str:
    return markdown2html({"cell": cell}, source)


def test_markdown_is_rendered() -> None:
    page = rendered("# Why\n\n**So** $a<b$\n\n| a |\n|---|\n| 1 |")
    for part in ("<h1", "<strong>So</strong>", "<mo>&lt;</mo>", "<td>1</td>"):
        assert part in page


@pytest.mark.parametrize("source", [SCRIPT, f"a {SCRIPT}", "<img src=x onerror=alert(1)>"])
def test_only_the_instructors_html_is_html(source: str) -> None:
    assert "<script" not in rendered(source) and "<img" not in rendered(source)
    for ours in (OURS, {"id": SUMMARY_ID}):
        assert source in rendered(source, **ours)


@pytest.mark.parametrize(
    "url", ["javascript:x", " JAVAscript:x", "&#106;avascript:x", "data:text/html,x"]
)
def test_links_lead_to_pages_only(url: str) -> None:
    assert 'href="#harmful-link"' in rendered(f"[a]({url})")
    assert 'href="https://pytorch.org/"' in rendered("[a](https://pytorch.org/)")


def test_pasted_pictures_are_shown() -> None:
    picture = {"a.png": {"image/png": "AAAA"}}
    assert "data:image/png;base64,AAAA" in rendered("![a](attachment:a.png)", attachments=picture)


@pytest.mark.parametrize("source", [
    "![a](attachment:missing.png) <b>", "\\begin{a}" * 10_000 + "<b>", "<b>" * SIZE_LIMIT,
])  # fmt: skip
def test_what_cant_be_rendered_is_shown_as_typed(source: str) -> None:
    page = rendered(source)
    assert page.startswith("<pre>") and "&lt;b&gt;" in page and "<b>" not in page


def test_formgrader_and_feedback_render_so() -> None:
    from nbconvert.exporters import HTMLExporter

    config = Config()
    configure(config)
    page, _ = HTMLExporter(config=config).from_notebook_node(_notebook(SCRIPT))
    assert SCRIPT not in page


def _notebook(text: str) -> Any:
    from nbformat.v4 import new_markdown_cell, new_notebook

    return new_notebook(cells=[new_markdown_cell(text)])
