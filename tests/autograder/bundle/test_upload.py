"""What lies in an upload is read as what lies in a student's folder of a course."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from autograder.bundle.upload import read_upload
from autograder.course.extra_files import Asked
from autograder.course.notebook_file import SIZE_LIMIT_BYTES
from autograder.course.student_folder import DEPTH_LIMIT, ENTRY_LIMIT
from autograder.judge.content import Content

LAB = "lab1"
NOTEBOOK = b'{"cells": []}'


def archive(name: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr(name, NOTEBOOK)
    return content.getvalue()


def read(folder: Path, files: dict[str, bytes], asked: Asked | None = None) -> Content:
    upload, course = folder / "submission", folder / "course"
    upload.mkdir(exist_ok=True)
    for name, content in files.items():
        (upload / name).parent.mkdir(parents=True, exist_ok=True)
        (upload / name).write_bytes(content)
    course.mkdir()
    return read_upload(upload, course, LAB, asked or Asked())


@pytest.mark.parametrize(
    ("files", "note"),
    [
        ({"lab1.ipynb": NOTEBOOK}, ""),
        ({"Übung – final (2).ipynb": NOTEBOOK}, "taken from Übung – final (2).ipynb; expected was"),
        ({"a/b/x.ipynb": NOTEBOOK, "a/photo.png": b"-"}, "taken from a/b/x.ipynb; expected was"),
        ({"lab1/lab1.ipynb": NOTEBOOK}, "taken from lab1/lab1.ipynb; expected was lab1.ipynb"),
        ({"work.zip": archive("x.ipynb")}, "taken from x.ipynb in work.zip; expected was"),
        ({"x.ipynb": NOTEBOOK, "y.ipynb": NOTEBOOK}, "taken from x.ipynb; expected was"),
        ({"lab1.ipynb": NOTEBOOK, "old.ipynb": b"{}"}, "left aside: old.ipynb; if one"),
        ({"lab1.ipynb": NOTEBOOK, ".ipynb_checkpoints/lab1.ipynb": b"{}"}, ""),
        ({"lab2.ipynb": NOTEBOOK}, "taken from lab2.ipynb; expected was"),  # it is all there is
    ],
)
def test_a_notebook_is_found_whatever_it_is_called(
    tmp_path: Path, files: dict[str, bytes], note: str
) -> None:
    content = read(tmp_path, files)
    assert content.notebook == NOTEBOOK
    assert content.notes[0].startswith(note) if note else content.notes == ()


@pytest.mark.parametrize(
    ("files", "note"),
    [
        ({}, "nothing to grade: an empty folder"),
        ({"photo.png": b"-"}, "nothing to grade: no notebook of lab1, only photo.png"),
        ({"lab1.py": b"-"}, "nothing to grade: lab1.py is not a notebook: hand in lab1.ipynb"),
        ({"lab1.ipynb": b""}, "nothing to grade: lab1.ipynb is empty; put the right notebook"),
        (
            {"x.ipynb": b"{}", "y.ipynb": b"[]"},
            "nothing to grade: several notebooks could be meant",
        ),
        ({"lab1.zip": b"PK..."}, "nothing to grade: lab1.zip is a damaged zip archive"),
        (
            {"lab1.ipynb": b" " * (SIZE_LIMIT_BYTES + 7)},
            "nothing to grade: lab1.ipynb is larger than 20 MiB",
        ),
        (
            {f"{'d/' * (DEPTH_LIMIT + 5)}lab1.ipynb": NOTEBOOK},
            "nothing to grade: …/d lies in too many folders",
        ),
    ],
)
def test_where_there_is_none_the_student_reads_why(
    tmp_path: Path, files: dict[str, bytes], note: str
) -> None:
    content = read(tmp_path, files)
    assert content.notebook is None
    assert content.notes[0].startswith(note)
    assert f"{LAB}/{LAB}.ipynb" not in content.notes[0]


def test_links_and_pipes_lead_nowhere(tmp_path: Path) -> None:
    secret = tmp_path / "secret.ipynb"
    secret.write_bytes(NOTEBOOK)
    upload = tmp_path / "submission"
    upload.mkdir()
    (upload / "lab1.ipynb").symlink_to(secret)
    (upload / "folder").symlink_to(tmp_path)
    (upload / "loop").symlink_to("loop")
    os.mkfifo(upload / "pipe.ipynb")
    content = read(tmp_path, {})
    assert content.notebook is None and "lab1.ipynb is a link" in " ".join(content.notes)


def test_too_many_files_are_told(tmp_path: Path) -> None:
    content = read(tmp_path, {f"{n}.ipynb": b"" for n in range(ENTRY_LIMIT + 5)})
    assert content.notebook is None and f"more than {ENTRY_LIMIT} files" in content.notes[0]


def test_files_that_the_lab_asks_for_come_along(tmp_path: Path) -> None:
    files = {"lab1.ipynb": NOTEBOOK, "model (1).py": b"x = 1\n", "own.py": b""}
    content = read(tmp_path, files, Asked(("model.py",)))
    (file,) = content.files
    assert (file.name, file.content) == ("model.py", b"x = 1\n")
    assert "model.py was taken from model (1).py" in content.notes
