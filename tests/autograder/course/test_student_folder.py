"""The lab's notebook is found wherever a student put it, or it is said why not."""

import io
import os
import socket
import zipfile
from pathlib import Path

import pytest

from autograder.course.student_folder import (
    CANDIDATE_LIMIT,
    ENTRY_LIMIT,
    Found,
    find_notebook,
    is_named_after,
)

LAB = "lab09"
RIGHT = b'{"cells": ["right"]}'
OTHER = b'{"cells": ["other"]}'


def zipped(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def hand_in(root: Path, files: dict[str, bytes]) -> Found | None:
    """Put the files into Ana's folder and look for the notebook."""
    (root / "ana").mkdir(exist_ok=True)
    for name, content in files.items():
        path = root / "ana" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return find_notebook(root, "ana", LAB)


def notes_of_nothing(found: Found | None) -> str:
    assert found is not None and found.notebook is None and found.notes
    for note in found.notes:
        assert note.startswith("nothing to grade: ") and "put the right notebook into" in note
    return " ".join(found.notes)


@pytest.mark.parametrize(
    ("name", "is_so"),
    [
        ("lab09", True), ("LAB09", True), ("lab09.ipynb", True), ("lab09 (1).ipynb", True),
        ("Lab09-final.zip", True), ("lab09_ana.ipynb.txt", True), ("lab091.ipynb", False),
        ("lab09b", False), ("my lab09.ipynb", False), ("lab0", False), ("", False),
    ],
)  # fmt: skip
def test_names_after_the_lab(name: str, is_so: bool) -> None:
    assert is_named_after(LAB, name) is is_so


def test_the_expected_file_needs_no_note(tmp_path: Path) -> None:
    beside = ["data.zip", "notes.txt", "timestamp.txt", ".ipynb_checkpoints/lab09.ipynb", "._x"]
    files = {f"lab09/{name}": b"PK" for name in beside}
    found = hand_in(tmp_path, {"lab09/lab09.ipynb": RIGHT, "lab08/lab08.ipynb": OTHER, **files})
    assert found is not None and found.notebook is not None and found.notes == ()
    assert found.notebook.read() == RIGHT


@pytest.mark.parametrize(
    "name",
    ["lab09/lab09 (1).ipynb", "lab09/old/lab09.ipynb", "lab09/x.ipynb", "lab09.ipynb",
     "lab09/lab09.zip", "LAB09/lab09.ipynb"],
)  # fmt: skip
def test_the_expected_file_wins_and_others_are_named(tmp_path: Path, name: str) -> None:
    found = hand_in(tmp_path, {"lab09/lab09.ipynb": RIGHT, name: OTHER})
    assert found is not None and found.notebook is not None
    assert found.notebook.read() == RIGHT
    assert len(found.notes) == 1 and found.notes[0].startswith(f"left aside: {name};")


TAKEN_ELSEWHERE = {
    "another name": {"lab09/homework.ipynb": RIGHT},
    "a second download": {"lab09/lab09 (1).ipynb": RIGHT},
    "a version": {"lab09/Lab09-final.ipynb": RIGHT},
    "a subfolder": {"lab09/work/deep/lab09.ipynb": RIGHT},
    "a folder named like the file": {"lab09/lab09.ipynb/lab09.ipynb": RIGHT},
    "text": {"lab09/lab09.ipynb.txt": RIGHT},
    "JSON": {"lab09/lab09.ipynb.json": RIGHT},
    "capital letters": {"lab09/LAB09.IPYNB": RIGHT},
    "a folder in capital letters": {"LAB09/lab09.ipynb": RIGHT},
    "a folder whose name goes on": {"lab09-submission/notebook.ipynb": RIGHT},
    "a folder of another name": {"Lab 9/lab09.ipynb": RIGHT},
    "an empty folder of the right name beside": {"lab09/.keep": b"", "LAB09/lab09.ipynb": RIGHT},
    "no folder": {"lab09.ipynb": RIGHT},
    "no folder, a version": {"lab09_v2.ipynb": RIGHT, "lab08/lab08.ipynb": OTHER},
    "an archive": {"lab09/lab09.zip": zipped(**{"lab09.ipynb": RIGHT})},
    "an archive in no folder": {"lab09.zip": zipped(**{"homework.ipynb": RIGHT})},
    "an archive with another name": {"lab09/Archive.zip": zipped(**{"a/b/x.ipynb": RIGHT})},
    "an archive under the notebook's name": {"lab09/lab09.ipynb": zipped(**{"l.ipynb": RIGHT})},
    "an archive with clutter": {
        "lab09/lab09.zip": zipped(**{
            "lab09/lab09.ipynb": RIGHT, "lab09/.ipynb_checkpoints/lab09.ipynb": OTHER,
            "__MACOSX/lab09/._lab09.ipynb": OTHER, "lab09/.DS_Store": b"", "Thumbs.db": b"",
        }),
        "lab09/__MACOSX/lab09.ipynb": OTHER, "lab09/._lab09.ipynb": OTHER, "lab09/.DS_Store": b"x",
    },
    "the lab's name before others": {"lab09/lab09 (1).ipynb": RIGHT, "lab09/scratch.ipynb": OTHER},
    "the lab's name before others in an archive": {
        "lab09/a.zip": zipped(**{"lab09.ipynb": RIGHT, "lab09 copy.ipynb": OTHER, "b.ipynb": OTHER})
    },
    "the lab's folder before others": {"lab09/homework.ipynb": RIGHT, "lab09.ipynb": OTHER},
    "twice the same": {"lab09/a.ipynb": RIGHT, "lab09/b.ipynb": RIGHT},
    "an empty file of the right name": {"lab09/lab09.ipynb": b"", "lab09/lab09 (1).ipynb": RIGHT},
    "a broken archive beside": {"lab09/lab09.zip": b"PK", "lab09/homework.ipynb": RIGHT},
    "an archive that breaks off beside": {
        "lab09/lab09.zip": zipped(**{"lab09.ipynb": b""}), "lab09/homework.ipynb": RIGHT
    },
    "a strange name": {"lab09/\x1b[31m\n.ipynb": RIGHT},
    "a name that is no UTF-8": {"lab09/\udcff\udcfe.ipynb": RIGHT},
    "a long name": {f"lab09/{'x' * 249}.ipynb": RIGHT},
}  # fmt: skip


@pytest.mark.parametrize("kind", TAKEN_ELSEWHERE)
def test_what_is_plainly_meant_is_taken_with_a_note(tmp_path: Path, kind: str) -> None:
    found = hand_in(tmp_path, TAKEN_ELSEWHERE[kind])
    assert found is not None and found.notebook is not None, found
    assert found.notebook.read() == RIGHT
    assert found.notes[0].startswith("taken from ") and "expected was" in found.notes[0]
    assert all(note.isprintable() and len(note) < 500 for note in found.notes)


def test_what_was_not_taken_is_named(tmp_path: Path) -> None:
    found = hand_in(tmp_path, TAKEN_ELSEWHERE["the lab's name before others"])
    assert found is not None and "left aside: lab09/scratch.ipynb;" in found.notes[1]
    found = hand_in(tmp_path, {"lab09/lab09.ipynb": b""})
    assert found is not None and found.notes[1] == "lab09/lab09.ipynb is empty"


NOTHING_TO_GRADE = {
    "several": ({"lab09/a.ipynb": RIGHT, "lab09/b.ipynb": OTHER}, "lab09/a.ipynb, lab09/b.ipynb"),
    "several versions": ({"lab09/lab09-1.ipynb": RIGHT, "lab09/lab09-2.ipynb": OTHER}, "several"),
    "several folders": ({"lab09/a/lab09.ipynb": RIGHT, "lab09/b/lab09.ipynb": OTHER}, "several"),
    "several in an archive": (
        {"lab09/a.zip": zipped(**{"a.ipynb": RIGHT, "b.ipynb": OTHER})}, "a.ipynb in lab09/a.zip"
    ),
    "several archives": (
        {"lab09/a.zip": zipped(**{"x.ipynb": RIGHT}), "lab09/b.zip": zipped(**{"x.ipynb": OTHER})},
        "x.ipynb in lab09/a.zip, x.ipynb in lab09/b.zip",
    ),
    "too many": (
        {f"lab09/{n}.ipynb": RIGHT for n in range(CANDIDATE_LIMIT + 1)}, "21 notebooks"
    ),
    "too many in an archive": (
        {"lab09/a.zip": zipped(**{f"{n}.ipynb": RIGHT for n in range(CANDIDATE_LIMIT + 1)})},
        "21 notebooks",
    ),
    "no notebook": ({"lab09/report.pdf": b"%PDF", "lab09/lab09.rar": b"Rar!"}, "lab09/report.pdf"),
    "an empty file": ({"lab09/lab09.ipynb": b""}, "lab09/lab09.ipynb is empty"),
    "a broken archive": ({"lab09/lab09.zip": b"PK\3\4"}, "lab09/lab09.zip is a damaged zip"),
    "an archive without one": ({"lab09/a.zip": zipped(**{"a.txt": b"1"})}, "without a notebook"),
    "only a hidden file": ({"lab09/.lab09.ipynb": RIGHT}, "only lab09/.lab09.ipynb"),
    "only a hidden folder": ({".lab09/lab09.ipynb": RIGHT}, "only .lab09"),
    "only clutter": ({"lab09/.ipynb_checkpoints/lab09.ipynb": RIGHT}, "an empty folder"),
    "a file in place of the folder": ({"lab09": RIGHT}, "lab09 is a file in place of"),
    "a notebook that may be of any lab": ({"homework.ipynb": RIGHT}, "only homework.ipynb"),
    "an archive that may be of any lab": ({"all.zip": RIGHT, "lab08/a": b""}, "all.zip, lab08/"),
    "a note": ({"readme.txt": RIGHT}, "only readme.txt"),
    "an empty folder": ({}, "an empty folder"),
}  # fmt: skip


@pytest.mark.parametrize("kind", NOTHING_TO_GRADE)
def test_nothing_to_grade_is_said_with_a_remedy(tmp_path: Path, kind: str) -> None:
    files, reason = NOTHING_TO_GRADE[kind]
    assert reason in notes_of_nothing(hand_in(tmp_path, files))


def test_an_empty_lab_folder(tmp_path: Path) -> None:
    (tmp_path / "ana" / LAB).mkdir(parents=True)
    assert "an empty folder" in notes_of_nothing(hand_in(tmp_path, {}))
    (tmp_path / "ana" / LAB / "lab09.ipynb").mkdir()
    assert "only lab09/lab09.ipynb/" in notes_of_nothing(hand_in(tmp_path, {}))


def test_other_labs_are_no_hand_in(tmp_path: Path) -> None:
    files = {"lab08/lab08.ipynb": RIGHT, "lab091/lab091.ipynb": RIGHT, "notes.txt": b"1"}
    assert hand_in(tmp_path, files) is None


def test_links_are_not_followed(tmp_path: Path) -> None:
    neighbour = tmp_path / "ben" / LAB
    neighbour.mkdir(parents=True)
    (neighbour / "lab09.ipynb").write_bytes(RIGHT)
    (tmp_path / "ana").mkdir()
    lab_folder = tmp_path / "ana" / LAB
    lab_folder.symlink_to(neighbour)
    assert "lab09 is a link" in notes_of_nothing(hand_in(tmp_path, {}))
    lab_folder.unlink()
    lab_folder.mkdir()
    for name, target in [("work", neighbour), ("lab09.ipynb", neighbour / "lab09.ipynb")]:
        (lab_folder / name).symlink_to(target)
        assert f"lab09/{name} is a link" in notes_of_nothing(hand_in(tmp_path, {}))
    (lab_folder / "itself.ipynb").symlink_to("itself.ipynb")
    (lab_folder / "endless").symlink_to(".")
    found = hand_in(tmp_path, {"lab09/homework.ipynb": OTHER})
    assert found is not None and found.notebook is not None and found.notebook.read() == OTHER


def test_what_is_no_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_in(tmp_path, {"lab09/notes.txt": b"1"})
    monkeypatch.chdir(tmp_path / "ana" / LAB)  # a socket's path has at most 107 bytes
    os.mkfifo("lab09.ipynb")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("lab09.zip")
        notes = notes_of_nothing(hand_in(tmp_path, {}))
    assert "lab09/lab09.ipynb is not a file" in notes and "lab09/lab09.zip is not a file" in notes


def test_of_very_many_files_the_expected_one_is_found(tmp_path: Path) -> None:
    hand_in(tmp_path, {"lab09/lab09.ipynb": RIGHT})
    for number in range(ENTRY_LIMIT + 1):
        (tmp_path / "ana" / LAB / str(number)).touch()
    found = hand_in(tmp_path, {})
    assert found is not None and found.notebook is not None and found.notebook.read() == RIGHT
    (tmp_path / "ana" / LAB / "lab09.ipynb").rename(tmp_path / "ana" / LAB / "homework.ipynb")
    assert f"more than {ENTRY_LIMIT} files" in notes_of_nothing(hand_in(tmp_path, {}))


def test_a_very_deep_folder(tmp_path: Path) -> None:
    """Its path is longer than the system takes."""
    hand_in(tmp_path, {"lab09/lab09 (1).ipynb": RIGHT})
    descriptor = os.open(tmp_path / "ana" / LAB, os.O_RDONLY)
    for _ in range(40):
        os.mkdir("d" * 200, dir_fd=descriptor)
        inner = os.open("d" * 200, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = inner
    os.close(descriptor)
    found = hand_in(tmp_path, {})
    assert found is not None and found.notebook is not None and found.notebook.read() == RIGHT
    assert "lies in too many folders" in found.notes[1]
    assert len(found.notes[1]) < 500


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (["lab09/lab09.py"], "lab09/lab09.py is not a notebook: hand in lab09.ipynb"),
        (["lab09.PY"], "lab09.PY is not a notebook: hand in lab09.ipynb"),
        (
            ["lab09/a.py", "lab09/b.py"],
            "lab09/a.py, lab09/b.py are no notebooks: hand in lab09.ipynb",
        ),
    ],
)
def test_a_script_in_place_of_the_notebook_is_told(
    tmp_path: Path, files: list[str], words: str
) -> None:
    found = hand_in(tmp_path, dict.fromkeys(files, b"x = 1"))
    assert found == Found(None, (f"nothing to grade: {words}",))
