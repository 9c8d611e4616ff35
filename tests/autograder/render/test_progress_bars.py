"""Progress bars of a real kernel stay readable without one."""

from pathlib import Path

from nbformat.v4 import new_code_cell, new_notebook

from autograder.render.execute import execute
from autograder.render.progress_bars import VIEW, as_text

TRAINING = """
from tqdm.auto import tqdm
with tqdm(total=3, desc="training", unit="batch") as bar:
    for step in range(3):
        bar.set_postfix(loss="<0.5", refresh=False)
        bar.update()
"""


def test_a_bar_becomes_its_last_words(tmp_path: Path) -> None:
    cell = new_code_cell(TRAINING)
    notebook = new_notebook(cells=[cell, new_code_cell("'no bar'")])
    execute(notebook, tmp_path, lambda done, of: None)
    (bar,) = cell.outputs
    assert VIEW in bar.data
    as_text(notebook)
    assert VIEW not in bar.data and "widgets" not in notebook.metadata
    words = bar.data["text/plain"]
    assert words.startswith("training: 100% 3/3 [") and words.endswith("loss=<0.5]")
    assert notebook.cells[1].outputs[0].data["text/plain"] == "'no bar'"
