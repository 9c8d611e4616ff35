"""A notebook runs in a real kernel and in its own folder."""

from pathlib import Path

import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.render.execute import execute


def test_outputs_and_times(tmp_path: Path) -> None:
    (tmp_path / "data.txt").write_text("forty-two", "utf-8")
    (tmp_path / "beside.py").write_text("", "utf-8")
    reads = new_code_cell("import beside\nprint(1)\nprint(open('data.txt').read())")
    sleeps = new_code_cell("import time; time.sleep(1)")
    skipped = new_code_cell("1 / 0", metadata={"tags": ["skip-execution"]})
    done: list[tuple[int, int]] = []
    notebook = new_notebook(cells=[new_markdown_cell("# Lab"), reads, sleeps, skipped])
    runs = execute(notebook, tmp_path, lambda number, of: done.append((number, of)))
    assert [run.last_line for run in runs] == ["forty-two", ""]
    assert runs[1].seconds >= 1
    assert done[0] == (0, 4) and done[-1] == (4, 4)
    assert reads.outputs and not skipped.outputs
    assert "execution" not in reads.metadata
    assert {path.name for path in tmp_path.iterdir()} == {"data.txt", "beside.py"}


@pytest.mark.parametrize("tags", [[], ["raises-exception"]])
def test_a_failing_cell_is_told(tags: list[str], tmp_path: Path) -> None:
    failing = new_code_cell("1 / 0", metadata={"tags": tags})
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        execute(new_notebook(cells=[failing]), tmp_path, lambda number, of: None)
