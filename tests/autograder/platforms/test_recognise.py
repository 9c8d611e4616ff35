"""Names and titles say which platform something is of."""

from pathlib import Path

import pytest

from autograder.cli import FORMATS
from autograder.course.roster import Roster, Student
from autograder.delimited import parse_delimited
from autograder.errors import UserError
from autograder.platforms.recognise import TITLES, grade_file, recognise

from .downloads import (
    blackboard_rows,
    brightspace_rows,
    canvas_name,
    canvas_rows,
    ilias_name,
    ilias_rows,
    moodle_name,
    moodle_rows,
    people,
    table_text,
)
from .test_moodle import archive_of

CLASS = people(4)
ROSTER = Roster([Student(one.id) for one in CLASS])


def test_the_command_knows_all_formats() -> None:
    assert set(FORMATS) == set(TITLES)


@pytest.mark.parametrize(
    ("names", "platform"),
    [
        ([moodle_name(one) for one in CLASS], "moodle"),
        ([f"top/in/{moodle_name(one)}" for one in CLASS], "moodle"),
        ([*map(moodle_name, CLASS[:2]), "a.txt", "b_1_2_c.txt"], "moodle"),
        ([canvas_name(one) for one in CLASS], "canvas"),
        ([ilias_name(one) for one in CLASS], "ilias"),
        ([f"{one.id}/x.ipynb" for one in CLASS], "plain"),
        ([f"{CLASS[0].id}/x.ipynb"], "plain"),
        ([f"submitted/{CLASS[0].id}/lab/lab.ipynb", "submitted/.DS_Store"], "plain"),
        (["Lab_09_1234567_attempt_2026-11-20-23-59-58_lab.ipynb"], "blackboard"),
        (["1-2 - Ana - Nov 20, 2026 1159 PM/lab.ipynb", "index.html"], "brightspace"),
    ],
)
def test_downloads(names: list[str], platform: str) -> None:
    assert recognise(archive_of(*names), ROSTER)[0] == platform


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([*map(moodle_name, CLASS), *map(canvas_name, CLASS)], "fit Moodle and Canvas; say which"),
        (["a.txt", "b/c.ipynb"], "fit no format that we read"),
        (["download.zip", "more/B.ZIP"], "holds only other archives: unpack it"),
        (["__MACOSX/._a"], "no files in it"),
        ([], "no files in it"),
    ],
)
def test_what_does_not_fit_is_one_line(names: list[str], words: str) -> None:
    with pytest.raises(UserError, match=words) as error:
        recognise(archive_of(*names), ROSTER)
    assert error.value.exit_code == 2


def test_a_platform_that_is_named_wins_but_must_fit() -> None:
    both = archive_of(*map(moodle_name, CLASS), *map(canvas_name, CLASS))
    name, _, clues = recognise(both, ROSTER, "canvas")
    assert name == "canvas" and len(clues) == len(CLASS)
    with pytest.raises(UserError, match="fit no format that we read \\(ILIAS\\)"):
        recognise(both, ROSTER, "ilias")


@pytest.mark.parametrize(
    ("rows", "platform"),
    [
        (moodle_rows(CLASS), "moodle"),
        (canvas_rows(CLASS), "canvas"),
        (blackboard_rows(CLASS), "blackboard"),
        (brightspace_rows(CLASS), "brightspace"),
        (ilias_rows(CLASS), "ilias"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_files_of_grades(rows: list[list[str]], platform: str, delimiter: str) -> None:
    table = parse_delimited(Path("g.csv"), table_text(rows, delimiter).encode())
    assert grade_file(table).platform == platform


def test_other_tables_are_none() -> None:
    table = parse_delimited(Path("g.csv"), b"name,grade\nana,1\n")
    with pytest.raises(UserError, match="the titles are those of no platform"):
        grade_file(table)
