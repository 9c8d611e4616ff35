"""What a student handed in, as it is graded: answers, and cells of the student's own.

With the released notebook it gives the notebook to grade; the file is not needed again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..assignment import is_answer, is_for_colab
from ..notebook import as_nodes

GRADED, UNREADABLE = "graded", "unreadable"
CellContent = tuple[str, str, dict[str, Any]]  # its kind, its text, and its pictures


@dataclass(frozen=True)
class StudentCell:
    """An answer, by the id of its cell in the lab; or a cell of the student's own.

    An own cell runs where it stands. One of kind "raw" is shown and never run.
    """

    id: str  # the lab's cell, or `own-000` …
    kind: str  # "code", "markdown" or "raw"
    source: str
    after: str | None = None  # the lab's cell that an own cell follows; None: before all of them
    attachments: dict[str, Any] = field(default_factory=dict)  # pictures: name -> kind -> base64

    @property
    def content(self) -> CellContent:
        """All that a student wrote in it."""
        return self.kind, self.source, self.attachments


@dataclass(frozen=True)
class Submission:
    """The student's text, and notes on all that is unusual about it."""

    cells: tuple[StudentCell, ...] = ()
    notes: tuple[str, ...] = ()
    status: str = GRADED  # or UNREADABLE: there was nothing to grade


def compose(release_notebook: Any, cells: Iterable[StudentCell]) -> Any:
    """The notebook to grade: the released one with the answers and the own cells in it.

    A missing answer stays the blank. Own cells that follow no cell of this release come last. The
    cell for Google Colab is left out.
    """
    known = {cell.id for cell in release_notebook.cells}
    answers: dict[str, StudentCell] = {}
    own: defaultdict[str | None, list[Any]] = defaultdict(list)
    last = release_notebook.cells[-1].id if release_notebook.cells else None
    for cell in cells:
        if cell.id in known:
            answers[cell.id] = cell
        else:
            after = cell.after if cell.after in known or cell.after is None else last
            own[after].append(_own_cell(cell))
    notebook = as_nodes({**release_notebook, "cells": own[None]})
    for original in release_notebook.cells:
        placed = as_nodes(original)
        if is_answer(placed) and placed.id in answers:
            placed.source = answers[placed.id].source
            if placed.cell_type == "markdown" and answers[placed.id].attachments:
                placed.attachments = answers[placed.id].attachments
        notebook.cells += own[placed.id] if is_for_colab(placed) else [placed, *own[placed.id]]
    return notebook


def content_of(cell: Any) -> CellContent:
    """The same of a notebook's cell as `StudentCell.content`: two answers alike are equal in it."""
    return cell["cell_type"], cell["source"], dict(cell.get("attachments") or {})


def with_sources(cells: Iterable[Any], sources: Mapping[str, str]) -> list[Any]:
    """Cells of which some, by id, have another text."""
    return [
        as_nodes({**cell, "source": sources[cell.id]}) if cell.id in sources else cell
        for cell in cells
    ]


def _own_cell(cell: StudentCell) -> Any:
    own = {"id": cell.id, "metadata": {}, "source": cell.source}
    if cell.kind == "code":
        return as_nodes({**own, "cell_type": "code", "execution_count": None, "outputs": []})
    text = cell.source if cell.kind == "markdown" else _fenced(cell.source)
    attachments = dict(cell.attachments)
    return as_nodes({**own, "cell_type": "markdown", "source": text, "attachments": attachments})


def _fenced(text: str) -> str:
    """A text that Markdown leaves as it is."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}\n{text}\n{fence}"
