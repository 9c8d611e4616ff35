"""What a question asks."""

from autograder.hand_grading.task import task_above
from autograder.notebook import as_nodes

from .conftest import QUESTION, Class


def test_the_text_above_the_answer_without_hints(students: Class) -> None:
    notebook = as_nodes(students.assignment.notebook)
    assert task_above(notebook, QUESTION) == "Why?"
    cell = next(cell for cell in notebook.cells if cell.source.startswith("Why?"))
    cell.source += "\n<details><summary>Hint</summary>\n\nTwo.\n</details>\n"
    assert task_above(notebook, QUESTION) == "Why?"
    cell.cell_type = "code"
    assert task_above(notebook, QUESTION) == ""
