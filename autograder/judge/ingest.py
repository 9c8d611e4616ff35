"""From the file that a student handed in to what is graded of it."""

from pathlib import Path
from typing import Any

from ..errors import Unreadable
from .matching import match
from .parse import SIZE_LIMIT_BYTES, ParsedNotebook, capped, parse_notebook
from .submission import UNREADABLE, Submission

__all__ = ["SIZE_LIMIT_BYTES", "ingest", "read_submission"]


def ingest(release_notebook: Any, submitted: Path) -> Submission:
    """The submission in a file; one without answers where the file is unreadable."""
    try:
        parsed = read_submission(submitted)
    except Unreadable as reason:
        return Submission(notes=(f"graded as blank: {reason}",), status=UNREADABLE)
    return match(release_notebook, parsed)


def read_submission(path: Path) -> ParsedNotebook:
    """Parse a submitted file.

    Raises:
        Unreadable: if it is missing, a link, or anything that `parse_notebook` refuses.
    """
    if path.is_symlink():  # perhaps to a neighbour's
        raise Unreadable(f"{path.name} is a link to another file")
    if not path.is_file():
        raise Unreadable(f"{path.name} was not handed in")
    with path.open("rb") as file:
        content = capped(file, path.name)
    return parse_notebook(content, path.name)
