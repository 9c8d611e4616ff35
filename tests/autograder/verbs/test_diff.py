"""A wrong test is corrected or dropped: who changes is told, nobody loses anything unasked."""

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from autograder.course.course import CONFIG_FILE, Course
from autograder.course.ledger import FILE, Ledger
from autograder.course.recorded import read_gradebook
from autograder.course.store import ResultStore
from autograder.errors import UserError
from autograder.verbs.diff import Comparison, as_table, compare, summary
from autograder.verbs.grade import grade_class

from .conftest import (
    CLASS,
    FULL,
    HALF,
    LAB,
    SCORES,
    TESTED,
    blank,
    build,
    hand_in,
    solved,
    typed,
)
from .test_grade import NEW_QUESTION, scores, written

# ben, who divides by two, does this wrong: no hidden test passes, and no public one counts
TEST_OF_ONE = "assert_close(submission.mean([number]), number"
TEST_OF_THREE = "assert_close(submission.mean([number] * 3), number"


@pytest.fixture
def course(graded: Course) -> Course:
    return graded


def correct(project: Path, before: str = TEST_OF_ONE, after: str = TEST_OF_THREE) -> None:
    path = project / "source" / LAB / "hidden" / f"test_{LAB}.py"
    text = path.read_text("utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), "utf-8")
    build(project)


def in_gradebook(course: Course) -> dict[str, float | None]:
    rows = read_gradebook(course.gradebook, LAB)
    return {student: row.grades[TESTED].score for student, row in rows.items()}


def drop_the_test_of_one(project: Path) -> None:
    path = project / "source" / LAB / "hidden" / f"test_{LAB}.py"
    head, found, _ = path.read_text("utf-8").partition('\n\n@question("ex1-mean", points=1)')
    assert found
    path.write_text(head, "utf-8")
    build(project)


def test_before_a_second_grading_there_is_nothing_to_compare(course: Course) -> None:
    found = compare(course.root, LAB)
    assert (found.changes, found.since, found.students) == ([], None, 3)
    assert summary(found) == "nothing was published before; 3 students have points now"
    with pytest.raises(UserError, match="other was not graded yet; run") as caught:
        compare(course.root, "other")
    assert caught.value.exit_code == 2


def test_a_regrade_keeps_the_better_points_unless_it_may_lower(
    course: Course, project: Path
) -> None:
    correct(project)
    second = grade_class(course.root, LAB)
    assert scores(second) == SCORES and in_gradebook(course) == SCORES
    (note,) = [note for note in second.notes if "keeps" in note]
    assert note.startswith(f"ben: {TESTED} keeps 3 points (0 now); a regrade lowers nobody unless")
    assert "An earlier grading" in course.feedback_page("ben", LAB).read_text("utf-8")
    compared = compare(course.root, LAB)
    assert (compared.changes, compared.kept) == ([], [note])
    before = written(course.root)
    assert scores(grade_class(course.root, LAB)) == SCORES and written(course.root) == before

    third = grade_class(course.root, LAB, allow_lower=True)
    assert scores(third) == {**SCORES, "ben": 0.0} == in_gradebook(course)
    (ben,) = compare(course.root, LAB).changes
    assert (ben.points, ben.lowered) == (-3, True)
    assert ben.why == ("tests", "lowering was allowed")  # also why he had kept them
    assert [str(one) for one in ben.tests] == [
        f"{TESTED}: test_mean_of_one passed before, failed now"
    ]
    store = ResultStore(course.root / "results" / LAB)
    assert [line["result"]["score"] for line in store.history("ben")] == [3, 3]
    assert [line["because"] for line in store.history("ben")] == [
        ["tests"], ["lowering was allowed"]
    ]  # fmt: skip
    # what was lowered on purpose stays so
    assert scores(grade_class(course.root, LAB)) == scores(third)
    assert scores(grade_class(course.root, LAB, force=True)) == scores(third)


def test_who_was_lowered_by_which_test_and_whom_to_tell(course: Course, project: Path) -> None:
    (course.root / "roster.csv").write_text(
        'student_id,name,email\nben,"=Ben, the ""first""",ben@example.org\n', "utf-8"
    )
    correct(project)
    grade_class(course.root, LAB, allow_lower=True)
    found = compare(course.root, LAB)
    (ben,) = found.changes
    assert found.lowered == ["ben"] and ben.why == ("tests",)
    assert [str(one) for one in ben.tests] == [
        f"{TESTED}: test_mean_of_one passed before, failed now"
    ]
    assert summary(found).startswith("1 of 3 students have other points than those published at")
    assert as_table(found).row_count == 1
    (row,) = csv.DictReader(io.StringIO(found.letters()))
    assert row == {
        "student_id": "ben", "name": '\'=Ben, the "first"', "email": "ben@example.org",
        "lab": LAB, "before": "3", "now": "0", "of": "7", "lowered": "yes", "why": "tests",
        "tests": f"{TESTED}: test_mean_of_one passed before, failed now",
    }  # fmt: skip
    assert json.loads(json.dumps(found.as_json()))["lowered"] == ["ben"]


def test_another_hand_in_may_lower(course: Course, project: Path) -> None:
    hand_in(course.root, "eva", blank(project))
    assert scores(grade_class(course.root, LAB))["eva"] == 0
    (eva,) = compare(course.root, LAB).changes
    assert (eva.why, eva.lowered, eva.points) == (("submission",), True, -FULL)


def test_who_hands_in_the_first_one_again_has_its_points(course: Course, project: Path) -> None:
    """Ben tries something else while a test is corrected, and comes back to what he had."""
    hand_in(course.root, "ben", blank(project))
    assert scores(grade_class(course.root, LAB))["ben"] == 0
    correct(project)
    assert scores(grade_class(course.root, LAB))["ben"] == 0
    hand_in(course.root, "ben", solved(project, CLASS["ben"]))
    assert scores(grade_class(course.root, LAB))["ben"] == SCORES["ben"]
    assert scores(grade_class(course.root, LAB, allow_lower=True))["ben"] == 0


def test_a_course_may_stop_at_it_or_allow_it(course: Course, project: Path) -> None:
    correct(project)
    config = course.root / CONFIG_FILE
    text = config.read_text("utf-8")
    config.write_text(f'{text}c.Regrade.lower = "stop"\n', "utf-8")
    said, complaint = typed(project, "grade", LAB, "--course", course.root, exit_code=1)
    assert "ben keep their points" in complaint and "keeps 3 points (0 now)" in said
    config.write_text(f'{text}c.Regrade.lower = "allow"\n', "utf-8")
    assert scores(grade_class(course.root, LAB))["ben"] == 0


def test_a_dropped_test_takes_its_points_from_the_maximum(course: Course, project: Path) -> None:
    drop_the_test_of_one(project)
    second = grade_class(course.root, LAB)
    # eva has all of 4; ben passed what was dropped: of 3 of 5, he has 2 of 4, and keeps 60 %
    assert scores(second) == {"ben": 2.5, "eva": 4.0, "max": 0.0}
    found = compare(course.root, LAB)
    assert {one.student: (one.points, one.lowered) for one in found.changes if one.points} == {
        "ben": (-0.5, False), "eva": (-1, False)
    }  # fmt: skip


COUNTING = """calls = []
def mean(numbers):
    calls.append(numbers)
    return sum(numbers) / len(numbers) if numbers else None"""
LARGEST = "def largest(numbers):\n    return max(numbers) if len(calls) < 4 else None"


def test_a_regrade_is_what_grading_afresh_is_also_where_questions_share_state(
    project: Path, tmp_path: Path
) -> None:
    """Why no question is judged alone: another question's tests may have changed the worker."""
    folder = project / "source" / LAB
    source, last = folder / f"{LAB}.md", "```python\nprogress()\n```\n"
    source.write_text(source.read_text("utf-8").replace(last, NEW_QUESTION.lstrip()), "utf-8")
    checks = folder / "student" / "checks.py"
    checks.write_text(
        f'{checks.read_text("utf-8")}\n\n@question("ex2-largest", points=4)\n'
        'def test_the_largest(submission):\n    """The largest of three."""\n'
        '    assert_close(submission.largest([1, 3, 2]), 3, "the largest")\n',
        "utf-8",
    )
    build(project)
    course = tmp_path / "course"
    notebook = json.loads(solved(project))
    for cell in notebook["cells"]:
        if "def mean" in "".join(cell["source"]):
            cell["source"] = COUNTING
        if "def largest" in "".join(cell["source"]):
            cell["source"] = LARGEST
    hand_in(course, "tom", json.dumps(notebook).encode())
    (first,) = grade_class(course, LAB).results
    drop_the_test_of_one(project)  # of the first question
    (second,) = grade_class(course, LAB).results
    afresh = shutil.copytree(course, tmp_path / "afresh")
    shutil.rmtree(afresh / "results")
    (third,) = grade_class(afresh, LAB).results
    points = [{q.id: q.score for q in one.questions} for one in (first, second, third)]
    assert points[0]["ex2-largest"] == 0 and points[1]["ex2-largest"] == 4
    assert second.questions == third.questions


def test_the_points_of_a_time(course: Course, project: Path) -> None:
    hand_in(course.root, "max", solved(project))
    grade_class(course.root, LAB)
    ledger = Ledger(course.root / "results" / LAB)
    first, second = ledger.times()
    hand_in(course.root, "ben", solved(project))
    grade_class(course.root, LAB)
    assert [one.student for one in compare(course.root, LAB).changes] == ["ben"]
    since = compare(course.root, LAB, first.isoformat())
    assert [one.student for one in since.changes] == ["ben", "max"] and since.since == first
    assert [one.student for one in compare(course.root, LAB, "2020-01-01").new] == sorted(CLASS)
    assert compare(course.root, LAB, second.isoformat()).changes[0].student == "ben"
    with pytest.raises(UserError, match="--since soon: this is no date"):
        compare(course.root, LAB, "soon")


def test_a_run_that_was_killed_before_it_wrote_down_what_it_published(
    course: Course, project: Path
) -> None:
    path = course.root / "results" / LAB / FILE
    first = path.read_bytes()
    hand_in(course.root, "max", solved(project))
    grade_class(course.root, LAB)
    path.write_bytes(first + path.read_bytes()[len(first) : -9])  # a torn line
    assert [one.student for one in compare(course.root, LAB).changes] == ["max"]
    grade_class(course.root, LAB)
    assert [one.student for one in compare(course.root, LAB).changes] == ["max"]


def test_three_runs_again_change_no_byte(course: Course) -> None:
    before = {path: (course.root / path).read_bytes() for path in written(course.root)}
    for _ in range(3):
        grade_class(course.root, LAB)
    assert {path: (course.root / path).read_bytes() for path in written(course.root)} == before


def test_typed(course: Course, project: Path, tmp_path: Path) -> None:
    correct(project)
    grade_class(course.root, LAB, allow_lower=True)
    letters, report = tmp_path / "letters.csv", tmp_path / "diff.json"
    before = written(course.root)
    said, _ = typed(
        project, "diff", LAB, "--course", course.root, "--letters", letters, "--json", report
    )
    assert "lowered" in said
    assert f"  {TESTED}: test_mean_of_one passed before, failed now (1: ben)\n" in said
    assert letters.read_bytes().startswith(b"\xef\xbb\xbf") and b'"ben"' in letters.read_bytes()
    assert json.loads(report.read_text("utf-8"))["lowered"] == ["ben"]
    assert written(course.root) == before


def test_in_letters_names_do_not_act_and_ids_stay(course: Course, project: Path) -> None:
    (course.root / "submitted" / "ben").rename(course.root / "submitted" / "+49")
    (course.root / "roster.csv").write_text('student_id,name\n+49,"ev\u202eil, \nBen"\n', "utf-8")
    grade_class(course.root, LAB)
    hand_in(course.root, "+49", blank(project))
    grade_class(course.root, LAB)
    (row,) = csv.DictReader(io.StringIO(compare(course.root, LAB).letters()))
    assert row["student_id"] == "+49"
    assert "\u202e" not in row["name"] and "\n" not in row["name"] and "Ben" in row["name"]


def test_letters_without_a_roster() -> None:
    assert Comparison(LAB, None, [], [], 0, {}).letters().startswith('"student_id","name"')
    assert HALF < FULL
