"""From what a student handed in to what is graded of it."""

from typing import Any

from ..errors import Unreadable
from .content import Content
from .matching import match
from .parse import parse_notebook
from .submission import UNREADABLE, Submission


def ingest(release_notebook: Any, content: Content) -> Submission:
    """The submission; one without answers where there is nothing that can be read."""
    if content.notebook is None:
        return Submission(notes=content.notes, status=UNREADABLE)
    try:
        parsed = parse_notebook(content.notebook, content.name)
    except Unreadable as reason:
        notes = (*content.notes, f"graded as blank: {reason}")
        return Submission(notes=notes, status=UNREADABLE)
    submission = match(release_notebook, parsed)
    return Submission(submission.cells, (*content.notes, *submission.notes), submission.status)
