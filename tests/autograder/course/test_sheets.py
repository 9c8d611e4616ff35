"""What is published of a student, as the press makes it."""

import copy
import hashlib
import json
import pickle
from dataclasses import replace

import nbformat
import pytest

from autograder.assignment import Assignment, is_answer
from autograder.course.recorded import RecordedSubmission
from autograder.course.sheets import Edition, NotebookWork, PageWork, answers_in
from autograder.judge.content import ExtraFile
from autograder.judge.results import HandedFile, as_handed_in
from autograder.judge.submission import StudentCell

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


def test_another_picture_is_another_answer(small: Assignment, edition: Edition) -> None:
    result = result_of(small, "ann")

    def answers(picture: str | None) -> dict[str, str]:
        pictures = {"a.png": {"image/png": picture}} if picture else {}
        cells = [
            replace(cell, attachments=pictures) if cell.kind == "markdown" else cell
            for cell in result.cells
        ]
        made = NotebookWork(replace(result, cells=tuple(cells))).run(edition)
        return made["answers"]

    first, second, none = answers("AAAA"), answers("AAAB"), answers(None)
    assert len({one["ex1-why"] for one in (first, second, none)}) == 3
    assert first["ex1-double"] == second["ex1-double"] == none["ex1-double"]


def test_a_picture_under_the_released_text_is_an_answer(
    small: Assignment, edition: Edition
) -> None:
    released = next(c for c in small.notebook.cells if c.cell_type == "markdown" and is_answer(c))
    picture = {"a.png": {"image/png": "AAAA"}}
    cell = StudentCell(released.id, "markdown", released.source, attachments=picture)
    result = result_of(small, "ann")
    for cells, untouched in (((cell,), 1), ((replace(cell, attachments={}),), 2)):
        assert (
            len(NotebookWork(replace(result, cells=cells)).run(edition)["untouched"]) == untouched
        )


def test_another_file_is_another_answer_of_what_is_tested(
    small: Assignment, edition: Edition
) -> None:
    def answers(*files: HandedFile) -> dict[str, str]:
        return NotebookWork(replace(result_of(small, "ann"), files=files)).run(edition)["answers"]

    long = "x" * 30_000
    handed = (as_handed_in(ExtraFile("a.py", text.encode())) for text in (f"{long}1", f"{long}2"))
    first, second = map(answers, handed)
    missing = answers(as_handed_in(ExtraFile("a.py", None, "is missing")))
    assert len({one["ex1-double"] for one in (first, second, missing)}) == 3
    assert first["ex1-why"] == second["ex1-why"] == missing["ex1-why"]


def test_digests_stay_as_earlier_versions_made_them(small: Assignment, edition: Edition) -> None:
    """Else all answers of a course would ask for a person again."""
    answers = NotebookWork(result_of(small, "ann", why="So.")).run(edition)["answers"]
    assert answers["ex1-why"] == hashlib.sha256(b'["So."]').hexdigest()[:16]
    earlier = HandedFile("a.py", 5, "x = 1")  # stored without its digest
    result = replace(result_of(small, "ann", why="So."), files=(earlier,))
    assert NotebookWork(result).run(edition)["answers"] == answers


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
