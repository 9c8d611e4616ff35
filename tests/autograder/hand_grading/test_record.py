"""What a course remembers of its sheets."""

from pathlib import Path

import pytest

from autograder.hand_grading.marks import Mark
from autograder.hand_grading.record import Record, Written, folder_of, read_record, secret_of


def test_a_record_comes_back(tmp_path: Path) -> None:
    record = read_record(tmp_path, "q")
    assert record == Record(tmp_path / "q.json")
    record.marks = {"code": {"kim": Mark(1.0, {"a": 1.0}, "ß")}}
    record.names = {"kim": "Kim"}
    record.written = {"code": Written("bcd", "said")}
    record.decided = {"code": "kim"}
    record.save()
    assert read_record(tmp_path, "q") == record
    before = record.path.stat().st_mtime_ns
    record.save()
    assert record.path.stat().st_mtime_ns == before


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"marks": 1, "names": {}, "written": {}}'])
def test_a_damaged_record_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "q.json").write_text(text, "utf-8")
    assert read_record(tmp_path, "q") == Record(tmp_path / "q.json")


def test_the_secret_is_made_once_and_is_not_for_all(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "lab")
    assert secret_of(folder, keep=False) != secret_of(folder, keep=False)
    assert not folder.exists()
    secret = secret_of(folder)
    assert secret_of(folder) == secret_of(folder, keep=False) == secret and len(secret) == 32
    assert (folder / "secret").stat().st_mode & 0o077 == 0
