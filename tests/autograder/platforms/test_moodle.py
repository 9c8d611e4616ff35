"""Moodle's names and worksheets."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.delimited import parse_delimited
from autograder.platforms import moodle
from autograder.platforms.archive import Archive, Member

from .downloads import moodle_rows, people, table_text

WORDS = st.text(
    st.characters(categories=["L", "Nd", "Zs", "Pd"], exclude_characters="_/"),
    min_size=1,
    max_size=20,
).filter(str.strip)
FILES = st.from_regex(r"[A-Za-z0-9 _().-]{1,20}\.ipynb", fullmatch=True)


def archive_of(*names: str) -> Archive:
    members = tuple(Member(name, name, 2, str(n)) for n, name in enumerate(names))
    return Archive(Path("a.zip"), members, None, 0)  # type: ignore[arg-type]


@given(WORDS, st.integers(1, 10**9), FILES, st.sampled_from(["_file/", "_file_/", "_file_"]))
def test_names_say_who_and_what(name: str, number: int, file: str, between: str) -> None:
    path = f"{name}_{number}_assignsubmission{between}{file}"
    (clue,) = moodle.read(archive_of(path)).values()
    assert (clue.lms_id, clue.ids) == (str(number), {"participant": str(number)})
    # Flat, and with an underscore in front, a file's name can't be told from the folder's end.
    assert clue.file.lstrip("_") == file.lstrip("_")


@pytest.mark.parametrize(
    ("path", "name", "number", "file"),
    [
        ("Ana_12_assignsubmission_onlinetext/onlinetext.html", "Ana", "12", "onlinetext.html"),
        ("Participant_12_assignsubmission_file/a/b 1.ipynb", "Participant", "12", "a/b 1.ipynb"),
        ("Default group_assignsubmission_file/x.ipynb", "Default group", "", "x.ipynb"),
        ("李 雷_17_assignsubmission_file_lab_09_2.ipynb", "李 雷", "17", "lab_09_2.ipynb"),
    ],
)  # fmt: skip
def test_other_forms(path: str, name: str, number: str, file: str) -> None:
    (clue,) = moodle.read(archive_of(path)).values()
    assert (clue.name, clue.lms_id, clue.file) == (name, number, file)


@given(st.text(max_size=20), st.integers(1, 10**9))
def test_a_name_for_the_way_back_has_its_number_second(name: str, number: int) -> None:
    path = moodle.feedback_path(name, str(number), "lab_feedback.html")
    folder, page = path.split("/")
    assert folder.split("_", 4)[1:] == [str(number), "assignsubmission", "file"]
    assert page == "lab_feedback.html"


@pytest.mark.parametrize(
    ("titles", "grade"),
    [
        (["Identifier", "Full name", "Status", "Grade", "Maximum Grade"], 3),
        (["ID", "Vollständiger Name", "Status", "Bewertung", "Beste Bewertung"], 3),
        (["Identifiant", "Nom complet", "Statut", "Note", "Note maximale"], 3),
        (["Identificador", "Nombre completo", "Estado", "Calificación", "Calificación máxima"], 3),
        (["Identificativo", "Cognome / Nome", "Stato", "Valutazione", "Valutazione massima"], 3),
        (["Identificador", "Nome completo", "Estado", "Avaliação", "Nota máxima"], 3),
    ],
)
def test_columns_in_languages(titles: list[str], grade: int) -> None:
    table = parse_delimited(
        Path("w.csv"), table_text([titles, ["Participant 7", "A", "x", "", "100.00"]]).encode()
    )
    assert moodle.claims(table)
    file = moodle.grade_file(table, ())
    assert (file.column, file.maximum, file.problem) == (grade, "100.00", "")


def test_a_worksheet_says_who_is_who() -> None:
    (one,) = people(1)
    table = parse_delimited(Path("w.csv"), table_text(moodle_rows([one])).encode())
    (line,) = moodle.grade_file(table, ()).lines
    assert dict(line.ids) == {
        "participant": one.participant,
        "idnumber": one.id,
        "email": one.email,
    }
    assert line.handed_in == one.handed_in.replace(tzinfo=None)
    assert moodle.grade_file(table, ["Status"]).column == 4


def test_addresses_are_known_whatever_their_column_is_called() -> None:
    (ana,) = people(1)
    rows = [[cell.replace("Email address", "E-post") for cell in row] for row in moodle_rows([ana])]
    file = moodle.grade_file(parse_delimited(Path("g.csv"), table_text(rows).encode()), ())
    assert file.lines[0].ids["email"] == ana.email
    rows[1] = [cell.replace("@", " at ") for cell in rows[1]]
    file = moodle.grade_file(parse_delimited(Path("g.csv"), table_text(rows).encode()), ())
    assert "email" not in file.lines[0].ids
