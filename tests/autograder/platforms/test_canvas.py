"""Canvas's names and gradebooks."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.delimited import parse_delimited
from autograder.platforms import canvas

from .downloads import canvas_rows, people, table_text
from .test_moodle import FILES, archive_of

COMPACT = st.text(st.characters(categories=["Ll", "Lo"]), min_size=1, max_size=20).filter(
    lambda name: name not in ("anon",)
)


@given(COMPACT, st.booleans(), st.integers(1, 10**9), st.integers(1, 10**9), FILES)
def test_names_say_who_and_what(name: str, late: bool, user: int, number: int, file: str) -> None:
    path = f"{name}{'_LATE' if late else ''}_{user}_{number}_{file}"
    (clue,) = canvas.read(archive_of(path)).values()
    assert (clue.lms_id, clue.version, clue.file) == (str(user), number, file)
    assert clue.late_flag == ("LATE" if late else "")
    assert canvas.version_of(path) == number
    back = canvas.feedback_path(path, "lab_feedback.html")
    assert back is not None
    digits = [part for part in back.split("_") if part.isdigit()]
    assert digits[:2] == [str(user), str(number)] and back.endswith("_lab_feedback.html")


@pytest.mark.parametrize(
    ("path", "lms_id", "version", "late", "ids"),
    [
        ("anon_12345_555_lab.ipynb", "12345", 555, "", {"anonymous": "12345"}),
        ("LATE_anon_aB3dE_555_lab.ipynb", "aB3dE", 555, "LATE", {"anonymous": "aB3dE"}),
        ("_91234_555_lab.ipynb", "91234", 555, "", {"canvas_id": "91234"}),
        ("_a__91234_555_lab.ipynb", "91234", 555, "", {"canvas_id": "91234"}),
        ("silvaana_91234_text.html", "91234", None, "", {"canvas_id": "91234"}),
        ("silvaana_LATE_91234_link.html", "91234", None, "LATE", {"canvas_id": "91234"}),
        ("o_brien_91234_555_a_1_2_b.ipynb", "91234", 555, "", {"canvas_id": "91234"}),
    ],
)
def test_other_forms(
    path: str, lms_id: str, version: int | None, late: str, ids: dict[str, str]
) -> None:
    (clue,) = canvas.read(archive_of(path)).values()
    assert (clue.lms_id, clue.version, clue.late_flag, clue.ids) == (lms_id, version, late, ids)


@pytest.mark.parametrize(
    ("path", "numbers"),
    [
        ("mal_4000_9999_x_4003_903_lab.ipynb", ["4003"]),
        ("mal_4003_903_lab.ipynb", []),
        ("mal_4003_903_lab_09_2.ipynb", []),
        ("mal_4000_9999_4003_903_lab.ipynb", ["9999", "4003"]),
        ("anon_4000_9999_x_4003_903_lab.ipynb", ["4000", "4003"]),
        ("mal_4000_9999_LATE_4003_text.html", ["4000"]),
    ],
)
def test_all_that_a_name_may_say(path: str, numbers: list[str]) -> None:
    (clue,) = canvas.read(archive_of(path)).values()
    assert [one["canvas_id"] for one in clue.others] == numbers


@pytest.mark.parametrize(
    "path",
    [
        "a_1_2_x/y",
        "silvaana_lab.ipynb",
        "readme.txt",
    ],
)
def test_what_is_of_others(path: str) -> None:
    assert canvas.read(archive_of(path)) == {}


def test_a_gradebook_with_a_row_about_posting_and_two_columns_of_one_title() -> None:
    rows = canvas_rows(people(2))
    rows[0][7] = "Lab (5)"
    rows.insert(1, ["", "", "", "", "", "", "Manual Posting", "", ""])
    table = parse_delimited(Path("g.csv"), table_text(rows).encode())
    assert canvas.claims(table)
    file = canvas.grade_file(table, (), ("Lab",))
    assert file.column is None and "more than one column" in file.problem
    file = canvas.grade_file(table, ("5",), ("Lab",))
    assert (file.column, file.maximum) == (7, "10.00")
    assert [line.is_test for line in file.lines] == [False, False, True]
    assert canvas.grade_file(table, ("778899",), ()).column == 6
