"""Only plain files leave the folder that a student handed in."""

import logging
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.course.plain_files import date_handed_in, plain_files
from autograder.judge.ingest import SIZE_LIMIT_BYTES


def test_links_pipes_and_large_files_stay(tmp_path: Path) -> None:
    folder = tmp_path / "handed-in"
    (folder / "data").mkdir(parents=True)
    (tmp_path / "gradebook.db").touch()
    for name in ("notes.txt", "data/more.csv"):
        (folder / name).touch()
    (folder / "gradebook.db").symlink_to(tmp_path / "gradebook.db")
    (folder / "all").symlink_to(tmp_path)
    (folder / "nowhere").symlink_to("/nowhere")
    os.mkfifo(folder / "pipe")
    with (folder / "large").open("wb") as file:
        file.truncate(SIZE_LIMIT_BYTES + 1)
    found = {Path(file).relative_to(folder).as_posix() for file in plain_files(str(folder))}
    assert found == {"notes.txt", "data/more.csv"}
    assert [Path(one).name for one in plain_files(str(folder), ["*.csv"])] == ["notes.txt"]


@pytest.mark.parametrize("content", [b"", b"yesterday evening", b"\xff", b"9" * 5000])
def test_a_date_that_is_none_is_no_date(tmp_path: Path, content: bytes) -> None:
    course = SimpleNamespace(log=logging.getLogger())
    assert date_handed_in(course, str(tmp_path)) is None
    path = tmp_path / "timestamp.txt"
    path.write_bytes(content)
    assert date_handed_in(course, str(tmp_path)) is None
    path.write_text("2026-01-31 12:00:00 UTC\n", "utf-8")
    date = date_handed_in(course, str(tmp_path))
    assert date is not None and (date.month, date.hour) == (1, 12)
