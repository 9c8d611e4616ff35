"""Each entry of `submitted/` gets one decision, and none stops the others."""

import io
import json
import os
import shutil
import socket
import tempfile
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.course.hand_ins import ID_LIMIT, Decision, HandIn, find_hand_ins
from autograder.course.notebook_file import (
    archive_stem,
    is_clutter,
    is_hidden,
    notebook_stem,
)
from autograder.course.student_folder import folded, is_named_after
from autograder.errors import Unreadable, UserError
from autograder.printable import printable_name

LAB = "lab09"
NOTEBOOK = b'{"cells": []}'
NOBODY = 65534  # a user without rights


@pytest.fixture
def submitted(tmp_path: Path) -> Path:
    """A class in which Zoe handed in as expected, whatever the others do."""
    folder = tmp_path / "submitted"
    hand_in(folder, "zoe")
    return folder


def hand_in(submitted: Path, student: str, name: str = f"{LAB}/{LAB}.ipynb") -> Path:
    path = submitted / student / name
    path.parent.mkdir(parents=True)
    path.write_bytes(NOTEBOOK)
    return path


def rows_but_zoes(submitted: Path) -> list[HandIn]:
    rows = find_hand_ins(submitted.parent, LAB)
    [zoe] = [row for row in rows if row.student == "zoe"]
    assert (zoe.decision, zoe.read(), zoe.notes) == (Decision.TAKEN, NOTEBOOK, ())
    return [row for row in rows if row is not zoe]


def test_students_are_sorted_and_those_with_other_labs_only_are_no_rows(submitted: Path) -> None:
    for student in ("ben", "Ana", "42", "o'neil [x] {y}", "山田　太郎"):
        hand_in(submitted, student)
    hand_in(submitted, "max", "lab08/lab08.ipynb")
    rows = rows_but_zoes(submitted)
    assert [row.student for row in rows] == ["42", "Ana", "ben", "o'neil [x] {y}", "山田　太郎"]
    assert {row.decision for row in rows} == {Decision.TAKEN}
    assert rows[1].path == submitted / "Ana" / LAB / f"{LAB}.ipynb"


# -- entries that are no students ------------------------------------------------------------------


def fifo(path: Path) -> None:
    os.mkfifo(path)


def bound_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # a socket's path has at most 107 bytes
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path.name)
    finally:
        os.chdir(here)


def text_file(path: Path) -> None:
    path.write_bytes(NOTEBOOK)


def with_hand_in(path: Path) -> None:
    hand_in(path.parent, path.name)


def link_to_nowhere(path: Path) -> None:
    path.symlink_to("nowhere")


def link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)


def link_to_file(path: Path) -> None:
    path.symlink_to(f"zoe/{LAB}/{LAB}.ipynb")


@pytest.mark.parametrize(
    ("name", "make", "remedy"),
    [
        ("roster.csv", text_file, f"move it to submitted/STUDENT/{LAB}/"),
        ("ana.ipynb", text_file, f"move it to submitted/ana/{LAB}/"),
        ("ana.zip", text_file, f"move it to submitted/ana/{LAB}/"),
        ("lab09_ana.ipynb", text_file, f"move it to submitted/STUDENT/{LAB}/"),
        ("pipe", fifo, "move it"),
        ("socket", bound_socket, "move it"),
        ("latest", link_to_nowhere, "move it"),
        ("loop", link_to_itself, "move it"),
        ("ben.ipynb", link_to_file, "move it"),
        (".ana", with_hand_in, "rename it without the dot"),
        (".ana.ipynb", text_file, "rename it without the dot"),
        ("LAB09", with_hand_in, f"a lab's folder; students' are submitted/STUDENT/{LAB}/"),
        ("a\nb", with_hand_in, "rename the folder"),
        ("a\x1b[31m", with_hand_in, "rename the folder"),
        ("a\u2028b", with_hand_in, "rename the folder"),
        ("a\u202eb", with_hand_in, "rename the folder"),
        ("a\u200bb", with_hand_in, "rename the folder"),
        ("<img src=x onerror=alert(1)>", with_hand_in, "rename the folder"),
        ('";alert(1);x="', with_hand_in, "rename the folder"),
        ("a\\", with_hand_in, "rename the folder"),
        ("\udcff\udcfe", with_hand_in, "rename the folder"),
        ("x" * (ID_LIMIT + 1), with_hand_in, "rename the folder"),
        ("語" * 80, with_hand_in, "rename the folder"),
    ],
    ids=lambda value: value.__name__ if callable(value) else ascii(value),
)
def test_a_stray_entry_is_no_student_and_has_a_remedy(
    submitted: Path, name: str, make: Callable[[Path], None], remedy: str
) -> None:
    make(submitted / name)
    [row] = rows_but_zoes(submitted)
    assert (row.decision, row.path) == (Decision.NOT_A_STUDENT, None)
    assert row.student.isprintable() and len(row.notes) == 1 and remedy in row.notes[0]
    with pytest.raises(Unreadable):
        row.read()


