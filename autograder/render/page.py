"""An executed notebook as one HTML page: nothing on it is fetched from elsewhere."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import MarkdownWithMath

from .formulas import FormulaRenderer

TEMPLATES = Path(__file__).parent / "templates"


def as_page(notebook: Any, title: str) -> str:
    """The page; pictures lie inside it, formulas are MathML, no script is needed."""
    exporter = _PageExporter(template_name="offline", extra_template_basedirs=[str(TEMPLATES)])
    page, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": title}})
    return str(page)


class _PageExporter(HTMLExporter):
    def default_filters(self) -> Iterator[tuple[str, Any]]:
        yield from super().default_filters()
        yield "markdown2html", _markdown2html


@pass_context
def _markdown2html(context: Any, source: str) -> str:
    attachments = context.get("cell", {}).get("attachments", {})
    renderer = FormulaRenderer(escape=False, attachments=attachments, anchor_link_text="")
    return str(MarkdownWithMath(renderer=renderer).render(source))
