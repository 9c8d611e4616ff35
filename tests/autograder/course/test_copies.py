"""Copies replace what we wrote ourselves, and nothing of a person's."""

import os
from pathlib import Path

import pytest

from autograder.atomic_file import write_atomically
from autograder.course.copies import put_copies

OLD, NEW, OTHERS = b"old", b"new", b"by hand"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "release" / "lab"


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / "results" / "release.json"


def content(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_what_we_wrote_is_replaced_and_deleted(folder: Path, record: Path) -> None:
    assert put_copies(folder, {"a": OLD, "b/c/d": OLD, "e": OLD}, record) == []
    assert put_copies(folder, {"a": NEW, "e": OLD}, record) == []
    assert content(folder) == {"a": NEW, "e": OLD}
    assert not (folder / "b").exists()


def test_unchanged_nothing_is_written(tmp_path: Path, folder: Path, record: Path) -> None:
    put_copies(folder, {"a": OLD, "b/c": NEW}, record)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert put_copies(folder, {"a": OLD, "b/c": NEW}, record) == []
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


@pytest.mark.parametrize("changed", [{"a": NEW}, {"a": OLD}])
def test_a_file_changed_by_hand_is_moved_aside(
    folder: Path, record: Path, changed: dict[str, bytes]
) -> None:
    put_copies(folder, {"a": OLD}, record)
    for number in (1, 2):
        (folder / "a").write_bytes(OTHERS)
        (note,) = put_copies(folder, changed, record)
        assert str(folder / f"a.kept-{number}") in note
    assert content(folder) == {**changed, "a.kept-1": OTHERS, "a.kept-2": OTHERS}


def test_a_file_changed_by_hand_stays_when_its_name_leaves(folder: Path, record: Path) -> None:
    put_copies(folder, {"a": OLD, "b": OLD}, record)
    (folder / "a").write_bytes(OTHERS)
    (note,) = put_copies(folder, {"b": OLD}, record)
    assert note.startswith(str(folder / "a")) and "stays" in note
    assert put_copies(folder, {"b": OLD}, record) == []
    assert content(folder) == {"a": OTHERS, "b": OLD}


def test_a_persons_files_beside_ours_are_left_alone(folder: Path, record: Path) -> None:
    (folder / "b").mkdir(parents=True)
    for name in ("own", "b/own"):
        (folder / name).write_bytes(OTHERS)
    put_copies(folder, {"a": OLD, "b/c": OLD}, record)
    assert put_copies(folder, {"a": NEW}, record) == []
    assert content(folder) == {"a": NEW, "own": OTHERS, "b/own": OTHERS}


@pytest.mark.parametrize("kind", ["folder", "link", "broken link", "file for a folder"])
def test_whatever_is_in_the_way_is_kept(folder: Path, record: Path, kind: str) -> None:
    folder.mkdir(parents=True)
    path = folder / "b"
    if kind == "folder":
        (path / "c").mkdir(parents=True)
    elif kind == "file for a folder":
        path.write_bytes(OTHERS)
    else:
        (folder.parent / "own").write_bytes(OTHERS)
        path.symlink_to("../own" if kind == "link" else "nowhere")
    name = "b/c" if kind == "file for a folder" else "b"
    (note,) = put_copies(folder, {name: NEW}, record)
    assert "b.kept-1" in note and os.path.lexists(folder / "b.kept-1")
    assert (folder / name).read_bytes() == NEW and not (folder / name).is_symlink()
    if kind == "link":
        assert (folder.parent / "own").read_bytes() == OTHERS


@pytest.mark.parametrize("damage", ["", "[]", '{"a": 1}', "{"])
def test_without_a_record_all_that_differs_is_kept(folder: Path, record: Path, damage: str) -> None:
    put_copies(folder, {"a": OLD, "b": OLD}, record)
    record.write_text(damage, "utf-8")
    notes = put_copies(folder, {"a": NEW, "b": OLD}, record)
    assert len(notes) == 1 and content(folder) == {"a": NEW, "a.kept-1": OLD, "b": OLD}


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(OSError, match="a"):
        write_atomically(tmp_path / "a", NEW)
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["a"]
    assert not list(tmp_path.glob(".*"))
