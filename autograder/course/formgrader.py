"""Cells in formgrader: the lab's own are rendered there, all others were when published.

nbgrader's template would pass on HTML and diagrams from Markdown as they are; a student's script
would run with all that the grader may do. And it would look in code and links for patterns, which
takes minutes for texts made for that, in the server, where all graders wait. So it looks for none
in what a student wrote.
"""

import html
from typing import Any

from jinja2 import pass_context
from nbconvert.filters import strip_files_prefix as without_files_prefix
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import InvalidNotebook, MarkdownWithMath

from ..assignment import is_own, nbgrader_tag
from ..render.formulas import FormulaRenderer
from .colours import in_colour
from .frames import inside, ours, own
from .notebook import COLOURS, OURSELVES, SUMMARY_ID
from .sanitise import clean_text


@pass_context
def markdown2html(context: Any, source: str) -> str:
    """A cell of a notebook for graders as HTML. What is not locked is HTML already; as the file
    may have been changed since, it is sanitised once more.
    """
    cell = _cell(context)
    if cell.get("id") == SUMMARY_ID:
        return ours(clean_text(inside(source)))
    if is_own(cell):
        return own(clean_text(inside(source)))
    if not _is_locked(cell):
        return clean_text(source)
    renderer = FormulaRenderer(escape=False, attachments=cell.get("attachments", {}))
    try:
        return str(MarkdownWithMath(renderer=renderer).render(source))
    except InvalidNotebook:  # a picture is missing
        return f"<pre>{html.escape(source)}</pre>"


@pass_context
def highlight_code(context: Any, source: str, **_: Any) -> str:
    """The code of a cell as HTML. A student's has the colours that were found for it when it was
    published.
    """
    cell = _cell(context)
    if _is_locked(cell):
        return str(Highlight2HTML(pygments_lexer="ipython3")(source))
    kept = cell["metadata"].get(OURSELVES)
    runs = kept.get(COLOURS) if isinstance(kept, dict) else None
    code = f'<div class="highlight hl-ipython3"><pre>{in_colour(source, runs)}</pre></div>'
    return own(code) if is_own(cell) else code


@pass_context
def strip_files_prefix(context: Any, block: str) -> str:
    """The lab's own text with links as nbgrader has them; a student's as it is."""
    return str(without_files_prefix(block)) if _is_locked(_cell(context)) else block


def _cell(context: Any) -> Any:
    return context.get("cell") or {"metadata": {}}


def _is_locked(cell: Any) -> bool:
    return bool(nbgrader_tag(cell).get("locked"))
