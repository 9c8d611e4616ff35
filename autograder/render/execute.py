"""Executes a notebook from top to bottom and keeps it as notebook and as one HTML page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbconvert.exporters import HTMLExporter


@dataclass(frozen=True)
class CellRun:
    """How long a code cell took, and the last line it printed."""

    cell_id: str
    seconds: float
    last_line: str


def execute(source: Path, target_dir: Path, on_cell: Callable[[int, int], None]) -> list[CellRun]:
    """Run a notebook in its own folder; write it executed, and as HTML, into `target_dir`.

    Args:
        on_cell: called with the number of cells done and of all cells.

    Raises:
        nbclient.exceptions.CellExecutionError: if a cell fails; then nothing is written.
    """
    notebook = nbformat.read(source, as_version=4)
    in_all = len(notebook.cells)
    client = NotebookClient(
        notebook,
        timeout=None,
        record_timing=True,
        resources={"metadata": {"path": str(source.parent)}},
        on_cell_complete=lambda cell, cell_index: on_cell(cell_index + 1, in_all),
    )
    client.execute()
    target_dir.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, target_dir / source.name)
    page, _ = HTMLExporter(embed_images=True).from_notebook_node(notebook)
    (target_dir / source.name).with_suffix(".html").write_text(page, "utf-8")
    return [_run_of(cell) for cell in notebook.cells if cell.metadata.get("execution")]


def _run_of(cell: Any) -> CellRun:
    times = cell.metadata["execution"]
    start, end = (
        datetime.fromisoformat(times[name]) for name in ("iopub.status.busy", "iopub.status.idle")
    )
    printed = [out.text for out in cell.outputs if out.get("name") == "stdout"]
    lines = "".join(printed).strip().splitlines()
    return CellRun(cell.id, (end - start).total_seconds(), lines[-1] if lines else "")
