"""`make lab` opens the lab with all that it needs, for root too."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page

from .conftest import Show
from .notebook_page import NotebookPage, is_folded
from .server import Server, jupyter

PROJECT = Path(__file__).resolve().parents[2]
LAB = "lab09"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    if shutil.which("make") is None:
        pytest.skip("there is no `make` here")
    # Not to set up what runs this test, perhaps by other means than make.
    command = ["make", "--old-file=setup", "lab", f"LAB={LAB}", f"DESK={tmp_path / 'my desk'}"]
    with jupyter(command, PROJECT, tmp_path) as server:
        yield server


def test_make_lab(server: Server, page: Page, show: Show, tmp_path: Path) -> None:
    released = nbformat.read(PROJECT / "release" / LAB / f"{LAB}.ipynb", as_version=4)
    notebook = NotebookPage(page, server, f"{LAB}.ipynb", released.cells)
    code = [cell.id for cell in released.cells if cell.cell_type == "code" and not is_folded(cell)]
    notebook.run(code[0])  # the imports: torch, torchvision, the lab's own modules
    assert "Error" not in (notebook.output(code[0]).text_content() or "")
    show("imports")
    beside = {path.name for path in (PROJECT / "release" / LAB).iterdir()} - {"__pycache__"}
    assert beside <= {path.name for path in (tmp_path / "my desk" / LAB).iterdir()}
