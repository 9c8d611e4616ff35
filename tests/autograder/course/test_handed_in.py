"""`timestamp.txt` is read only where it is a small plain file."""

import os
from pathlib import Path

import pytest

from autograder.course.handed_in import SIZE_LIMIT_BYTES, TIMESTAMP_FILE, read_timestamp


def test_its_text_or_nothing(tmp_path: Path) -> None:
    assert read_timestamp(tmp_path / "no-such-folder") == (None, [])
    assert read_timestamp(tmp_path) == (None, [])
    path = tmp_path / TIMESTAMP_FILE
    path.write_text("2030-01-31 12:00:00 UTC\n", "utf-8")
    assert read_timestamp(tmp_path) == ("2030-01-31 12:00:00 UTC", [])
    path.write_bytes(b"\xff")
    assert read_timestamp(tmp_path) == ("\ufffd", [])
    path.write_bytes(b"")
    assert read_timestamp(tmp_path) == (None, [])


@pytest.mark.parametrize("kind", ["link", "link to nowhere", "pipe", "folder", "large"])
def test_anything_else_is_a_note(tmp_path: Path, kind: str) -> None:
    path = tmp_path / TIMESTAMP_FILE
    if kind == "link":
        (tmp_path / "neighbours").write_text("2030-01-31 12:00:00 UTC", "utf-8")
        path.symlink_to(tmp_path / "neighbours")
    elif kind == "link to nowhere":
        path.symlink_to("/nowhere")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.write_text("9" * (SIZE_LIMIT_BYTES + 1), "utf-8")
    timestamp, (note,) = read_timestamp(tmp_path)
    assert timestamp is None
    assert note.startswith("timestamp.txt can't be read")
