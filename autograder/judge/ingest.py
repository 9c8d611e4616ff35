"""Reads what a student handed in and puts the answers into the instructor's copy.

Answers are taken by cell id; every other cell of the lab comes from the instructor's copy.
Cells that the student added are kept where they stand. Each decision is a remark; nothing is
dropped silently.
"""

import difflib
import io
import json
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from ..assignment import is_answer, nbgrader_tag
from ..engine import printable

SIZE_LIMIT_BYTES = 20 * 1024 * 1024
CELL_LIMIT = 1000
IMAGE_TYPES = ("image/png", "image/jpeg", "image/gif")  # not SVG, which may hold scripts
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
ZIP_START = b"PK\x03\x04"


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
        notebook, remarks = read_submission(submitted)
    except Unreadable as reason:
        return Composition(instructor, [f"graded as blank: {reason}"], "unreadable")
    composition = compose(instructor, notebook)
    return Composition(composition.notebook, remarks + composition.remarks)


def read_submission(path: Path) -> tuple[Any, list[str]]:
    """Parse a submitted notebook into nbformat 4, with remarks on what had to be done.

    Raises:
        Unreadable: if it is missing, too large, not UTF-8, not JSON, or no notebook.
    """
    if path.is_symlink():  # perhaps to a neighbour's
        raise Unreadable(f"{path.name} is a link to another file")
    if not path.is_file():
        raise Unreadable(f"{path.name} was not handed in")
    with path.open("rb") as file:
        content = _capped(file, path.name)
    if not content.startswith(ZIP_START):
        return _parse(content, path.name)
    name, content = _only_notebook(content, path.name)
    notebook, remarks = _parse(content, name)
    return notebook, [f"{path.name} is a zip archive; {name} was taken from it", *remarks]


def _capped(file: IO[bytes], name: str) -> bytes:
    content = file.read(SIZE_LIMIT_BYTES + 1)
    if len(content) > SIZE_LIMIT_BYTES:
        raise Unreadable(f"{name} is larger than {SIZE_LIMIT_BYTES >> 20} MiB")
    return content


