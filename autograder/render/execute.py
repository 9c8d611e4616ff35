"""Executes a notebook from top to bottom."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from nbclient import NotebookClient


@dataclass(frozen=True)
class CellRun:
    """How long a code cell took, and the last line it printed."""

    cell_id: str
    seconds: float
    last_line: str


def execute(notebook: Any, folder: Path, on_cell: Callable[[int, int], None]) -> list[CellRun]:
    """Run a notebook in a folder, in place; cells tagged "skip-execution" are left out.

    Args:
        on_cell: called with the number of cells done and of all cells.

    Raises:
        nbclient.exceptions.CellExecutionError: if a cell fails.
    """
    in_all = len(notebook.cells)
    client = NotebookClient(
        notebook,
        timeout=None,
        record_timing=True,
        force_raise_errors=True,  # also where a student's "Run all" goes on
        resources={"metadata": {"path": str(folder)}},
        on_cell_start=lambda cell, cell_index: on_cell(cell_index, in_all),
    )
    # The folder may be a release, which is to stay as it is.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    client.execute(env=environment, stderr=subprocess.DEVNULL)  # the kernel's own log
    on_cell(in_all, in_all)
    runs = [_run_of(cell) for cell in notebook.cells if cell.metadata.get("execution")]
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    return runs


def _run_of(cell: Any) -> CellRun:
    times = cell.metadata["execution"]
    start, end = (
        datetime.fromisoformat(times[name]) for name in ("iopub.status.busy", "iopub.status.idle")
    )
    printed = [out.text for out in cell.outputs if out.get("name") == "stdout"]
    lines = "".join(printed).strip().splitlines()
    return CellRun(cell.id, (end - start).total_seconds(), lines[-1] if lines else "")
