"""Names of pages in the zip for the way back."""

import pytest

from autograder.course.roster import Roster, Student
from autograder.platforms.archive import _escaped
from autograder.platforms.decisions import Row
from autograder.platforms.way_back import name_pages

ROSTER = Roster(
    [
        Student("ana", {"name": "Ana Silva", "canvas_id": "1", "sis_login": "asilva"}),
        Student("ben", {"name": "Ben Okafor", "canvas_id": "2", "sis_login": "bokafor"}),
    ]
)
PAGE = "lab_feedback.html"
MOODLE, TIME = "_assignsubmission_file/", " - Nov 2, 2026 1159 PM/"


def row(source: str, entry: str, student: str, **values: str) -> Row:
    return Row(f"{source}:a.zip", entry, student_id=student, notebook="lab.ipynb", **values)


def test_what_was_taken_counts_else_the_last_row() -> None:
    rows = [
        row("canvas", "a_1_10_lab.ipynb", "ana", decision="taken"),
        row("canvas", "a_1_11_lab.ipynb", "ana", decision="older"),
        row("canvas", "b_2_12_lab.ipynb", "ben", decision="older"),
        row("canvas", "b_2_13_lab.ipynb", "ben", decision="duplicate"),
        row("canvas", "c_3_14_lab.ipynb", "", decision="unknown-student"),
    ]
    assert name_pages(rows, "lab", ROSTER).pages == {
        "a_1_10_lab_feedback.html": "ana",
        "b_2_13_lab_feedback.html": "ben",
    }


def test_a_moodle_group_without_ids_of_members_shares_a_page() -> None:
    rows = [
        row(
            "moodle",
            "Red_77_assignsubmission_file/lab.ipynb",
            one,
            lms_id="77",
            name="Red",
            decision="taken",
            reason="of group",
        )
        for one in ("ben", "ana")
    ]
    back = name_pages(rows, "lab", ROSTER)
    assert back.pages == {"Red_77_assignsubmission_file/lab_feedback.html": "ana"}
    assert back.shared == {"ben": "ana"}


def test_platforms_without_such_a_zip_get_folders() -> None:
    rows = [row("gradescope", "submission_1/lab.ipynb", "ana", decision="taken")]
    back = name_pages(rows, "lab", ROSTER)
    assert back.pages == {"ana/lab_feedback.html": "ana"} and back.plain == ["ana"]


@pytest.mark.parametrize(
    ("platform", "ana_s", "ben_s", "lms_ids"),
    [
        ("canvas", "silvaana_1_5_", "okaforben_2_6_", ("1", "2")),
        ("ilias", "Silva_Ana_asilva_7/", "Okafor_Ben_bokafor_8/", ("7", "8")),
        ("moodle", f"Ana Silva_7{MOODLE}", f"Ben Okafor_8{MOODLE}", ("7", "8")),
        ("brightspace", f"7-1 - Ana Silva{TIME}", f"8-1 - Ben Okafor{TIME}", ("7-1", "8-1")),
    ],
)
def test_a_page_goes_to_no_hand_in_of_another(
    platform: str, ana_s: str, ben_s: str, lms_ids: tuple[str, str]
) -> None:
    """Ana handed in Ben's file, and a person gave it to him."""
    first, second = lms_ids
    given = row(platform, f"{ana_s}lab.ipynb", "ben", lms_id=first, how="by-hand", decision="taken")
    back = name_pages([given], "lab", ROSTER)
    assert back.pages == {f"ben/{PAGE}": "ben"} and back.plain == ["ben"]
    own = row(
        platform, f"{ben_s}lab.ipynb", "ben", lms_id=second, name="Ben Okafor", how="username"
    )
    back = name_pages([given, own], "lab", ROSTER)
    assert back.plain == []
    assert [path.removeprefix("multi_feedback_lab/") for path in back.pages] == [f"{ben_s}{PAGE}"]


def test_an_unknown_person_s_page_goes_to_whom_a_person_named() -> None:
    given = row("canvas", "x_9_5_lab.ipynb", "ben", lms_id="9", how="by-hand", decision="taken")
    assert name_pages([given], "lab", ROSTER).pages == {f"x_9_5_{PAGE}": "ben"}
    # Another row tells that the number is Ana's, which the roster doesn't know.
    told = row("canvas", "x_9_6_lab.ipynb", "ana", lms_id="9", how="file-name", decision="taken")
    back = name_pages([given, told], "lab", ROSTER)
    assert back.pages == {f"x_9_6_{PAGE}": "ana", f"ben/{PAGE}": "ben"}


@pytest.mark.parametrize("name", ["Ana Silva", "\u200fAna Silva", "A\u00a0na"])
@pytest.mark.parametrize(
    "file", ["lab.ipynb", "work/lab.ipynb", "2-1 - Ben - Nov 2, 2026 1159 PM/l.ipynb"]
)
@pytest.mark.parametrize("top", ["", "All/of it/"])
def test_brightspace_s_own_folder_is_named_as_it_was(name: str, file: str, top: str) -> None:
    folders = [f"{n}-1 - {name}{TIME}" for n in (7, 8)]
    rows = [
        row(
            "brightspace",
            _escaped(f"{top}{folder}{file}"),
            student,
            lms_id=lms_id,
            decision="taken",
        )
        for folder, student, lms_id in zip(folders, ("ana", "ben"), ("7-1", "8-1"), strict=True)
    ]
    back = name_pages(rows, "lab", ROSTER)
    assert back.pages == {
        f"{folder}{PAGE}": s for folder, s in zip(folders, ("ana", "ben"), strict=True)
    }
    assert (back.shared, back.plain) == ({}, [])


def test_ilias_s_title_may_look_like_a_person_s_folder() -> None:
    rows = [
        row("ilias", f"Deep_Learning_Lab_9/Abgaben/{folder}/l.ipynb", student, lms_id=lms_id)
        for folder, student, lms_id in [
            ("Silva_Ana_asilva_7", "ana", "7"),
            ("Okafor_Ben_bokafor_8", "ben", "8"),
        ]
    ]
    assert name_pages(rows, "lab", ROSTER).pages == {
        f"multi_feedback_lab/Silva_Ana_asilva_7/{PAGE}": "ana",
        f"multi_feedback_lab/Okafor_Ben_bokafor_8/{PAGE}": "ben",
    }


def test_a_name_that_is_another_s_already_is_a_folder() -> None:
    rows = [
        row("canvas", f"x_9_5_{student}.ipynb", student, lms_id="9", decision="taken")
        for student in ("ana", "ben")
    ]
    back = name_pages(rows, "lab", ROSTER)
    assert back.pages == {f"x_9_5_{PAGE}": "ana", f"ben/{PAGE}": "ben"}
    assert (back.shared, back.plain) == ({}, ["ben"])
