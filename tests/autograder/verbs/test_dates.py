"""Who is late is told before anybody is graded; grading then takes just that off."""

import json
from pathlib import Path

import pytest

from autograder.course.course import load_course
from autograder.course.recorded import read_gradebook
from autograder.course.scores import final_scores
from autograder.errors import UserError
from autograder.verbs.dates import as_table, summary, times_of
from autograder.verbs.grade import grade_class

from .conftest import CLASS, FULL, LAB, hand_in, solved, typed
from .test_grade import written

DATES = f'timezone = "UTC"\npercent_per_day = 10\n[labs.{LAB}]\ndue = "2026-11-27 12:00"\n'
TIMES = {"ben": "2026-11-29 11:00 UTC", "eva": "2026-11-27 12:00 UTC", "max": None}


@pytest.fixture
def course(project: Path, tmp_path: Path) -> Path:
    root = tmp_path / "course"
    for student, code in CLASS.items():
        path = hand_in(root, student, solved(project, code))
        if (time := TIMES[student]) is not None:
            path.with_name("timestamp.txt").write_text(time, "utf-8")
    (root / "dates.toml").write_text(DATES, "utf-8")
    return root


def test_who_is_late(course: Path) -> None:
    found = times_of(course, LAB)
    assert {name: late.percent for name, late in found.students.items()} == {
        "ben": 20, "eva": 0, "max": 0
    }  # fmt: skip
    assert as_table(found).row_count == 2  # late, and unknown
    assert summary(found) == "3 handed in, 1 late, 0 of them after the last day"
    assert found.notes == ["1 hand-ins without a readable timestamp.txt count as in time: max"]


def test_grading_takes_that_off(course: Path) -> None:
    graded = grade_class(course, LAB)
    penalties = {
        who: row.penalty for who, row in read_gradebook(graded.course.gradebook, LAB).items()
    }
    assert penalties == {"ben": pytest.approx(0.6), "eva": None, "max": None}
    finals = {
        one.student: (one.raw_score, one.score) for one in final_scores(load_course(course), LAB)
    }
    assert finals == {"ben": (3, 2.4), "eva": (FULL, FULL), "max": (0, 0)}


def test_typed_it_changes_nothing(course: Path, project: Path, tmp_path: Path) -> None:
    before = written(course)
    report = tmp_path / "late.json"
    said, _ = typed(project, "dates", LAB, "--course", course, "--json", report)
    assert "20 %" in said and "1 late" in said
    students = json.loads(report.read_text("utf-8"))["students"]
    assert [one["days_late"] for one in students] == [2, 0, 0]
    assert written(course) == before


def test_a_mistake_is_one_line(course: Path, project: Path) -> None:
    (course / "dates.toml").write_text(DATES + "grace = 3\n", "utf-8")
    for verb in ("dates", "grade"):
        _, complaint = typed(project, verb, LAB, "--course", course, exit_code=2)
        assert complaint.count("\n") == 1 and "dates.toml:5: unknown key `grace`" in complaint
    (course / "dates.toml").unlink()
    with pytest.raises(UserError, match=r"no such file; write `\[labs\.means\]` with `due`"):
        times_of(course, LAB)
    (course / "dates.toml").write_text(DATES.replace("means", "mean"), "utf-8")
    with pytest.raises(UserError, match="did you mean `mean`"):
        times_of(course, LAB)
