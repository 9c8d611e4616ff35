"""Scores go into cells, and into no others; what can't be told stays."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course.roster import Roster, Student
from autograder.delimited import parse_delimited
from autograder.errors import UserError
from autograder.platforms.decimals import read_number, rounded
from autograder.platforms.filling import Change, Filling, fill
from autograder.platforms.grade_file import GradeFile
from autograder.platforms.recognise import grade_file

from .downloads import Person, canvas_rows, ilias_rows, moodle_rows, people, table_text

CLASS = people(5)
ROSTER = Roster(
    Student(one.id, {"canvas_id": one.canvas_id, "email": one.email, "sis_login": one.login})
    for one in CLASS
)


def canvas(grades: dict[int, str], persons: list[Person] = CLASS) -> GradeFile:
    text = table_text(canvas_rows(persons, "10.00", grades))
    return grade_file(parse_delimited(Path("g.csv"), text.encode()), ("778899",))


def filled(file: GradeFile, scores: dict[str, float], most: float = 10) -> Filling:
    return fill(file, scores, most, ROSTER, {})


@given(
    st.dictionaries(st.sampled_from(CLASS), st.floats(0, 10), max_size=5),
    st.dictionaries(
        st.sampled_from([one.number for one in CLASS]),
        st.sampled_from(["", "3.00", "EX", "N/A", "9.99", "x"]),
    ),
)
def test_a_cell_has_the_score_or_what_it_had(
    scores: dict[Person, float], grades: dict[int, str]
) -> None:
    file = canvas(grades)
    filling = filled(file, {one.id: score for one, score in scores.items()})
    table = parse_delimited(Path("g.csv"), filling.content)
    for one, line in zip(CLASS, file.lines[: len(CLASS)], strict=True):
        before, after = grades.get(one.number, ""), table.rows[line.row].text(6)
        if one in scores and before not in ("EX", "N/A"):
            assert read_number(after) == rounded(scores[one]) and after != ""
        else:
            assert after == before
    expected = canvas({**grades}).table.rows
    for row, own in zip(table.rows, expected, strict=True):
        assert [c.text for n, c in enumerate(row.cells) if n != 6] == [
            c.text for n, c in enumerate(own.cells) if n != 6
        ]


def test_every_row_has_one_outcome_and_who_is_missing_is_told() -> None:
    file = canvas({1: "1.00", 2: "2.00"}, [*CLASS[:3], Person(77)])
    filling = filled(file, {CLASS[0].id: 1, CLASS[1].id: 3, CLASS[4].id: 5})
    assert [row.change for row in filling.rows] == [
        *(Change.SAME, Change.REPLACED, Change.NO_SCORE, Change.UNKNOWN, Change.KEPT)
    ]
    assert filling.missing == [CLASS[4].id] and filling.differ
    assert filling.counts["filled"] == 0


def test_extra_credit_above_the_maximum_is_told() -> None:
    filling = filled(canvas({}), {CLASS[0].id: 12.5})
    assert any("above the maximum of 10" in note for note in filling.notes)


@pytest.mark.parametrize("word", ["EX", "Ex", "Excused", "N/A", "n/a"])
def test_what_a_person_excused_stays(word: str) -> None:
    filling = filled(canvas({1: word}), {CLASS[0].id: 3})
    assert filling.rows[0].change is Change.KEPT and filling.notes == []


def test_words_that_a_score_replaces_are_told() -> None:
    filling = filled(canvas({1: "B+", 2: "2.00", 3: "complete"}), {one.id: 3 for one in CLASS})
    (note,) = filling.notes
    assert "B+ of " in note and "complete of " in note and "2.00" not in note


def test_a_column_that_the_platform_computes_is_refused() -> None:
    rows = canvas_rows(CLASS, "(read only)")
    file = grade_file(parse_delimited(Path("g.csv"), table_text(rows).encode()), ("778899",))
    with pytest.raises(UserError, match="takes no grades"):
        filled(file, {CLASS[0].id: 3})


def test_ids_of_the_platform_are_known_from_collecting() -> None:
    text = table_text([*(row[:2] + row[4:] for row in moodle_rows(CLASS, "10.00"))])
    file = grade_file(parse_delimited(Path("g.csv"), text.encode()))
    known = {f"moodle:{one.participant}": one.id for one in CLASS}
    filling = fill(file, {CLASS[0].id: 4.0}, 10, ROSTER, known)
    assert [row.change for row in filling.rows] == [Change.FILLED, *[Change.NO_SCORE] * 4]
    other = {f"canvas:{one.participant}": one.id for one in CLASS}
    filling = fill(file, {CLASS[0].id: 4.0}, 10, ROSTER, other)
    assert {row.change for row in filling.rows} == {Change.UNKNOWN}


def test_a_score_of_nothing_is_no_reason_to_set_the_flag() -> None:
    text = table_text(ilias_rows(CLASS, {1: "4"}))
    file = grade_file(parse_delimited(Path("s.csv"), text.encode()))
    filling = filled(file, {CLASS[0].id: 4.0, CLASS[1].id: 2.5})
    assert filling.content.decode() == table_text(ilias_rows(CLASS, {1: "4", 2: "2.5"}))


def test_the_marks_of_a_file_without_decimals_are_told() -> None:
    text = table_text(ilias_rows(CLASS), ";")
    file = grade_file(parse_delimited(Path("s.csv"), text.encode()))
    filling = filled(file, {CLASS[1].id: 2.5})
    assert filling.notes == ["no number in the file has decimals; ours have a point before them"]


@pytest.mark.parametrize(
    ("most", "scale", "words"),
    [(7, False, "the maximum is 10 there and 7 in the lab"), (0, True, "the lab's maximum is 0")],
)
def test_maxima_must_agree(most: float, scale: bool, words: str) -> None:
    with pytest.raises(UserError, match=words):
        fill(canvas({}), {CLASS[0].id: 1.0}, most, ROSTER, {}, scale)


def test_nothing_to_scale_to() -> None:
    text = table_text(ilias_rows(CLASS))
    file = grade_file(parse_delimited(Path("s.csv"), text.encode()))
    with pytest.raises(UserError, match="no maximum to scale to"):
        fill(file, {CLASS[0].id: 1.0}, 7, ROSTER, {}, scale=True)
