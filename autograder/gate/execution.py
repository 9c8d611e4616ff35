"""Runs the student notebook in a real kernel, as Jupyter would, with its blanks open.

Cells marked SKIPQUESTEXEC and check cells are left out, as in a preview; the rest has to run
without an error. Then each check cell is run too, as nbgrader's Validate does: with the blanks open
it has to fail, and by `ChecksFailed`, one line, not by anything else. Where a question has no
public checks, the cell has to say so without an error.
"""

import os
import shutil
import subprocess
from typing import Any

import nbformat
from jupyter_core.utils import ensure_event_loop
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from ..assignment import question_id
from ..compiler.notebooks import SKIP_EXECUTION_TAG
from .bench import Bench, Finding, Seen

CELL_TIMEOUT_S = 120
CHECK_ERROR = "ChecksFailed"
VALIDATES = "NBGRADER_VALIDATING"  # what Validate sets for its kernels


def check_executes(bench: Bench) -> Seen:
    """The student notebook runs as far as it is meant to before anything is filled in."""
    folder = bench.work_dir / "executed"
    shutil.copytree(bench.subject.release_dir, folder, ignore=shutil.ignore_patterns("__pycache__"))
    cells = bench.subject.code_cells()
    checks = [cell for cell in cells if question_id(cell) is not None]
    ordinary = [cell for cell in cells if not _is_skipped(cell) and question_id(cell) is None]
    client = NotebookClient(
        nbformat.from_dict(bench.subject.assignment.notebook),
        timeout=CELL_TIMEOUT_S,
        force_raise_errors=True,  # also where a cell may fail in Validate
        resources={"metadata": {"path": str(folder)}},
        skip_cells_with_tag="",
        record_timing=False,
    )
    # Nothing of the project may be found, nor what its user starts IPython with.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["IPYTHONDIR"] = str(bench.work_dir / "ipython")
    environment[VALIDATES] = "1"
    try:
        with client.setup_kernel(env=environment, stderr=subprocess.DEVNULL):
            findings = [
                *_failures(bench, client, ordinary),
                *_wrong_checks(bench, client, checks),
            ]
    finally:
        ensure_event_loop().close()  # this thread's, which nbclient leaves open
    num_skipped = len(cells) - len(ordinary) - len(checks)
    looked_at = f"{len(ordinary)} cells, {num_skipped} skipped, {len(checks)} checks"
    return Seen(looked_at, findings)


def _is_skipped(cell: Any) -> bool:
    return SKIP_EXECUTION_TAG in cell.metadata.get("tags", [])


def _failures(bench: Bench, client: NotebookClient, cells: list[Any]) -> list[Finding]:
    """The first cell that fails; those after it would fail for want of what it defines."""
    for cell in cells:
        if error := _error_in(client, cell):
            wrong = f"cell {cell.id} fails ({': '.join(error)}); mark it SKIPQUESTEXEC or fix it"
            return [Finding(bench.subject.place_of(cell), wrong)]
    return []


def _wrong_checks(bench: Bench, client: NotebookClient, cells: list[Any]) -> list[Finding]:
    findings = []
    checked = {test.question_id for test in bench.subject.public_tests}
    for cell in cells:
        error = _error_in(client, cell)
        if question_id(cell) not in checked:  # it says so, and lets the student go on
            if error is not None:
                wrong = f"{cell.source} fails by {': '.join(error)}, and there is nothing to check"
                findings.append(Finding(bench.subject.place_of(cell), f"{wrong}; fix its source"))
            continue
        if error is None or error[0] != CHECK_ERROR or str(question_id(cell)) not in error[1]:
            how = f"fails by {': '.join(error)}" if error else "passes"
            wanted = f"it should say {CHECK_ERROR} of its question"
            wrong = f"{cell.source} {how} with its blank open; {wanted}"
            findings.append(Finding(bench.subject.place_of(cell), wrong))
    return findings


def _error_in(client: NotebookClient, cell: Any) -> tuple[str, str] | None:
    """Name and message of what a cell raised."""
    copy = nbformat.from_dict(cell)
    try:
        client.execute_cell(copy, _index(client, cell))
    except CellExecutionError as error:
        return error.ename, error.evalue
    except (CellTimeoutError, DeadKernelError) as error:
        return type(error).__name__, str(error).strip().split("\n")[0]
    return None


def _index(client: NotebookClient, cell: Any) -> int:
    return next(i for i, other in enumerate(client.nb.cells) if other.id == cell.id)
