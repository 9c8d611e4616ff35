"""A file becomes a submission, whatever it holds."""

import json
from pathlib import Path
from typing import Any

import pytest

from autograder.judge.content import Content, read_content
from autograder.judge.ingest import ingest
from autograder.judge.submission import StudentCell, Submission, compose

from .notebooks import answer, given, notebook, question


@pytest.fixture
def release() -> Any:
    return notebook(
        given("lab-000", "limit = 10"),
        answer("lab-001", "def double(x):\n    raise NotImplementedError"),
        question("ex1-double", 2),
    )


def test_a_file_becomes_a_submission(tmp_path: Path, release: Any) -> None:
    path = tmp_path / "lab.ipynb"
    handed_in = notebook(given("lab-000", "limit = 10"), answer("lab-001", "double = abs"))
    path.write_text(json.dumps(handed_in), "utf-8")
    submission = ingest(release, read_content("ana", path))
    assert submission.status == "graded"
    assert submission.cells == (StudentCell("lab-001", "code", "double = abs"),)
    assert submission.notes == ("missing cells of the lab, put back: the check of ex1-double",)


def test_an_unreadable_file_is_a_blank_hand_in(tmp_path: Path, release: Any) -> None:
    path = tmp_path / "lab.ipynb"
    path.write_text("not json", "utf-8")
    submission = ingest(release, read_content("ana", path))
    assert (submission.status, submission.cells) == ("unreadable", ())
    assert submission.notes[0].startswith("graded as blank: lab.ipynb is not a notebook")
    assert compose(release, submission.cells) == release


def test_what_was_not_handed_in_is_a_blank_hand_in(release: Any) -> None:
    submission = ingest(release, Content("ana", "lab.ipynb", None, ("the folder is empty",)))
    assert submission == Submission(notes=("the folder is empty",), status="unreadable")


def test_notes_about_the_file_come_first(release: Any) -> None:
    handed_in = json.dumps(notebook(answer("lab-001", "double = abs"))).encode()
    submission = ingest(release, Content("ana", "lab.ipynb", handed_in, ("taken from a.zip",)))
    assert submission.notes[0] == "taken from a.zip"
    assert len(submission.notes) > 1
