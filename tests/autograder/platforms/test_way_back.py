"""Names of pages in the zip for the way back."""

from autograder.platforms.decisions import Row
from autograder.platforms.way_back import name_pages


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
    assert name_pages(rows, "lab").pages == {
        "a_1_10_lab_feedback.html": "ana",
        "b_2_13_lab_feedback.html": "ben",
    }


def test_a_moodle_group_without_ids_of_members_shares_a_page() -> None:
    rows = [
        row("moodle", "Red_77_x", one, lms_id="77", name="Red", decision="taken", reason="of group")
        for one in ("ben", "ana")
    ]
    back = name_pages(rows, "lab")
    assert back.pages == {"Red_77_assignsubmission_file/lab_feedback.html": "ana"}
    assert back.shared == {"ben": "ana"}


def test_platforms_without_such_a_zip_get_folders() -> None:
    back = name_pages([row("gradescope", "submission_1/lab.ipynb", "ana", decision="taken")], "lab")
    assert back.pages == {"ana/lab_feedback.html": "ana"} and back.plain == ["ana"]
