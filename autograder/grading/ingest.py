"""Reads what a student handed in and puts the answers into the instructor's copy.

Answers are taken by cell id; every other cell of the lab comes from the instructor's copy.
Cells that the student added are kept where they stand. Each decision is a remark; nothing is
dropped silently.
"""

import json
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from .assignment import is_answer, nbgrader_tag

SIZE_LIMIT_BYTES = 20 * 1024 * 1024


class Unreadable(Exception):
    """The file handed in is no notebook; the message says why."""


@dataclass(frozen=True)
class Composition:
    """The notebook to grade and what was decided while composing it."""

    notebook: Any
    remarks: list[str] = field(default_factory=list)
    status: str = "graded"


def ingest(instructor: Any, submitted: Path) -> Composition:
    """The notebook to grade; the instructor's blank copy where the file is unreadable."""
    try:
        return compose(instructor, read_submission(submitted))
    except Unreadable as reason:
        return Composition(instructor, [f"graded as blank: {reason}"], "unreadable")


def read_submission(path: Path) -> Any:
    """Parse a submitted notebook into nbformat 4.

    Raises:
        Unreadable: if it is missing, too large, not UTF-8, not JSON, or no notebook.
    """
    if not path.is_file():
        raise Unreadable(f"{path.name} was not handed in")
    if path.stat().st_size > SIZE_LIMIT_BYTES:
        raise Unreadable(f"{path.name} is larger than {SIZE_LIMIT_BYTES >> 20} MiB")
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{path.name} is not a notebook: {error}") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # old formats and missing ids are mended below
            notebook = nbformat.reads(json.dumps(content), as_version=4)
        for cell in notebook.cells:
            if cell.cell_type not in ("code", "markdown", "raw") or not isinstance(
                cell.source, str
            ):
                raise Unreadable(f"{path.name} holds a cell that is none")
        return notebook
    except Unreadable:
        raise
    except Exception as error:  # nbformat raises many kinds on malformed structures
        raise Unreadable(f"{path.name} is not a notebook: {type(error).__name__}") from None


def compose(instructor: Any, submitted: Any) -> Composition:
    """The instructor's notebook with the student's answers and additional cells in it."""
    remarks: list[str] = []
    places = _known_places(instructor)
    answers: dict[str, str] = {}
    additions: dict[str | None, list[Any]] = {}
    last_known: str | None = None
    seen: set[str] = set()
    for cell in submitted.cells:
        place = _place_of(cell, places)
        if place is not None and place not in seen:
            seen.add(place)
            last_known = place
            answers[place] = cell.source
            continue
        if place is not None:
            remarks.append(f"a copy of cell {place} was kept as a cell of the student's own")
        additions.setdefault(last_known, []).append(_own_cell(cell))

    notebook = nbformat.from_dict({**instructor, "cells": []})
    notebook.cells.extend(additions.get(None, []))
    for original in instructor.cells:
        cell = nbformat.from_dict(original)
        if is_answer(cell):
            if cell.id in answers:
                cell.source = answers[cell.id]
            else:
                remarks.append(f"answer cell {cell.id} is missing and counts as left blank")
        notebook.cells.append(cell)
        notebook.cells.extend(additions.get(cell.id, []))
    for number, cell in enumerate(c for c in notebook.cells if not nbgrader_tag(c)):
        cell.id = f"own-{number:03d}"
    return Composition(notebook, remarks)


def _known_places(instructor: Any) -> dict[str, str]:
    """Cell ids, and nbgrader's grade ids for files whose cell ids were lost, to cell ids."""
    by_grade_id = {nbgrader_tag(cell)["grade_id"]: cell.id for cell in instructor.cells}
    return by_grade_id | {cell.id: cell.id for cell in instructor.cells}


def _place_of(cell: Any, places: dict[str, str]) -> str | None:
    grade_id = nbgrader_tag(cell).get("grade_id")
    by_id = places.get(cell.get("id", ""))
    return by_id or (places.get(grade_id) if isinstance(grade_id, str) else None)


def _own_cell(cell: Any) -> Any:
    """A cell that the student added, without its metadata, attachments and outputs."""
    make = new_code_cell if cell.cell_type == "code" else new_markdown_cell
    return make(source=cell.source)
