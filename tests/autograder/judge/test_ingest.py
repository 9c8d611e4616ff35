"""A file becomes a submission, whatever it holds."""

import json
from pathlib import Path
from typing import Any

import pytest

from autograder.errors import Unreadable
from autograder.judge.ingest import ingest, read_submission
from autograder.judge.submission import StudentCell, compose

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
    submission = ingest(release, path)
    assert submission.status == "graded"
    assert submission.cells == (StudentCell("lab-001", "code", "double = abs"),)
    assert submission.notes == ("missing cells of the lab, put back: the check of ex1-double",)


def test_an_unreadable_file_is_a_blank_hand_in(tmp_path: Path, release: Any) -> None:
    path = tmp_path / "lab.ipynb"
    path.write_text("not json", "utf-8")
    submission = ingest(release, path)
    assert (submission.status, submission.cells) == ("unreadable", ())
    assert submission.notes[0].startswith("graded as blank: lab.ipynb is not a notebook")
    assert compose(release, submission.cells) == release


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "lab.ipynb"
    with pytest.raises(Unreadable, match="not handed in"):
        read_submission(path)
    (tmp_path / "neighbour.ipynb").write_text('{"cells": []}', "utf-8")
    path.symlink_to(tmp_path / "neighbour.ipynb")
    with pytest.raises(Unreadable, match="a link to another file"):
        read_submission(path)


def test_a_large_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "lab.ipynb"
    with path.open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(Unreadable, match="larger than 20 MiB"):
        read_submission(path)
