"""ILIAS's names and status files."""

from pathlib import Path

import pytest

from autograder.delimited import parse_delimited
from autograder.platforms import ilias

from .downloads import ilias_rows, people, table_text
from .test_moodle import archive_of


@pytest.mark.parametrize(
    ("path", "name", "login", "number", "file", "team"),
    [
        ("Silva_Ana_as_3_4012/l.ipynb", "Ana Silva", "as_3", "4012", "l.ipynb", ""),
        ("Team 4/Silva_Ana_as_7/lab.ipynb", "Ana Silva", "as", "7", "lab.ipynb", "Team 4"),
        ("Silva_Ana_as_7/a_b_c_1/lab.ipynb", "Ana Silva", "as", "7", "a_b_c_1/lab.ipynb", ""),
    ],
)  # fmt: skip
def test_folders_say_who(
    path: str, name: str, login: str, number: str, file: str, team: str
) -> None:
    (clue,) = ilias.read(archive_of(path)).values()
    assert (clue.name, clue.ids["login"], clue.lms_id) == (name, login, number)
    assert (clue.file, clue.group) == (file, team)


@pytest.mark.parametrize(
    "path",
    ["mal/x_y_ana_1/lab.ipynb", "mal/Team 4/x_y_ana_1/lab.ipynb", "Team 4/mal/x_y_ana_1/lab.ipynb"],
)
def test_what_lies_deeper_says_nothing(path: str) -> None:
    assert ilias.read(archive_of(path)) == {}


def test_a_folder_for_the_way_back_is_ascii_and_ends_in_the_number() -> None:
    path = ilias.feedback_path("lab", "Müßig_Zoë_mz_9/lab.ipynb", "p.html")
    assert path == "multi_feedback_lab/Muessig_Zoe_mz_9/p.html"
    path = ilias.feedback_path("lab", "雷_李_login_9/lab.ipynb", "p.html")
    assert path is not None and path.isascii() and path.split("/")[1].endswith("_login_9")
    assert ilias.feedback_path("lab", "readme.txt", "p.html") is None


def test_a_status_file() -> None:
    (ana,) = people(1)
    table = parse_delimited(Path("status.csv"), table_text(ilias_rows([ana]), ";").encode())
    assert ilias.claims(table)
    file = ilias.grade_file(table, ())
    assert (file.column, dict(file.flags)) == (6, {0: "1"})
    assert dict(file.lines[0].ids) == {"login": ana.login, "ilias_id": "40001"}
