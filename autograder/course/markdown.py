"""Text cells on the pages that graders and students open: students' text is never alive there.

nbgrader's templates pass on HTML from Markdown as it is; in formgrader a student's script would
run with all that the grader may do.
"""

import contextlib
import html
from typing import Any

from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import MarkdownWithMath

from ..render.formulas import FormulaRenderer
from .notebook import SUMMARY_ID

SIZE_LIMIT = 2**20  # characters
MATH_LIMIT = 100  # environments; the time that they take grows with the square of their number


@pass_context
def markdown2html(context: Any, source: str) -> str:
    """Rendered text; HTML in students' cells, and what can't be rendered soon, as it was typed."""
    cell = context.get("cell") or {}
    if len(source) <= SIZE_LIMIT and source.count("\\begin") <= MATH_LIMIT:
        renderer = FormulaRenderer(
            escape=not _is_ours(cell),
            allow_harmful_protocols=False,
            attachments=cell.get("attachments", {}),
        )
        with contextlib.suppress(Exception):  # of many kinds, for one picture that is missing
            return str(MarkdownWithMath(renderer=renderer).render(source))
    return f"<pre>{html.escape(source)}</pre>"


def _is_ours(cell: Any) -> bool:
    """Whether a cell of a graded notebook is the instructor's; students have no say in that."""
    return cell.get("id") == SUMMARY_ID or bool(
        cell.get("metadata", {}).get("nbgrader", {}).get("locked")
    )
