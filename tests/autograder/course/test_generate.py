"""nbgrader's release step, run in process on a course."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

from autograder.course.generate import generate_assignment
from autograder.errors import UserError


def marked(cell: nbformat.NotebookNode, grade_id: str, **marks: object) -> nbformat.NotebookNode:
    defaults = {"grade": False, "solution": False, "locked": True, "schema_version": 3}
    cell.id = grade_id
    cell.metadata["nbgrader"] = {**defaults, "task": False, "grade_id": grade_id, **marks}
    return cell


def write_source(course: Path, *cells: nbformat.NotebookNode) -> Path:
    path = course / "source" / "lab1" / "lab1.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=list(cells)), path)
    return path


def example() -> list[nbformat.NotebookNode]:
    return [
        marked(new_markdown_cell("# Lab"), "title"),
        marked(new_code_cell("raise NotImplementedError"), "blank", solution=True, locked=False),
        marked(new_code_cell("check('q')"), "q", grade=True, points=2),
    ]


def test_release_and_gradebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")  # no command of nbgrader's needs to be found
    course = tmp_path / "a course"
    source = write_source(course, *example())
    (source.parent / "data.csv").touch()
    generate_assignment(course, "lab1")
    released = nbformat.read(course / "release" / "lab1" / "lab1.ipynb", as_version=4)
    assert [cell.metadata.get("editable") for cell in released.cells] == [False, None, False]
    assert (course / "release" / "lab1" / "data.csv").is_file()
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        (notebook,) = gradebook.find_assignment("lab1").notebooks
        assert [(cell.name, cell.max_score) for cell in notebook.grade_cells] == [("q", 2.0)]
        assert {cell.name for cell in notebook.source_cells} == {"title", "blank", "q"}


def test_it_may_be_repeated_on_its_own_release(tmp_path: Path) -> None:
    write_source(tmp_path, *example())
    generate_assignment(tmp_path, "lab1")
    released = tmp_path / "release" / "lab1" / "lab1.ipynb"
    first = released.read_bytes()
    (released.parent / "stale.txt").touch()
    (tmp_path / "source" / "lab1" / "lab1.ipynb").write_bytes(first)
    generate_assignment(tmp_path, "lab1")
    assert released.read_bytes() == first
    assert not (released.parent / "stale.txt").exists()


def test_nbgraders_reason_is_passed_on(tmp_path: Path) -> None:
    twin = marked(new_code_cell("check('q')"), "q", grade=True, points=1)
    twin.id = "q-again"
    source = write_source(tmp_path, *example(), twin)
    with pytest.raises(UserError) as caught:
        generate_assignment(tmp_path, "lab1")
    assert str(source) in caught.value.message
    assert "nbgrader refuses it: " in caught.value.message
    assert "Traceback" not in caught.value.message
    assert list((tmp_path / "release").iterdir()) == []


def test_an_earlier_release_outlives_a_refusal(tmp_path: Path) -> None:
    write_source(tmp_path, *example())
    generate_assignment(tmp_path, "lab1")
    before = sorted((tmp_path / "release").rglob("*"))
    untitled = marked(new_code_cell("x"), "")
    untitled.id = "x"
    write_source(tmp_path, untitled)
    with pytest.raises(UserError, match="grade_id"):
        generate_assignment(tmp_path, "lab1")
    assert sorted((tmp_path / "release").rglob("*")) == before


@pytest.mark.parametrize("lab", ["lab1", "lab+1"])
def test_a_lab_that_is_not_there(tmp_path: Path, lab: str) -> None:
    with pytest.raises(UserError, match="no such notebook"):
        generate_assignment(tmp_path, lab)


def test_a_name_that_nbgrader_refuses(tmp_path: Path) -> None:
    source = write_source(tmp_path, *example())
    source.parent.rename(tmp_path / "source" / "lab+1")
    (tmp_path / "source" / "lab+1" / "lab1.ipynb").rename(
        tmp_path / "source" / "lab+1" / "lab+1.ipynb"
    )
    with pytest.raises(UserError, match=r"should not contain .* \+"):
        generate_assignment(tmp_path, "lab+1")
