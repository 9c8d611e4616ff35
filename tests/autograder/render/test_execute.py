"""A notebook runs in a real kernel, in its own folder, and is kept whole or not at all."""

from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.render import execute


def write(folder: Path, *sources: str) -> Path:
    cells = [new_code_cell(source) for source in sources]
    path = folder / "lab.ipynb"
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Lab"), *cells]), path)
    return path


def test_outputs_times_and_a_page(tmp_path: Path) -> None:
    (tmp_path / "data.txt").write_text("forty-two", "utf-8")
    done: list[tuple[int, int]] = []
    source = write(
        tmp_path, "print(1)\nprint(open('data.txt').read())", "import time; time.sleep(1)"
    )
    runs = execute(source, tmp_path / "out", lambda number, of: done.append((number, of)))
    assert [run.last_line for run in runs] == ["forty-two", ""]
    assert runs[1].seconds >= 1
    assert done[-1] == (3, 3)
    assert "forty-two" in (tmp_path / "out" / "lab.html").read_text("utf-8")
    assert nbformat.read(tmp_path / "out" / "lab.ipynb", as_version=4).cells[1].outputs


def test_a_failing_cell_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        execute(write(tmp_path, "1 / 0"), tmp_path / "out", lambda number, of: None)
    assert not (tmp_path / "out").exists()