@pytest.mark.parametrize("name", [".DS_Store", "Thumbs.db", "._ana", "desktop.ini", ".unknown"])
def test_clutter_asks_nobody_to_act(submitted: Path, name: str) -> None:
    (submitted / name).touch()
    (submitted / ".ipynb_checkpoints").mkdir()
    (submitted / ".git").mkdir()
    rows = rows_but_zoes(submitted)
    assert [(row.decision, row.notes) for row in rows] == [(Decision.NOT_A_STUDENT, ())] * 3


# -- students ----------------------------------------------------------------------------------


def test_a_linked_class_is_followed_and_a_linked_student_is_not(
    submitted: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    submitted.rename(elsewhere)
    submitted.symlink_to(elsewhere)
    (elsewhere / "ana").symlink_to("zoe")
    [row] = rows_but_zoes(submitted)
    assert (row.student, row.decision) == ("ana", Decision.NOTHING)
    assert "is a link" in row.notes[0] and "put the folder itself there" in row.notes[0]


def test_ids_that_differ_in_case_only_are_asked_about(submitted: Path) -> None:
    names = ["Ana", "ana", "ana ", "Émile", unicodedata.normalize("NFD", "émile"), "ben"]
    for name in names:
        hand_in(submitted, name)
    rows = {row.student: row for row in rows_but_zoes(submitted)}
    assert sorted(rows) == sorted(names)
    assert all(row.decision is Decision.TAKEN for row in rows.values())
    assert {name for name, row in rows.items() if row.notes} == set(names) - {"ben"}
    assert rows["Ana"].notes[0].startswith("perhaps the same person as ana, ana ;")


def test_a_student_without_a_notebook_counts(submitted: Path) -> None:
    (submitted / "ana").mkdir()
    (submitted / "ben" / LAB).mkdir(parents=True)
    rows = rows_but_zoes(submitted)
    assert [(row.student, row.decision) for row in rows] == [
        ("ana", Decision.NOTHING),
        ("ben", Decision.NOTHING),
    ]
    for row in rows:
        with pytest.raises(Unreadable, match="empty folder"):
            row.read()
        assert row.load().notebook is None and row.load().notes == row.notes


def test_without_a_class_there_is_one_clear_line(tmp_path: Path) -> None:
    for make in (lambda path: None, text_file, link_to_nowhere):
        path = tmp_path / make.__name__ / "submitted"
        path.parent.mkdir()
        make(path)
        with pytest.raises(UserError, match="no submissions found") as error:
            find_hand_ins(path.parent, LAB)
        assert error.value.exit_code == 2
    (tmp_path / "submitted").mkdir()
    assert find_hand_ins(tmp_path, LAB) == []


@pytest.mark.parametrize("is_absolute", [False, True])
def test_the_course_can_have_another_folder(submitted: Path, is_absolute: bool) -> None:
    other = submitted.parent / "handed" / "in"
    hand_in(other, "ana")
    (other / "ben.ipynb").touch()
    ana, ben = find_hand_ins(submitted.parent, LAB, other if is_absolute else "handed/in")
    assert (ana.student, ana.read()) == ("ana", NOTEBOOK)
    assert f"move it to in/ben/{LAB}/" in ben.notes[0]


# -- what grading gets -------------------------------------------------------------------------


def test_content_is_loaded_once_with_its_hash(submitted: Path) -> None:
    path = hand_in(submitted, "ana", f"{LAB}/homework.ipynb")
    [row] = rows_but_zoes(submitted)
    content = row.load()
    assert (content.student, content.name, content.notebook) == ("ana", "homework.ipynb", NOTEBOOK)
    assert content.notes == row.notes != ()
    digests = {content.digest(), row.load().digest()}
    assert len(digests) == 1
    path.write_bytes(NOTEBOOK + b"\n")
    digests.add(row.load().digest())
    path.unlink()
    digests.add(row.load().digest())
    assert row.load().notebook is None
    assert row.load().notes[-1].startswith("nothing to grade: homework.ipynb can't be read")
    path.symlink_to("/dev/zero")
    digests.add(row.load().digest())
    assert "is a link" in row.load().notes[-1]
    assert len(digests) == 4


def test_a_folder_that_became_a_link_is_not_followed(submitted: Path) -> None:
    hand_in(submitted, "ana")
    [row] = rows_but_zoes(submitted)
    shutil.rmtree(submitted / "ana")
    (submitted / "ana").symlink_to("zoe")
    assert row.load().notebook is None


def test_rows_are_plain_data_and_lines(submitted: Path) -> None:
    hand_in(submitted, "ana", f"{LAB}/\udcff.ipynb")
    (submitted / "a\nb").mkdir()
    odd, ana = rows_but_zoes(submitted)
    rows = json.loads(json.dumps([odd.as_json(), ana.as_json()], ensure_ascii=False).encode())
    assert rows[0] | {"notes": 0} == {
        "student": r"a\nb", "path": None, "decision": "not a student", "notes": 0
    }  # fmt: skip
    assert rows[1]["path"] == str(submitted / "ana" / LAB / r"\xff.ipynb")
    assert (rows[1]["decision"], rows[1]["notes"]) == ("taken", list(ana.notes))
    assert ana.lines() == [f"ana: {note}" for note in ana.notes]
    assert all(line.isprintable() for line in odd.lines() + ana.lines())


# -- rights ------------------------------------------------------------------------------------


@pytest.fixture
def readable_by_all() -> Iterator[Path]:
    """A folder that another user gets to, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755)
    shutil.rmtree(folder)


def found_without_rights(course: Path) -> Any:
    """The rows as a user finds them whom the files don't belong to, and what reading says."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:  # root reads everything
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            rows = [
                row.as_json() | {"loaded": row.load().notebook is not None}
                for row in find_hand_ins(course, LAB)
            ]
            os.write(writer, json.dumps(rows).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        content = file.read()
    os.waitpid(child, 0)
    return {row["student"]: row for row in json.loads(content)}


def test_what_we_have_no_right_to_read_is_named(readable_by_all: Path) -> None:
    folder = readable_by_all / "submitted"
    paths = {
        "file": hand_in(folder, "file"),
        "lab folder": hand_in(folder, "lab folder").parent,
        "student folder": hand_in(folder, "student folder").parents[1],
        "subfolder": hand_in(folder, "subfolder", f"{LAB}/work/{LAB}.ipynb").parent,
        "names only": hand_in(folder, "names only").parents[1],
        "archive": hand_in(folder, "archive", f"{LAB}/{LAB}.zip"),
        "other lab": hand_in(folder, "other lab", "lab08/lab08.ipynb").parent,
        "another": hand_in(folder, "another", f"{LAB}/{LAB}.ipynb"),
    }
    hand_in(folder, "zoe")
    (folder / "another" / LAB / "homework.ipynb").write_bytes(NOTEBOOK)
    for student, path in paths.items():
        path.chmod(0o744 if student == "names only" else 0o000)
    if os.geteuid() != 0:
        paths["names only"].chmod(0o400)
    rows = found_without_rights(readable_by_all)
    assert set(rows) == {*paths, "zoe"} - {"other lab"}
    for student in set(paths) - {"other lab", "another"}:
        assert rows[student]["decision"] == "nothing to grade", student
        assert "(Permission denied)" in rows[student]["notes"][0], student
        assert not rows[student]["loaded"]
    assert rows["another"]["loaded"] and "(Permission denied)" in rows["another"]["notes"][1]
    assert rows["zoe"]["loaded"] and rows["zoe"]["notes"] == []


# -- anything ----------------------------------------------------------------------------------


def zip_of(names: list[str], content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in dict.fromkeys(names):
            archive.writestr(name, content)
    return file.getvalue()


NAMES = st.sampled_from(
    ["lab09", "LAB09", "lab09-final", "lab08", "lab09.ipynb", "Lab09 (1).ipynb", "a.ipynb",
     "lab09.ipynb.txt", "lab09.zip", "a.zip", ".DS_Store", ".ipynb_checkpoints", "timestamp.txt",
     "ana", "Ana", "a\nb", "\udcff", "__MACOSX", "x" * 200, "report.pdf"]
) | st.text(
    st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=9
).filter(lambda name: name not in (".", ".."))  # fmt: skip
CONTENTS = st.sampled_from([b"", NOTEBOOK, b'{"cells": [1]}', b"PK\3\4", b"\xff"]) | st.builds(
    zip_of, st.lists(NAMES.filter(str.isprintable), max_size=3), st.sampled_from([b"", NOTEBOOK])
)
KINDS = st.sampled_from([fifo, link_to_nowhere, link_to_itself, link_to_file])
LEAVES = CONTENTS | KINDS
TREES = st.dictionaries(
    NAMES,
    st.recursive(LEAVES, lambda below: st.dictionaries(NAMES, below, max_size=4), max_leaves=8),
    max_size=5,
)


def grow(folder: Path, tree: dict[str, Any]) -> None:
    for name, what in tree.items():
        path = folder / name
        if isinstance(what, dict):
            path.mkdir()
            grow(path, what)
        elif isinstance(what, bytes):
            path.write_bytes(what)
        else:
            what(path)


def holds_the_lab(tree: dict[str, Any]) -> bool:
    """Whether something in a student's folder says that it is of the lab."""
    return any(
        not is_clutter(name)
        and not is_hidden(name)
        and (
            holds_the_lab(below)
            if isinstance(below, dict)
            else bool(notebook_stem(name) or archive_stem(name)) and is_named_after(LAB, name)
        )
        for name, below in tree.items()
    )


@settings(max_examples=300, deadline=None)
@example({"lab09-final": {"a.zip": {}, "timestamp.txt": {"lab09.ipynb": b""}}})
@given(TREES)
def test_anything_can_lie_in_the_folders_of_a_class(tree: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        submitted = Path(folder, "submitted")
        submitted.mkdir()
        grow(submitted, tree)
        rows = find_hand_ins(Path(folder), LAB)
        assert rows == find_hand_ins(Path(folder), LAB)
        students = Counter(r.student for r in rows if r.decision is not Decision.NOT_A_STUDENT)
        assert all(count == 1 and student in tree for student, count in students.items())
        assert len(rows) <= len(tree)
        known = {row.student for row in rows}
        for name in {name for name in tree if not {name, printable_name(name)} & known}:
            assert not holds_the_lab(tree[name]) and LAB not in map(folded, tree[name])
            assert any(isinstance(below, dict) for below in tree[name].values())  # other labs
        json.dumps([row.as_json() for row in rows], ensure_ascii=False).encode()
        for row in rows:
            assert all(line.isprintable() for line in row.notes)
            content = row.load()
            assert (content.notebook is not None) == (row.decision is Decision.TAKEN)
            assert (row.path is not None) == (row.decision is Decision.TAKEN)
            assert row.decision is not Decision.NOTHING or row.notes
            content.digest()
