"""An executed notebook as one HTML page: nothing on it is fetched from elsewhere."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import MarkdownWithMath

from .formulas import FormulaRenderer

# A formula and what follows it without a blank, to be kept on a line.
PUNCTUATED = re.compile(r"(<math [^>]*inline(?:(?!</math>).)*</math>)([.,;:!?)]+)")
TEMPLATES = Path(__file__).parent / "templates"


def as_page(notebook: Any, title: str, folder: Path) -> str:
    """The page; pictures lie inside it, formulas are MathML, no script is needed.

    Args:
        folder: where pictures that the text names are to be found.
    """
    exporter = _PageExporter(template_name="offline", extra_template_basedirs=[str(TEMPLATES)])
    about = {"metadata": {"name": title, "path": str(folder)}}
    page, _ = exporter.from_notebook_node(notebook, about)
    return str(page)


class _PageExporter(HTMLExporter):
    def default_filters(self) -> Iterator[tuple[str, Any]]:
        yield from super().default_filters()
        yield "markdown2html", _markdown2html


class _PageRenderer(FormulaRenderer):
    def _html_embed_images(self, html: str) -> str:
        """Left as it is without images: nbconvert would close `<details>` at once."""
        return super()._html_embed_images(html) if "<img" in html else html


@pass_context
def _markdown2html(context: Any, source: str) -> str:
    renderer = _PageRenderer(
        escape=False,
        attachments=context["cell"].get("attachments", {}),
        embed_images=True,
        path=context["resources"]["metadata"]["path"],
        anchor_link_text="",
    )
    page = str(MarkdownWithMath(renderer=renderer).render(source))
    return PUNCTUATED.sub(r'<span style="white-space: nowrap">\1\2</span>', page)
