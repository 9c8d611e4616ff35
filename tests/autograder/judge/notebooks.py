"""Small released notebooks and submissions for tests of grading."""

from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook


def given(cell_id: str, source: str, **metadata: Any) -> Any:
    """A read-only code cell of the instructor's."""
    return _code(cell_id, source, metadata, grade=False, solution=False, locked=True)


def answer(cell_id: str, source: str) -> Any:
    """A code cell with blanks."""
    return _code(cell_id, source, {}, grade=False, solution=True, locked=False)


def own(cell_id: str, source: str) -> Any:
    """A code cell that a student added."""
    return new_code_cell(source, id=cell_id)


def question(question_id: str, points: float) -> Any:
    """The check cell of a question."""
    return _code(
        f"check-{question_id}", f'check("{question_id}")', {}, grade_id=question_id,
        grade=True, solution=False, locked=True, points=points,
    )  # fmt: skip


def written(question_id: str, points: float) -> Any:
    """A written answer."""
    cell = new_markdown_cell("*Your answer here.*", id=f"written-{question_id}")
    cell.metadata["nbgrader"] = _tag(
        question_id, "markdown", grade=True, solution=True, locked=False, points=points
    )
    return cell


def notebook(*cells: Any) -> Any:
    """A notebook as the release holds it."""
    return new_notebook(cells=list(cells), metadata={"kernelspec": KERNEL})


KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def _code(
    cell_id: str, source: str, metadata: dict[str, Any], grade_id: str = "", **tag: Any
) -> Any:
    cell = new_code_cell(source, id=cell_id, metadata=metadata)
    cell.metadata["nbgrader"] = _tag(grade_id or cell_id, "code", **tag)
    return cell


def _tag(grade_id: str, cell_type: str, **tag: Any) -> dict[str, Any]:
    return {
        "grade_id": grade_id, "schema_version": 3, "task": False, "cell_type": cell_type, **tag,
    }  # fmt: skip
