"""Folders that a hostile program filled: measured and deleted, whatever they hold."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.engine.untrusted.scratch import is_oversized, remove

NO_PROCESS = 2**22 + 1
DEPTH = 300


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Files, links, a pipe, a closed folder; and one so deep that no path leads there."""
    folder = tmp_path / "work"
    (folder / "0/1").mkdir(parents=True)
    (folder / "0/file").write_text("x")
    (folder / "link").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    (folder / "closed").mkdir(mode=0)
    here = Path.cwd()
    os.chdir(folder)
    for _ in range(DEPTH):
        Path("d" * 100).mkdir()
        os.chdir("d" * 100)
    os.chdir(here)
    (tmp_path / "beside").write_text("kept")
    yield folder


def test_everything_is_removed_and_nothing_beside(folder: Path) -> None:
    remove(folder)
    assert [path.name for path in folder.parent.iterdir()] == ["beside"]


def test_what_can_not_be_measured_is_too_much(folder: Path) -> None:
    assert is_oversized(folder, NO_PROCESS, 2**30, 10_000)


def test_bytes_and_files_count(tmp_path: Path) -> None:
    for name in range(10):
        (tmp_path / str(name)).write_bytes(bytes(10_000))
    (tmp_path / "same").hardlink_to(tmp_path / "0")
    assert not is_oversized(tmp_path, NO_PROCESS, 200_000, 20)
    assert is_oversized(tmp_path, NO_PROCESS, 100_000, 20)
    assert is_oversized(tmp_path, NO_PROCESS, 200_000, 9)
    assert not is_oversized(tmp_path / "gone", NO_PROCESS, 0, 0)


def test_deleted_files_count_while_they_are_open(tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb") as file:
        file.write(bytes(1_000_000))
        file.flush()
        (tmp_path / "file").unlink()
        assert is_oversized(tmp_path, os.getpid(), 900_000, 20)
        assert not is_oversized(tmp_path, NO_PROCESS, 900_000, 20)
