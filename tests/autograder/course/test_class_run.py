"""How a class was graded is remembered for each lab."""

from pathlib import Path

import pytest

from autograder.course.class_run import FILE, ClassRun, recall, remember, seed_of
from autograder.errors import UserError


def test_each_lab_has_its_own(tmp_path: Path) -> None:
    first, second = ClassRun(3, True, "One", {"ex1": "Doubling"}), ClassRun(4)
    remember(tmp_path, "lab1", first)
    remember(tmp_path, "lab2", second)
    assert (recall(tmp_path, "lab1"), recall(tmp_path, "lab2")) == (first, second)
    remember(tmp_path, "lab1", second)
    assert recall(tmp_path, "lab1") == second


def test_what_stands_there_is_not_written_again(tmp_path: Path) -> None:
    remember(tmp_path, "lab1", ClassRun(3, exercises={"ex1": "Doubling"}))
    before = (tmp_path / FILE).stat()
    remember(tmp_path, "lab1", ClassRun(3, exercises={"ex1": "Doubling"}))
    after = (tmp_path / FILE).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize(
    "content",
    [
        *(None, "[]", '{"lab2": {}}', '{"lab1": {"unknown": 1}}', '{"lab1": {}}'),
        *('{"lab1": {"seed": "5"}}', "[" * 100_000),
    ],
    ids=lambda content: str(content)[:30],
)
def test_a_lab_that_was_not_graded(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / FILE).write_text(content, "utf-8")
    with pytest.raises(
        UserError, match="lab1 was not graded yet; run `make grade LAB=lab1"
    ) as told:
        recall(tmp_path, "lab1")
    assert told.value.exit_code == 2


def test_a_lab_keeps_its_seed_and_gets_a_secret_at_first(tmp_path: Path) -> None:
    drawn = {seed_of(tmp_path, "lab1") for _ in range(20)}
    assert len(drawn) == 20
    assert max(drawn) > 2**100
    remember(tmp_path, "lab1", ClassRun(max(drawn)))
    assert seed_of(tmp_path, "lab1") == max(drawn) == recall(tmp_path, "lab1").seed
    assert seed_of(tmp_path, "lab2") != max(drawn)


@pytest.mark.parametrize("run", ["{}", "3", "null", '{"seed": null}', '{"seed": "7"}', "[]"])
def test_what_is_no_seed_is_replaced(tmp_path: Path, run: str) -> None:
    (tmp_path / FILE).write_text(f'{{"lab1": {run}}}', "utf-8")
    assert seed_of(tmp_path, "lab1") > 2**64


@pytest.mark.parametrize("damage", ["", "{", "[]", "3", b"\xff\xfe{"])
def test_a_damaged_file_is_made_anew_and_told(tmp_path: Path, damage: str | bytes) -> None:
    path = tmp_path / FILE
    path.write_bytes(damage if isinstance(damage, bytes) else damage.encode())
    with pytest.raises(UserError, match="lab1 was not graded yet"):
        recall(tmp_path, "lab1")
    (note,) = remember(tmp_path, "lab1", ClassRun(3))
    assert note.startswith(str(path)) and "made anew" in note
    assert recall(tmp_path, "lab1") == ClassRun(3)
    assert remember(tmp_path, "lab2", ClassRun(4)) == []


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(UserError, match="move it away"):
        remember(tmp_path, "lab1", ClassRun())
