"""The notebook to grade is the release with the student's text in it."""

import copy
from typing import Any

import nbformat
import pytest

from autograder.assignment import COLAB_TAG
from autograder.judge.submission import StudentCell, compose

from .notebooks import answer, given, notebook, question, written

BLANK = "def double(x):\n    raise NotImplementedError"
PICTURE = {"a.png": {"image/png": "AAAA"}}


@pytest.fixture
def release() -> Any:
    return notebook(
        given("given", "limit = 10"),
        answer("answer", BLANK),
        question("ex1-double", 2),
        written("ex1-why", 3),
    )


def sources(notebook: Any) -> list[str]:
    return [cell.source for cell in notebook.cells]


def test_answers_take_their_places_and_own_cells_follow(release: Any) -> None:
    before = copy.deepcopy(release)
    composed = compose(
        release,
        [
            StudentCell("answer", "code", "double = abs"),
            StudentCell("own-000", "code", "first = 1"),
            StudentCell("own-001", "code", "second = 2", after="given"),
            StudentCell("own-002", "code", "third = 3", after="given"),
        ],
    )
    assert sources(composed) == [
        *("first = 1", "limit = 10", "second = 2", "third = 3", "double = abs"),
        *('check("ex1-double")', "*Your answer here.*"),
    ]
    own = [cell.id for cell in composed.cells if not cell.metadata.get("nbgrader")]
    assert own == ["own-000", "own-001", "own-002"]
    assert release == before
    nbformat.validate(composed)


def test_only_answers_can_be_replaced(release: Any) -> None:
    cells = [StudentCell("given", "code", "limit = 9"), StudentCell("check-ex1-double", "code", "")]
    assert compose(release, cells) == release


def test_pictures_stand_beside_text(release: Any) -> None:
    text = "![a](attachment:a.png)"
    cells = [
        StudentCell("written-ex1-why", "markdown", text, attachments=PICTURE),
        StudentCell("own-001", "markdown", text, "written-ex1-why", PICTURE),
    ]
    composed = compose(release, cells)
    assert [cell.get("attachments") for cell in composed.cells[3:5]] == [PICTURE, PICTURE]


def test_raw_cells_are_shown_as_they_are_and_never_run(release: Any) -> None:
    text = "<script>```\nx = 1"
    composed = compose(release, [StudentCell("own-000", "raw", text)])
    assert composed.cells[0].cell_type == "markdown"
    assert composed.cells[0].source == f"````\n{text}\n````"


def test_own_cells_that_follow_no_cell_of_the_release_come_last(release: Any) -> None:
    composed = compose(release, [StudentCell("own-000", "code", "x = 1", "gone")])
    assert sources(composed)[-1] == "x = 1"


def test_the_cell_for_colab_is_left_out_and_what_follows_it_stays(release: Any) -> None:
    whole = copy.deepcopy(release)
    release.cells.insert(0, given("colab", "import sys", tags=[COLAB_TAG]))
    composed = compose(release, [StudentCell("own-000", "code", "x = 1", "colab")])
    assert sources(composed) == ["x = 1", *sources(whole)]
    assert compose(release, []) == whole
