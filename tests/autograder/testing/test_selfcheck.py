"""Self-checks in a real Jupyter kernel, as a student sees them."""

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

PROJECT = Path(__file__).resolve().parents[3]
CHECKS = '''
from autograder.testing import assert_equal, question

@question("ex1-double", points=1)
def test_doubles(submission):
    """Doubles a number."""
    assert_equal(submission.double(4), 8, hint="is it a product?")

@question("ex1-double", points=1)
def test_keeps_zero(submission):
    """Zero stays zero."""
    assert_equal(submission.setup("y = f(0)", f=submission.double).y, 0)
'''


def run(tmp_path: Path, *sources: str) -> nbformat.NotebookNode:
    shutil.copytree(PROJECT / "autograder" / "testing", tmp_path / "autograder" / "testing")
    shutil.copy(PROJECT / "autograder" / "__init__.py", tmp_path / "autograder")
    (tmp_path / "checks.py").write_text(CHECKS, "utf-8")
    cells = ["from autograder.testing import check", *sources, "check('ex1-double')"]
    notebook = new_notebook(cells=[new_code_cell(source) for source in cells])
    return NotebookClient(
        notebook, allow_errors=True, resources={"metadata": {"path": str(tmp_path)}}
    ).execute()


@pytest.fixture
def last_outputs(tmp_path: Path, request: pytest.FixtureRequest) -> list[nbformat.NotebookNode]:
    outputs: list[nbformat.NotebookNode] = run(tmp_path, request.param).cells[-1].outputs
    return outputs


@pytest.mark.parametrize("last_outputs", ["def double(x): return 2 * x"], indirect=True)
def test_right_code_shows_a_green_table(last_outputs: list[nbformat.NotebookNode]) -> None:
    (table,) = last_outputs
    assert table.data["text/html"].count("✓ passed") == 2


@pytest.mark.parametrize("last_outputs", ["def double(x): return 1 / x"], indirect=True)
def test_wrong_code_ends_in_one_line(last_outputs: list[nbformat.NotebookNode]) -> None:
    table, error = last_outputs
    assert "should be of type int, not float. is it a product?" in table.data["text/html"]
    assert "your code raised ZeroDivisionError" in table.data["text/html"]
    assert "(line 1 of its cell, in double)" in table.data["text/html"]
    assert error.traceback == ["ChecksFailed: 2 of 2 checks of ex1-double failed, see above"]


@pytest.mark.parametrize("last_outputs", ["pass"], indirect=True)
def test_a_missing_name_is_named(last_outputs: list[nbformat.NotebookNode]) -> None:
    assert "`double` is not defined yet" in last_outputs[0].data["text/html"]
