"""Text cells in formgrader: the lab's own are rendered there, all others were when published.

nbgrader's template would pass on HTML and diagrams from Markdown as they are; a student's script
would run with all that the grader may do.
"""

import html
from typing import Any

from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import InvalidNotebook, MarkdownWithMath

from ..render.formulas import FormulaRenderer
from .sanitise import clean_text


@pass_context
def markdown2html(context: Any, source: str) -> str:
    """A cell of a notebook for graders as HTML. What is not locked is HTML already; as the file
    may have been changed since, it is sanitised once more.
    """
    cell = context.get("cell") or {}
    if not cell.get("metadata", {}).get("nbgrader", {}).get("locked"):
        return clean_text(source)
    renderer = FormulaRenderer(escape=False, attachments=cell.get("attachments", {}))
    try:
        return str(MarkdownWithMath(renderer=renderer).render(source))
    except InvalidNotebook:  # a picture is missing
        return f"<pre>{html.escape(source)}</pre>"
