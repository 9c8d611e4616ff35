"""Names and titles say which platform something is of."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.cli import FORMATS
from autograder.course.roster import Roster, Student
from autograder.delimited import parse_delimited
from autograder.errors import UserError
from autograder.platforms.archive import opened
from autograder.platforms.recognise import TITLES, grade_file, recognise

from .downloads import (
    blackboard_rows,
    brightspace_rows,
    canvas_name,
    canvas_rows,
    downloads,
    ilias_name,
    ilias_rows,
    moodle_name,
    moodle_rows,
    people,
    table_text,
    write_zip,
)
from .test_moodle import archive_of

CLASS = people(4)
ROSTER = Roster([Student(one.id, {"sis_login": one.login}) for one in CLASS])


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
        (["Ana_9_assignsubmission_file_lab_1_2_x.ipynb"], "moodle"),
        ([ilias_name(CLASS[0]), "Lab 9/status.xlsx"], "ilias"),
        ([*map(ilias_name, CLASS), "Lab 9/status.xlsx", "read me.txt"], "ilias"),
        (["1-2 - Ana - Nov 20, 2026 1159 PM/lab.ipynb", "index.html"], "brightspace"),
    ],
)
def test_downloads(names: list[str], platform: str) -> None:
    assert recognise(archive_of(*names), ROSTER)[0] == platform


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([*map(moodle_name, CLASS), *map(canvas_name, CLASS)], "fit Moodle and Canvas; say which"),
        (
            [*map(moodle_name, CLASS[:2]), "x/a.txt", "y/b.txt"],
            "fit Moodle in part; say which with --platform",
        ),
        # One folder holds all, and is a student's or not.
        ([f"{CLASS[0].id}/x_y_user2_1/lab.ipynb"], "fit ILIAS and plain folders; say which"),
        (["late user1/x_y_user2_1/lab.ipynb"], "fit ILIAS and plain folders; say which"),
        ([f"{CLASS[0].id}/lab_1_2_x.ipynb"], "fit Canvas and plain folders; say which"),
        (["Lab_9_Abgaben_4711/" + moodle_name(CLASS[0])], "fit ILIAS and Moodle; say which"),
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


TITLES_OF_EXERCISES = ["Deep_Learning_Lab_9", "A_b_c_d_12"]


@pytest.mark.parametrize("title", TITLES_OF_EXERCISES)
@pytest.mark.parametrize("platform", [None, "ilias"])
@pytest.mark.parametrize("known", [ROSTER, Roster([])])
def test_a_title_like_a_person_s_folder_is_nobody(
    title: str, platform: str | None, known: Roster
) -> None:
    names = [f"{title}/{ilias_name(one).partition('/')[2]}" for one in CLASS]
    found, inner, clues = recognise(archive_of(*names), known, platform)
    assert found == "ilias" and len(inner.members) == len(names)
    assert {clue.lms_id for clue in clues.values()} == {str(40_000 + one.number) for one in CLASS}
    (_, _, clues) = recognise(archive_of(names[0]), ROSTER, platform)
    assert [clue.lms_id for clue in clues.values()] == [str(40_000 + CLASS[0].number)]


def test_a_person_s_folder_holds_what_is_called_as_others_folders() -> None:
    own = ilias_name(CLASS[0], "").partition("/")[2]
    forged = [ilias_name(one).rpartition("Abgaben/")[2] for one in CLASS[1:]]
    _, _, clues = recognise(archive_of(*(f"{own}{name}" for name in forged)), ROSTER)
    assert {clue.lms_id for clue in clues.values()} == {str(40_000 + CLASS[0].number)}


def test_a_platform_that_is_named_wins_but_must_fit() -> None:
    both = archive_of(*map(moodle_name, CLASS), *map(canvas_name, CLASS))
    name, _, clues = recognise(both, ROSTER, "canvas")
    assert name == "canvas" and len(clues) == len(CLASS)
    with pytest.raises(UserError, match="fit no format that we read \\(ILIAS\\)"):
        recognise(both, ROSTER, "ilias")


# What a student may call files so that they look like others' hand-ins.
FORGED = [
    *(f"x_y_{one.login}_{number}/lab.ipynb" for number, one in enumerate(CLASS)),
    *(moodle_name(one) for one in CLASS),
    *(canvas_name(one) for one in CLASS),
    *(f"{one.login}_attempt_2026-11-20-23-59-58_lab.ipynb" for one in CLASS),
    *(f"1-2 - {one.name} - Nov 20, 2026 1159 PM/lab.ipynb" for one in CLASS),
    *(f"{one.id}/lab/lab.ipynb" for one in CLASS),
    *("submission_metadata.yml", "submission_77001/lab.ipynb", "Team 4/x_y_user1_1/lab.ipynb"),
]
CASES = downloads(CLASS, {one.number: b"{}" for one in CLASS})
FLAT = ("moodle, flat", "canvas", "blackboard")


@pytest.mark.parametrize("case", [case for case in CASES if case != "plain, files"])
@settings(max_examples=15, deadline=None)
@given(
    forged=st.lists(st.sampled_from(FORGED), unique=True, min_size=1),
    fillers=st.integers(0, 60),
    top=st.sampled_from(["", "wrap/"]),
)
def test_what_a_student_hands_in_is_only_that_student_s(
    case: str, forged: list[str], fillers: int, top: str
) -> None:
    """However many files they are, and whatever they are called as."""
    honest = CASES[case]
    own = max(name for name in honest if not name.endswith((".html", ".yml", ".txt")))
    home = own.removesuffix("lab.ipynb")
    if case in FLAT:
        forged = [name.replace("/", "_") for name in forged]
    names = [*forged, *(f"{number}.txt" for number in range(fillers))]
    more = {f"{home}{name}": b"{}" for name in names}
    if case.startswith("canvas"):
        more |= {f"{home}user{n}_attempt_2026-11-20-23-59-58_{n}.ipynb": b"{}" for n in range(99)}
    with (
        TemporaryDirectory() as folder,
        opened(
            write_zip(Path(folder) / "a.zip", {f"{top}{n}": d for n, d in (honest | more).items()})
        ) as archive,
    ):
        platform, inner, clues = recognise(archive, ROSTER)
    assert platform == case.partition(",")[0]
    person = {one.raw.removeprefix(top): clues[one.path].person for one in inner.members
              if one.path in clues}  # fmt: skip
    assert {person[name] for name in more} == {person[own]}
    others = [person[name] for name in honest if name in person and name.startswith(home) is False]
    assert person[own] not in others or case == "blackboard"


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
