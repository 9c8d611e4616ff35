"""What is published of a student, as the press makes it."""

import copy
import json
import pickle

import nbformat
import pytest

from autograder.assignment import Assignment, is_answer
from autograder.course.recorded import RecordedSubmission
from autograder.course.sheets import Edition, NotebookWork, PageWork, answers_in

from .conftest import RIGHT, result_of


@pytest.fixture
def edition(small: Assignment) -> Edition:
    return Edition(small.notebook, {}, ("figures/a.png",), {"ex1": "Doubling"}, "A small lab")


def test_the_notebook_is_one(small: Assignment, edition: Edition) -> None:
    made = NotebookWork(result_of(small, "ann")).run(edition)
    notebook = nbformat.reads(made["notebook"], as_version=4)
    nbformat.validate(notebook)
    assert RIGHT in [cell.source for cell in notebook.cells]
    assert set(made["answers"]) == {"ex1-double", "ex1-why"} and made["untouched"] == []


def test_answers_are_known_by_the_notebook_whatever_it_shows(
    small: Assignment, edition: Edition
) -> None:
    for why in ("*So.*", "x" * 10**6):
        made = NotebookWork(result_of(small, "ann", why=why)).run(edition)
        assert answers_in(small.notebook, json.loads(made["notebook"])) == made["answers"]
    other = NotebookWork(result_of(small, "ann", why="x" * 10**6 + "y")).run(edition)
    assert other["answers"]["ex1-why"] != made["answers"]["ex1-why"]


def test_answers_of_a_notebook_that_an_earlier_version_made(
    small: Assignment, edition: Edition
) -> None:
    notebook = copy.deepcopy(small.notebook)
    for cell in notebook.cells:
        if is_answer(cell):
            cell.source = [RIGHT] if cell.cell_type == "code" else ["So", "."]
    made = NotebookWork(result_of(small, "ann", why="So.")).run(edition)
    assert answers_in(small.notebook, notebook) == made["answers"]


def test_blanks_of_any_release_are_untouched(small: Assignment, edition: Edition) -> None:
    made = NotebookWork(result_of(small, "ann", None, None)).run(edition)
    assert len(made["untouched"]) == 2


def test_text_can_be_left_as_it_was_typed(small: Assignment, edition: Edition) -> None:
    result = result_of(small, "ann", why="*So.*")
    assert "<em>So.</em>" in NotebookWork(result).run(edition)["notebook"]
    assert "<pre>*So.*</pre>" in NotebookWork(result, rendered_limit=0).run(edition)["notebook"]


def test_the_page_has_the_titles(small: Assignment, edition: Edition) -> None:
    page = PageWork(result_of(small, "ann"), RecordedSubmission()).run(edition)
    assert "A small lab" in page and "Doubling" in page


def test_all_of_it_reaches_the_press(small: Assignment, edition: Edition) -> None:
    work = NotebookWork(result_of(small, "ann"))
    assert pickle.loads(pickle.dumps((edition, work)))[1].run(edition) == work.run(edition)
