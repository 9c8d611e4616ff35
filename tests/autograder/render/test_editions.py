"""A lab with and without its solutions: each as notebook, page and PDF."""

from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from autograder.compiler.build import build_labs
from autograder.render.chromium import HOW_TO_GET_IT, find_chromium
from autograder.render.editions import render_handout, render_solution

SOURCE = """
# A small lab

```python
from lib.kit.checks import check
```

```python
def double(number):
    #!TAG HWBEGIN
    #!MSG TODO: Twice the number.
    return 2 * number
    #!TAG HWEND
```

```python
#!TAG QUESTION double
```

```python
#!TAG SKIPQUESTEXEC
print(double(21))
```

```python
print("given")
```
"""
CHECKS = """
from lib.kit.checks import question

@question("double", points=1)
def test_doubles(submission):
    assert submission.double(2) == 4
"""
FORMS = {"small.ipynb", "small.html", "small.pdf"}

pytestmark = pytest.mark.skipif(find_chromium() is None, reason=HOW_TO_GET_IT)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    (folder / "student").mkdir()
    (folder / "student" / "checks.py").write_text(CHECKS, "utf-8")
    (folder / "small.md").write_text(SOURCE, "utf-8")
    build_labs([folder / "small.md"], folder / "release", folder / "solution")
    return folder


def outputs(notebook: Path) -> dict[str, str]:
    """What the cells that ran have printed."""
    cells = nbformat.read(notebook, as_version=4).cells
    ran = [cell for cell in cells if cell.get("execution_count")]
    return {
        cell.source.split("\n")[0]: "".join(out.get("text", "") for out in cell.outputs)
        for cell in ran
    }


def test_the_solution_is_run_whole(built: Path, tmp_path: Path) -> None:
    source = built / "solution" / "small" / "small.ipynb"
    runs = render_solution(source, tmp_path, lambda done, of: None)
    printed = outputs(tmp_path / "small.ipynb")
    assert printed["print(double(21))"] == "42\n" and 'check("double")' in printed
    assert len(runs) == len(printed)
    assert {path.name for path in tmp_path.iterdir()} == FORMS


def test_the_handout_leaves_out_what_needs_answers(built: Path, tmp_path: Path) -> None:
    source = built / "release" / "small" / "small.ipynb"
    before = {path: path.read_bytes() for path in source.parent.rglob("*") if path.is_file()}
    render_handout(source, tmp_path, lambda done, of: None)
    printed = outputs(tmp_path / "small.ipynb")
    assert printed['print("given")'] == "given\n"
    assert not printed.keys() & {'check("double")', "print(double(21))"}
    assert {path.name for path in tmp_path.iterdir()} == FORMS
    assert {
        path: path.read_bytes() for path in source.parent.rglob("*") if path.is_file()
    } == before


def test_a_cell_that_fails_leaves_nothing(tmp_path: Path) -> None:
    source = tmp_path / "lab.ipynb"
    cells = [nbformat.v4.new_code_cell("1 / 0")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), source)
    with pytest.raises(CellExecutionError):
        render_handout(source, tmp_path / "out", lambda done, of: None)
    assert not (tmp_path / "out").exists()