def _only_notebook(archive: bytes, name: str) -> tuple[str, bytes]:
    """The one notebook in a zip archive, read in memory: no path of it touches the disk."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as members:
            notebooks = [
                info
                for info in members.infolist()
                if info.filename.endswith(".ipynb") and not info.filename.startswith("__MACOSX")
            ]
            if len(notebooks) != 1:
                raise Unreadable(f"{name} is a zip archive with {len(notebooks)} notebooks in it")
            inner_name = printable(PurePosixPath(notebooks[0].filename).name)
            with members.open(notebooks[0]) as file:
                return inner_name, _capped(file, inner_name)
    except Unreadable:
        raise
    except Exception as error:  # zipfile raises many kinds for a damaged file
        raise Unreadable(f"{name} is a zip archive that can't be read: {error}") from None


def _parse(content: bytes, name: str) -> tuple[Any, list[str]]:
    """A notebook of the file's cells: their kind, text, id and mark, whatever else they hold.

    nbformat's own reader is not asked: it refuses what could be graded, and validates every
    stored output, for which a file can be made that takes it minutes.
    """
    try:
        tree = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{name} is not a notebook: {error}") from None
    match tree:
        case {"cells": [*cells]}:
            pass
        case {"worksheets": [{"cells": [*cells]}, *_]}:  # before 2015
            pass
        case _:
            raise Unreadable(f"{name} is not a notebook: it has no cells")
    if len(cells) > CELL_LIMIT:
        raise Unreadable(f"{name} has more than {CELL_LIMIT} cells")
    plain = [_plain(cell) for cell in cells]
    if cells and not any(plain):
        raise Unreadable(f"{name} is not a notebook: none of its cells is one")
    left_out = [str(number) for number, cell in enumerate(plain, start=1) if cell is None]
    remarks = [f"no cells of a notebook, and left out: number {', '.join(left_out)}"]
    notebook = nbformat.from_dict({"cells": [cell for cell in plain if cell is not None]})
    return notebook, remarks if left_out else []


def _plain(cell: Any) -> Any | None:
    """A cell with what is looked at; None if it has no kind or no text."""
    match cell:
        case {"cell_type": str(kind), "source": source} | {"cell_type": str(kind), "input": source}:
            pass
        case _:
            return None
    lines = source if isinstance(source, list) else [source]
    if not all(isinstance(line, str) for line in lines):
        return None
    # Half of a surrogate pair can stand in JSON, but in no file.
    text = "".join(lines).encode("utf-8", "replace").decode("utf-8")
    plain: dict[str, Any] = {
        "cell_type": kind if kind in ("code", "raw") else "markdown",
        "source": text,
        "metadata": {},
        "attachments": _images(cell.get("attachments")),
    }
    match cell:
        case {"id": str(cell_id)}:
            plain["id"] = cell_id
    match cell:
        case {"metadata": {"nbgrader": {"grade_id": str(grade_id)}}}:
            plain["metadata"] = {"nbgrader": {"grade_id": grade_id}}
    return nbformat.from_dict(plain)


def _images(attachments: Any) -> dict[str, Any]:
    """The pictures among what was pasted into a text cell."""
    if not isinstance(attachments, dict):
        return {}
    return {
        name: {kind: data}
        for name, versions in attachments.items()
        if isinstance(versions, dict)
        for kind, data in versions.items()
        if kind in IMAGE_TYPES and isinstance(data, str) and BASE64.fullmatch(data)
    }


def compose(instructor: Any, submitted: Any) -> Composition:
    """The instructor's notebook with the student's answers and additional cells in it."""
    places = _places(instructor.cells, submitted.cells)
    remarks: list[str] = []
    answers: dict[str, Any] = {}
    additions: dict[str | None, list[Any]] = {}
    last_known: str | None = None
    for cell, place in zip(submitted.cells, places, strict=True):
        if place is not None and place not in answers:
            answers[place] = cell
            last_known = place
            continue
        if place is not None:
            remarks.append(f"a second cell marked as {place} runs as a cell of the student's own")
        additions.setdefault(last_known, []).append(_own_cell(cell))

    order = [cell.id for cell in instructor.cells if cell.id in answers]
    if order != list(answers):
        remarks.append("cells were reordered; they are graded in the order of the lab")
    put_back = [c.id for c in instructor.cells if c.id not in answers and not is_answer(c)]
    if put_back:
        remarks.append(f"cells of the lab were missing and put back: {', '.join(put_back)}")

    notebook = nbformat.from_dict({**instructor, "cells": []})
    notebook.cells.extend(additions.get(None, []))
    for original in instructor.cells:
        cell = nbformat.from_dict(original)
        if is_answer(cell):
            remarks += _take_answer(cell, answers.get(cell.id))
        notebook.cells.append(cell)
        notebook.cells.extend(additions.get(cell.id, []))
    own_cells = [cell for cell in notebook.cells if not nbgrader_tag(cell)]
    for number, cell in enumerate(own_cells):
        cell.id = f"own-{number:03d}"
    return Composition(notebook, remarks)


def _take_answer(cell: Any, answer: Any | None) -> list[str]:
    """Put the student's text into an answer cell; says what was decided if that isn't plain."""
    if answer is None:
        return [f"answer cell {cell.id} is missing and counts as left blank"]
    cell.source = answer.source
    if cell.cell_type == "markdown" and answer.get("attachments"):
        cell.attachments = answer.attachments
    if answer.cell_type != cell.cell_type:
        kinds = f"{cell.cell_type} to {answer.cell_type}"
        return [f"cell {cell.id} was changed from {kinds}; its text is taken as {cell.cell_type}"]
    return []


def _places(given: list[Any], submitted: list[Any]) -> list[str | None]:
    """For each submitted cell the id of the lab's cell that it is; None for an own cell.

    By cell id; else by nbgrader's grade id, for files whose cell ids were lost; and if no cell
    is known by either, by content.
    """
    known = {nbgrader_tag(cell)["grade_id"]: cell.id for cell in given}
    known |= {cell.id: cell.id for cell in given}
    places = []
    for cell in submitted:
        grade_id = nbgrader_tag(cell).get("grade_id")
        by_grade_id = known.get(grade_id) if isinstance(grade_id, str) else None
        places.append(known.get(cell.get("id", "")) or by_grade_id)
    return places if any(places) else _places_by_content(given, submitted)


def _places_by_content(given: list[Any], submitted: list[Any]) -> list[str | None]:
    """Given cells that are unchanged are anchors; as many cells between two of them as the lab
    has there are those of the lab, in their order."""
    before, after = ([cell.source.strip() for cell in cells] for cells in (given, submitted))
    places: list[str | None] = [None] * len(submitted)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, start, end, from_cell, to_cell in matcher.get_opcodes():
        if kind == "equal" or (kind == "replace" and end - start == to_cell - from_cell):
            places[from_cell:to_cell] = [cell.id for cell in given[start:end]]
    return places


def _own_cell(cell: Any) -> Any:
    """A cell that the student added, without its metadata and outputs."""
    if cell.cell_type == "code":
        return new_code_cell(source=cell.source)
    return new_markdown_cell(source=cell.source, attachments=cell.get("attachments", {}))
