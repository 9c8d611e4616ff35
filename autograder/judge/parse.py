"""Reads what a student handed in: bytes in, the cells of a notebook out.

Of a cell only its kind, text, id, pictures and marks are looked at. nbformat's own reader is not
asked: it refuses what could be graded, and validates every stored output, for which a file can be
made that takes it minutes.
"""

import codecs
import itertools
import json
import re
from dataclasses import dataclass, field
from typing import Any, Literal, TypeGuard

from ..assignment import SKIP_GRADING_TAG
from ..errors import Unreadable

SIZE_LIMIT_BYTES = 20 * 1024 * 1024
CELL_LIMIT = 1000
ID_LIMIT = 200  # characters; longer ones are no ids
PICTURE_LIMIT = 20  # of a cell
LISTED_LIMIT = 10  # numbers of cells in a note
REMEDY = "save it again and hand in the .ipynb"
OTHER_KINDS = {
    "a web page": (b"<!doctype html", b"<html", b"<?xml"),
    "a PDF": (b"%pdf",),
    "Python code": (b"#!", b"# coding", b"import ", b"from ", b"# %%"),
    "a text in UTF-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
}
IMAGE_TYPES = ("image/png", "image/jpeg", "image/gif")  # not SVG, which may hold scripts
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")

Role = Literal["answer", "check", "given"]


@dataclass(frozen=True)
class ParsedCell:
    """A cell as it was handed in; all of it is the student's word."""

    kind: str  # "code", "markdown" or "raw"
    source: str
    id: str | None = None
    grade_id: str | None = None
    role: Role | None = None  # by nbgrader's mark; None for a cell that has none
    is_skipped: bool = False  # marked as not to be executed for grading
    attachments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ParsedNotebook:
    """The cells of a file, and notes on what had to be done to read it."""

    cells: tuple[ParsedCell, ...]
    notes: tuple[str, ...] = ()


def parse_notebook(content: bytes, name: str) -> ParsedNotebook:
    """Read a notebook; `name` is the file's.

    Raises:
        Unreadable: if it is too large, not UTF-8, not JSON, or no notebook.
    """
    if len(content) > SIZE_LIMIT_BYTES:
        clear = "clear its outputs (Edit, Clear Outputs of All Cells)"
        raise Unreadable(f"{name} is larger than {SIZE_LIMIT_BYTES >> 20} MiB; {clear}, {REMEDY}")
    return _parse(content, name)


def _parse(content: bytes, name: str) -> ParsedNotebook:
    try:
        tree = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _no_notebook(name, _what_it_is(content, error)) from None
    match tree:
        case {"cells": [*cells]}:
            pass
        case {"worksheets": [{"cells": [*cells]}, *_]}:  # before 2015
            pass
        case _:
            raise _no_notebook(name, "it has no cells")
    if len(cells) > CELL_LIMIT:
        raise Unreadable(f"{name} has more than {CELL_LIMIT} cells; delete some, {REMEDY}")
    parsed = [_parse_cell(cell) for cell in cells]
    if cells and not any(parsed):
        raise _no_notebook(name, "none of its cells is one")
    left_out = [str(number) for number, cell in enumerate(parsed, start=1) if cell is None]
    more = f" and {len(left_out) - LISTED_LIMIT} more" if len(left_out) > LISTED_LIMIT else ""
    note = (
        f"no cells of a notebook, and left out: number {', '.join(left_out[:LISTED_LIMIT])}{more}"
    )
    return ParsedNotebook(tuple(filter(None, parsed)), (note,) if left_out else ())


def _no_notebook(name: str, why: str) -> Unreadable:
    return Unreadable(f"{name} is not a notebook: {why}; open the notebook in Jupyter, {REMEDY}")


def _what_it_is(content: bytes, error: Exception) -> str:
    """What somebody handed in instead of JSON."""
    start = content.removeprefix(codecs.BOM_UTF8)[:200].lstrip().lower()
    for kind, marks in OTHER_KINDS.items():
        if start.startswith(marks):
            return f"it is {kind}"
    if isinstance(error, UnicodeDecodeError):
        return "its text is not UTF-8"
    return f"it is damaged, or was changed in another program ({error})"


def _parse_cell(cell: Any) -> ParsedCell | None:
    """A cell with what is looked at; None if it has no kind or no text."""
    match cell:
        case {"cell_type": str(kind), "source": source} | {"cell_type": str(kind), "input": source}:
            pass
        case _:
            return None
    lines = source if isinstance(source, list) else [source]
    if not all(isinstance(line, str) for line in lines):
        return None
    cell_id, metadata = cell.get("id"), cell.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    mark, tags = metadata.get("nbgrader"), metadata.get("tags")
    mark = mark if isinstance(mark, dict) else {}
    grade_id = mark.get("grade_id")
    return ParsedCell(
        kind=kind if kind in ("code", "raw") else "markdown",
        # Half of a surrogate pair can stand in JSON, but in no file.
        source="".join(lines).encode("utf-8", "replace").decode("utf-8"),
        id=cell_id if _is_id(cell_id) else None,
        grade_id=grade_id if _is_id(grade_id) else None,
        role=_role(mark) if _is_id(grade_id) else None,
        is_skipped=isinstance(tags, list) and SKIP_GRADING_TAG in tags,
        attachments=_images(cell.get("attachments")),
    )


def _is_id(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and len(value) <= ID_LIMIT


def _role(mark: dict[str, Any]) -> Role:
    if mark.get("solution"):
        return "answer"
    return "check" if mark.get("grade") else "given"


def _images(attachments: Any) -> dict[str, Any]:
    """The pictures among what was pasted into a text cell."""
    if not isinstance(attachments, dict):
        return {}
    images = {
        name: {kind: data}
        for name, versions in attachments.items()
        if isinstance(versions, dict) and _is_id(name)
        for kind, data in versions.items()
        if kind in IMAGE_TYPES and isinstance(data, str) and BASE64.fullmatch(data)
    }
    return dict(itertools.islice(images.items(), PICTURE_LIMIT))
