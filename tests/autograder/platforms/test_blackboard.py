"""Blackboard's names, its texts about attempts, and its file of grades."""

from datetime import datetime
from pathlib import Path

import pytest

from autograder.delimited import parse_delimited
from autograder.platforms import blackboard
from autograder.platforms.archive import opened

from .downloads import blackboard_files, blackboard_rows, people, table_text, write_zip

(ANA,) = people(1)


def test_the_text_beside_says_who_and_what(tmp_path: Path) -> None:
    files = blackboard_files(ANA, b"{}")
    files = {
        name.replace("user1", "a_b_1"): data.replace(b"user1", b"a_b_1")
        for name, data in files.items()
    }
    with opened(write_zip(tmp_path / "a.zip", files)) as archive:
        clues = blackboard.read(archive)
    assert {clue.lms_id for clue in clues.values()} == {"a_b_1"}
    notebook = next(clue for clue in clues.values() if clue.file == "lab.ipynb")
    assert (notebook.name, notebook.ids) == (ANA.name, {"login": "a_b_1"})
    assert notebook.handed_in == ANA.handed_in  # with its zone


@pytest.mark.parametrize("word", ["attempt", "poging", "Versuch", "intento"])
def test_without_the_text_the_name_says_it(tmp_path: Path, word: str) -> None:
    name = f"Lab_09_asilva3_{word}_2026-11-20-23-59-58_lab_2.ipynb"
    with opened(write_zip(tmp_path / "a.zip", {name: b"{}"})) as archive:
        (clue,) = blackboard.read(archive).values()
    assert (clue.lms_id, clue.file) == ("asilva3", "lab_2.ipynb")
    assert clue.handed_in == datetime(2026, 11, 20, 23, 59, 58)


def test_what_a_student_calls_a_file_does_not_part_it_from_the_text(tmp_path: Path) -> None:
    stem = f"Lab_09_x_{ANA.login}_attempt_2026-11-20-23-59-58"
    name = f"{stem}_Lab_09_user2_attempt_2026-11-21-23-59-58_lab.ipynb"
    files = {f"{stem}.txt": b"Name: Mal (x_user1)\n", name: b"{}"}
    with opened(write_zip(tmp_path / "a.zip", files)) as archive:
        clue = blackboard.read(archive)[name]
    assert (clue.lms_id, clue.others) == (f"x_{ANA.login}", ())


def test_without_the_text_a_login_may_be_longer(tmp_path: Path) -> None:
    name = "Lab_09_a_b_1_attempt_2026-11-20-23-59-58_lab.ipynb"
    with opened(write_zip(tmp_path / "a.zip", {name: b"{}"})) as archive:
        (clue,) = blackboard.read(archive).values()
    assert clue.ids == {"login": "1"}
    assert [one["login"] for one in clue.others] == ["09_a_b_1", "a_b_1", "b_1"]


def test_a_text_of_nonsense_changes_nothing(tmp_path: Path) -> None:
    files = {name: b"\xff\xfe:\n" * 50 if name.endswith(".txt") else data
             for name, data in blackboard_files(ANA, b"{}").items()}  # fmt: skip
    with opened(write_zip(tmp_path / "a.zip", files)) as archive:
        clues = blackboard.read(archive)
    assert {clue.lms_id for clue in clues.values()} == {ANA.login}


@pytest.mark.parametrize(
    "words", [" " * 60_000, ("\t" * 300 + "\n") * 200, "x:" + "1" * 60_000, "(" * 60_000]
)
def test_what_students_write_into_the_text_costs_no_time_and_moves_no_clock(
    tmp_path: Path, words: str
) -> None:
    forged = f"Date: Friday, November 20, 2026 12:01:00 PM GMT+14\n{words}"
    files = {
        name: data.replace(b" GMT", b"").replace(b"There are no", forged.encode())
        if name.endswith(".txt")
        else data
        for name, data in blackboard_files(ANA, b"{}").items()
    }
    with opened(write_zip(tmp_path / "a.zip", files)) as archive:
        clues = blackboard.read(archive)
    assert {clue.handed_in for clue in clues.values()} == {ANA.handed_in.replace(tzinfo=None)}
    assert {clue.name for clue in clues.values()} == {ANA.name}


def test_columns_of_the_grade_center() -> None:
    table = parse_delimited(Path("g.xls"), table_text(blackboard_rows([ANA], "7")).encode())
    assert blackboard.claims(table)
    file = blackboard.grade_file(table, (), ("lab",))
    assert (file.column, file.maximum, file.problem) == (6, "7", "")
    assert dict(file.lines[0].ids) == {"login": ANA.login, "sid": ANA.id}
    german = table_text(blackboard_rows([ANA], "7,5")).replace("Total Pts", "Punkte insgesamt")
    table = parse_delimited(Path("g.csv"), german.replace("Username", "Benutzername").encode())
    file = blackboard.grade_file(table, ("1344236",), ())
    assert (file.column, file.maximum) == (6, "7,5") and file.lines[0].ids["login"] == ANA.login


@pytest.mark.parametrize("words", ["up to 100 Score", "bis zu 100 Punkte", "jusqu'à 100"])
def test_what_blackboard_calculates_is_refused_in_any_language(words: str) -> None:
    text = table_text(blackboard_rows([ANA])).replace("up to 100 Score", words)
    file = blackboard.grade_file(parse_delimited(Path("g.csv"), text.encode()), ("99",), ())
    assert "calculates" in file.problem


def test_an_attempt_that_waits_is_no_grade() -> None:
    states = ["Needs Grading(50.00)", "In Progress", "Muss bewertet werden", "B", "7.5"]
    class_ = people(len(states))
    grades = dict(enumerate(states, start=1))
    text = table_text(blackboard_rows(class_, "7", grades))
    file = blackboard.grade_file(parse_delimited(Path("g.csv"), text.encode()), (), ("lab",))
    assert file.empty == {"", *states[:3]}
