"""The two versions of a lab to read, with solutions and without: as notebook, page and PDF."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat

from ..assignment import question_id
from ..compiler.notebooks import SKIP_EXECUTION_TAG
from .execute import CellRun, execute
from .page import as_page
from .pdf import print_pdf
from .progress_bars import as_text

OnCell = Callable[[int, int], None]  # number of cells done, of all cells


def render_solution(source: Path, target_dir: Path, on_cell: OnCell) -> list[CellRun]:
    """Run the solved notebook and keep it; what readers would unfold is unfolded in the PDF.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell fails; then nothing is written.
        UserError: there is no Chromium; then only the PDF is missing.
    """
    return _render(nbformat.read(source, as_version=4), source, target_dir, on_cell, unfold=True)


def render_handout(source: Path, target_dir: Path, on_cell: OnCell) -> list[CellRun]:
    """Run what a student notebook can run while its blanks are open, without its checks; keep it.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell fails; then nothing is written.
        UserError: there is no Chromium; then only the PDF is missing.
    """
    notebook = nbformat.read(source, as_version=4)
    for cell in notebook.cells:
        if question_id(cell) is not None:
            cell.metadata.setdefault("tags", []).append(SKIP_EXECUTION_TAG)
    return _render(notebook, source, target_dir, on_cell, unfold=False)


def _render(
    notebook: Any, source: Path, target_dir: Path, on_cell: OnCell, unfold: bool
) -> list[CellRun]:
    runs = execute(notebook, source.parent, on_cell)
    as_text(notebook)
    target_dir.mkdir(parents=True, exist_ok=True)
    target = target_dir / source.name
    nbformat.write(notebook, target)
    page = target.with_suffix(".html")
    page.write_text(as_page(notebook, source.stem, source.parent), "utf-8")
    print_pdf(page, target.with_suffix(".pdf"), unfold)
    return runs
