"""The list of tests that rely on the worker's word: short, with reasons, never stale."""

from pathlib import Path

import pytest

from autograder.compiler.points import MarkedTest
from autograder.errors import UserError
from autograder.gate.evidence.witnessed import WitnessedList, read_witnessed
from autograder.on_word import WITNESSED_FILE

ENTRY = '[[test]]\nname = "test_NAME"\nreason = "only the worker sees it"\n'
TESTS = {
    f"test_{name}": MarkedTest("ex1", points, f"test_{name}", Path("test_x.py"), 1)
    for name, points in {"one": 1, "two": 2, "half": 0.5, **dict.fromkeys("abcde", 1)}.items()
}


def listed(folder: Path, *names: str) -> WitnessedList:
    text = "".join(ENTRY.replace("NAME", name) for name in names)
    (folder / WITNESSED_FILE).write_text(text, "utf-8")
    return read_witnessed(folder)


def problems(witnessed: WitnessedList, believers: set[str]) -> list[str]:
    found = witnessed.findings(TESTS, believers)
    return [f"{Path(finding.place).name}: {finding.what}" for finding in found]


def test_no_list_excuses_nothing(tmp_path: Path) -> None:
    witnessed = read_witnessed(tmp_path)
    assert (witnessed.names, witnessed.points(TESTS), witnessed.notes(TESTS)) == (set(), 0, [])


def test_a_needed_entry_is_a_note(tmp_path: Path) -> None:
    witnessed = listed(tmp_path, "one", "half")
    assert problems(witnessed, {"test_one", "test_half", "test_two"}) == []
    first, second, total = witnessed.notes(TESTS)
    assert first.endswith(
        f"{WITNESSED_FILE}:1: test_one gives 1 on the worker's word: only the worker sees it"
    )
    assert f"{WITNESSED_FILE}:4: test_half gives 0.5" in second
    assert total.endswith(f"{WITNESSED_FILE}: 1.5 of at most 5 points on the worker's word")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("three", ":1: lists test_three, which is no test; remove the entry"),
        ("one", ":1: lists test_one, which believes no liar; remove it"),
        ("two", ":1: test_two gives 2 points, more than 1 on the worker's word"),
    ],
)
def test_entries_that_may_not_stand(tmp_path: Path, name: str, words: str) -> None:
    (problem,) = problems(listed(tmp_path, name), {"test_two"})
    assert words in problem


def test_all_together_may_not_give_much(tmp_path: Path) -> None:
    names = [*"abcde", "half"]
    (problem,) = problems(listed(tmp_path, *names), {f"test_{name}" for name in names})
    assert ":1: its tests give 5.5 points, more than 5 on the worker's word" in problem
    assert problems(listed(tmp_path, *"abcde"), {f"test_{name}" for name in names}) == []


def test_the_same_entry_twice(tmp_path: Path) -> None:
    (problem,) = problems(listed(tmp_path, "one", "one"), {"test_one"})
    assert ":4: lists test_one twice; remove one entry" in problem


def test_an_entry_without_a_reason(tmp_path: Path) -> None:
    (tmp_path / WITNESSED_FILE).write_text('[[test]]\nname = "test_one"\nreason = ""\n', "utf-8")
    with pytest.raises(UserError, match=f"{WITNESSED_FILE}:1: an entry has name and reason"):
        read_witnessed(tmp_path)
