"""What some release gave is no answer; all else is."""

from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.course.blanks import known_blanks, without_blanks
from autograder.judge.submission import StudentCell


def release(blank: str) -> object:
    cell = new_code_cell(blank, id="ex1-answer", metadata={"nbgrader": {"solution": True}})
    given = new_code_cell("given", id="code-1", metadata={"nbgrader": {"locked": True}})
    return new_notebook(cells=[given, cell])


def answer(source: str, cell_id: str = "ex1-answer", **more: object) -> StudentCell:
    return StudentCell(cell_id, "code", source, **more)  # type: ignore[arg-type]


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / "results" / "blanks.json"


def test_blanks_of_all_releases_are_none(record: Path) -> None:
    known_blanks(record, release("first"))
    blanks = known_blanks(record, release("second"))
    written, own = answer("third"), answer("first", "own-000")
    picture = answer("first", attachments={"x.png": {}})
    cells = (answer("first"), answer("second  \n"), written, own, picture)
    assert without_blanks(cells, blanks) == (written, own, picture)


def test_what_is_known_is_not_written_again(record: Path) -> None:
    known_blanks(record, release("first"))
    before = record.stat().st_mtime_ns
    known_blanks(record, release("first"))
    assert record.stat().st_mtime_ns == before


@pytest.mark.parametrize("damage", ["", "[]", "{", '{"ex1-answer": 3}'])
def test_a_damaged_record_holds_nothing(record: Path, damage: str) -> None:
    known_blanks(record, release("first"))
    record.write_text(damage, "utf-8")
    assert list(known_blanks(record, release("second"))) == ["ex1-answer"]
    assert without_blanks([answer("second")], known_blanks(record, release("second"))) == ()
