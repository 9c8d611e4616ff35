"""Publishing writes what changed and nothing else, and asks a person only for what is new."""

import copy
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from autograder.assignment import Assignment, is_answer
from autograder.course.course import Course, load_course
from autograder.course.publish import Publication, publish
from autograder.course.recorded import RecordedGrade, RecordedSubmission, read_gradebook
from autograder.judge.results import FAILED, SubmissionResult
from autograder.judge.submission import StudentCell

from .conftest import RIGHT, WHY, result_of

PROJECT = Path(__file__).resolve().parents[3]
ODD_IDS = [
    "[ab]", "a b", "ünï çødé", ".hidden", "100%", "o'brien", 'say "hi"', "*", "?", "a;b", "$HOME",
    "-rf", "名前", "a\\b", "{student_id}", "a+b",
]  # fmt: skip
HALF = "def double(x):\n    return 0"


def row(course: Course, student: str = "ann") -> RecordedSubmission:
    return read_gradebook(course.gradebook, "small")[student]


def by_hand(course: Course, student: str, question: str, points: float | None) -> None:
    """Give points as formgrader does."""
    change(
        course,
        "update grade set manual_score = :points, needs_manual_grade = 0 where notebook_id in "
        "(select paper.id from submitted_notebook paper join submitted_assignment submission "
        "on submission.id = paper.assignment_id where submission.student_id = :student) "
        "and cell_id in (select id from base_cell where name = :question and type = 'GradeCell')",
        points=points,
        student=student,
        question=question,
    )


def change(course: Course, statement: str, **values: object) -> None:
    with closing(sqlite3.connect(course.gradebook)) as book:
        assert book.execute(statement, values).rowcount > 0
        book.commit()


def written(course: Course) -> dict[Path, int]:
    """Every file that publishing wrote, with the moment of its writing."""
    folders = ("autograded", "feedback", "results")
    files = [file for name in folders for file in (course.root / name).rglob("*")]
    return {file: file.stat().st_mtime_ns for file in files if file.is_file()}


def test_a_result_is_published_in_three_places(course: Course, small: Assignment) -> None:
    assert (
        publish(course, small, [result_of(small, "ann", HALF), result_of(small, "bob")]).notes == []
    )
    assert row(course).grades == {
        "ex1-double": RecordedGrade(1.0),
        "ex1-why": RecordedGrade(needs_manual_grade=True),
    }
    assert row(course, "bob").grades["ex1-double"] == RecordedGrade(3.0)
    page = course.feedback_page("ann", "small").read_text("utf-8")
    assert "1 of 3 points, 3 more points wait for a person" in page
    notebook = nbformat.read(course.autograded_notebook("ann", "small"), as_version=4)
    nbformat.validate(notebook)
    assert any(cell.source == HALF for cell in notebook.cells)


def test_a_blank_has_no_response_and_waits_for_nobody(course: Course, small: Assignment) -> None:
    publish(course, small, [result_of(small, "ann", None, None)])
    assert row(course).grades == {"ex1-double": RecordedGrade(0.0), "ex1-why": RecordedGrade(0.0)}
    with closing(sqlite3.connect(course.gradebook)) as book:
        assert set(book.execute("select auto_comment from comment")) == {("No response.",)}
    assert "nothing was written here" in course.feedback_page("ann", "small").read_text("utf-8")


@pytest.mark.parametrize("is_answered", [False, True])
def test_a_blank_of_an_earlier_release_is_no_answer_either(
    course: Course, small: Assignment, is_answered: bool
) -> None:
    """The messages changed after ann had taken the notebook home."""
    publish(course, small, [result_of(small, "bob")])
    code, why = (RIGHT, WHY) if is_answered else (None, None)
    given = {c.cell_type: f"{c.source}\n" for c in small.notebook.cells if is_answer(c)}
    result = result_of(small, "ann", code or given["code"], why or given["markdown"])
    later = copy.deepcopy(small)
    for cell in filter(is_answer, later.notebook.cells):
        cell.source = cell.source.replace("Double it", "Make it twice") + "\nMore words."
    publish(course, later, [result])
    assert row(course).grades["ex1-why"].needs_manual_grade == is_answered
    page = course.feedback_page("ann", "small").read_text("utf-8")
    assert ("nothing was written here" in page) != is_answered
    before = written(course)
    publish(course, later, [result])
    assert written(course) == before


def test_unchanged_nothing_is_written(course: Course, small: Assignment) -> None:
    results = [result_of(small, "ann"), result_of(small, "bob", HALF)]
    publish(course, small, results)
    before = written(course)
    book = course.gradebook.stat().st_mtime_ns
    assert publish(course, small, [replace(one, seconds=9.0) for one in results]).notes == []
    assert written(course) == before
    assert course.gradebook.stat().st_mtime_ns == book


def test_one_changed_result_is_one_students_files(course: Course, small: Assignment) -> None:
    publish(course, small, [result_of(small, "ann"), result_of(small, "bob")])
    before = written(course)
    publish(course, small, [result_of(small, "ann"), result_of(small, "bob", HALF)])
    changed = {file for file, moment in written(course).items() if before.get(file) != moment}
    assert {part for file in changed for part in file.parts if part in ("ann", "bob")} == {"bob"}


@pytest.mark.parametrize("lost", ["autograded", "feedback", "results", "gradebook.db"])
def test_what_was_deleted_comes_back(course: Course, small: Assignment, lost: str) -> None:
    publish(course, small, [result_of(small, "ann")])
    path = course.root / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    publish(course, small, [result_of(small, "ann")])
    assert path.exists()
    assert row(course).grades["ex1-double"].score == 3
    assert course.feedback_page("ann", "small").is_file()


@pytest.mark.parametrize("what", ["page", "notebook"])
@pytest.mark.parametrize("size_bytes", [0, 100])
def test_what_was_torn_is_whole_again(
    course: Course, small: Assignment, what: str, size_bytes: int
) -> None:
    publish(course, small, [result_of(small, "ann")])
    page, notebook = (
        of("ann", "small") for of in (course.feedback_page, course.autograded_notebook)
    )
    path = page if what == "page" else notebook
    whole = path.read_bytes()
    path.write_bytes(whole[:size_bytes])
    publish(course, small, [result_of(small, "ann")])
    assert path.read_bytes() == whole


DAMAGES = (
    *("[]", "1", "null", "{", '{"x": 1}', '{"answers": []}', '{"answers": 1, "digest": []}'),
    *('{"answers": {"ex1-why": {}}}', '{"sizes": "x"}', '{"sizes": {"page": []}}'),
)


def test_a_damaged_record_is_none(course: Course, small: Assignment) -> None:
    results = [result_of(small, f"student-{number}") for number in range(len(DAMAGES) + 1)]
    publish(course, small, results)
    records = sorted(course.root.glob("results/small/.published/*.json"))
    whole = [record.read_text("utf-8") for record in records]
    for record, damage in zip(records, DAMAGES, strict=False):  # the last one stays whole
        record.write_text(damage, "utf-8")
    publish(course, small, results)
    assert [record.read_text("utf-8") for record in records] == whole


def test_points_by_hand_reach_the_page(course: Course, small: Assignment) -> None:
    publish(course, small, [result_of(small, "ann", HALF)])
    by_hand(course, "ann", "ex1-why", 2.5)
    publish(course, small, [result_of(small, "ann", HALF)])
    assert "3.5 of 6 points" in course.feedback_page("ann", "small").read_text("utf-8")


class TestNeedsManualGrade:
    """A person is asked for where an answer is new or changed, once."""

    def needs(self, course: Course) -> set[str]:
        grades = row(course).grades
        return {name for name, grade in grades.items() if grade.needs_manual_grade}

    def publish(self, course: Course, small: Assignment, *answers: str | None) -> set[str]:
        publish(course, small, [result_of(small, "ann", *answers)])
        return self.needs(course)

    def test_an_unchanged_answer_is_not_asked_for_again(
        self, course: Course, small: Assignment
    ) -> None:
        assert self.publish(course, small) == {"ex1-why"}
        by_hand(course, "ann", "ex1-why", 2)
        by_hand(course, "ann", "ex1-double", 2.5)
        assert self.publish(course, small) == set()
        # Also where something else changed: the tests say something else about the same answers.
        result = result_of(small, "ann")
        publish(course, small, [replace(result, remarks=("a remark",))])
        assert self.needs(course) == set()
        assert row(course).grades["ex1-why"].score == 2

    @pytest.mark.parametrize(
        ("answers", "asked"),
        [
            ((RIGHT, "Something else."), {"ex1-why"}),
            ((HALF, WHY), {"ex1-double"}),
            ((RIGHT, None), {"ex1-why"}),
            ((HALF, "Something else."), {"ex1-double", "ex1-why"}),
        ],
    )
    def test_a_changed_answer_is_asked_for_until_a_person_has_seen_it(
        self,
        course: Course,
        small: Assignment,
        answers: tuple[str | None, str | None],
        asked: set[str],
    ) -> None:
        self.publish(course, small)
        by_hand(course, "ann", "ex1-why", 2)
        by_hand(course, "ann", "ex1-double", 2.5)
        assert self.publish(course, small, *answers) == asked
        assert self.publish(course, small, *answers) == asked
        assert row(course).grades["ex1-why"].manual_score == 2
        page = course.feedback_page("ann", "small").read_text("utf-8")
        assert page.count("those of an earlier answer") == len(asked)
        for question in asked:
            by_hand(course, "ann", question, 2)
        assert self.publish(course, small, *answers) == set()

    def test_points_that_a_person_takes_back_are_open_again(
        self, course: Course, small: Assignment
    ) -> None:
        self.publish(course, small)
        by_hand(course, "ann", "ex1-why", 2)
        self.publish(course, small)
        by_hand(course, "ann", "ex1-why", None)
        assert self.publish(course, small) == {"ex1-why"}

    def test_an_own_cell_before_a_check_belongs_to_its_answer(
        self, course: Course, small: Assignment
    ) -> None:
        result = result_of(small, "ann")
        publish(course, small, [result])
        by_hand(course, "ann", "ex1-double", 2)
        first = small.notebook.cells[0].id
        own = type(result.cells[0])("own-000", "code", "factor = 2", first)
        publish(course, small, [replace(result, cells=(own, *result.cells))])
        assert self.needs(course) == {"ex1-double", "ex1-why"}

    def test_without_our_record_the_notebook_that_lies_there_counts(
        self, course: Course, small: Assignment
    ) -> None:
        self.publish(course, small, None, WHY)
        by_hand(course, "ann", "ex1-why", 2)
        by_hand(course, "ann", "ex1-double", 1)
        shutil.rmtree(course.root / "results")
        assert self.publish(course, small, None, WHY) == set()
        shutil.rmtree(course.root / "results")
        assert self.publish(course, small, None, "Else.") == {"ex1-why"}

    def test_where_nothing_is_known_a_person_is_asked(
        self, course: Course, small: Assignment
    ) -> None:
        self.publish(course, small)
        by_hand(course, "ann", "ex1-why", 2)
        shutil.rmtree(course.root / "results")
        shutil.rmtree(course.root / "autograded")
        assert self.publish(course, small) == {"ex1-why"}


def test_odd_names_are_students_like_others(course: Course, small: Assignment) -> None:
    results = [result_of(small, "ann", HALF), *(result_of(small, name) for name in ODD_IDS)]
    assert publish(course, small, results).notes == []
    assert row(course, "ann").grades["ex1-double"].score == 1
    for student in ODD_IDS:
        assert row(course, student).grades["ex1-double"].score == 3
        assert course.feedback_page(student, "small").is_file()
        assert course.autograded_notebook(student, "small").is_file()
    before = written(course)
    assert publish(course, small, results).notes == []
    assert written(course) == before


def test_one_students_files_that_cant_be_written_stop_nobody(
    course: Course, small: Assignment
) -> None:
    (course.root / "feedback").mkdir()
    (course.root / "feedback" / "ann").touch()  # a file where a folder should be
    published = publish(course, small, [result_of(small, "ann"), result_of(small, "bob")])
    (note,) = published.notes
    assert note.startswith("ann: not everything could be published")
    assert str(course.root / "feedback" / "ann") in note and note.endswith("then grade again")
    assert published.incomplete == ["ann"]
    assert course.feedback_page("bob", "small").is_file()
    (course.root / "feedback" / "ann").unlink()
    results = [result_of(small, "ann"), result_of(small, "bob")]
    assert publish(course, small, results) == Publication()
    assert course.feedback_page("ann", "small").is_file()


def test_a_failure_of_the_grader_leaves_what_was_published(
    course: Course, small: Assignment
) -> None:
    good = result_of(small, "ann")
    failed = replace(good, status=FAILED, cells=(), questions=())
    publish(course, small, [failed])
    assert row(course).grades["ex1-double"].score == 0
    publish(course, small, [good])
    publish(course, small, [failed])
    assert row(course).grades["ex1-double"].score == 3


def test_a_changed_title_config_or_release_is_published(
    course: Course, small: Assignment, tmp_path: Path
) -> None:
    result = result_of(small, "ann")
    publish(course, small, [result], {"ex1": "Doubling"}, "A lab")
    page = course.feedback_page("ann", "small")
    assert "Doubling" in page.read_text("utf-8") and "A lab" in page.read_text("utf-8")
    publish(course, small, [result], {"ex1": "Twice"}, "A lab")
    assert "Twice" in page.read_text("utf-8")
    for changed in (course.root / "late.py", course.root / "nbgrader_config.py"):
        moment = page.stat().st_mtime_ns
        with changed.open("a", encoding="utf-8") as file:
            file.write("# changed\n")
        publish(load_course(course.root), small, [result], {"ex1": "Twice"}, "A lab")
        assert page.stat().st_mtime_ns != moment


def test_pictures_of_the_release_lie_beside_the_notebook(
    course: Course, small: Assignment, tmp_path: Path
) -> None:
    release = tmp_path / "with pictures"
    shutil.copytree(small.release_dir, release)
    (release / "figures").mkdir()
    (release / "figures" / "x.png").write_bytes(b"picture")
    (release / "data").mkdir()
    (release / "data" / "train 1.png").write_bytes(b"data")
    why = "See ![it](figures/x.png)."
    publish(course, replace(small, release_dir=release), [result_of(small, "ann", why=why)])
    folder = course.autograded_notebook("ann", "small").parent
    assert (folder / "figures" / "x.png").read_bytes() == b"picture"
    # of other files of the release there would be a copy for each student
    files = {path.name for path in folder.rglob("*") if path.is_file()}
    assert files == {"small.ipynb", "x.png"}
    page = course.feedback_page("ann", "small")
    assert list(page.parent.iterdir()) == [page]


UNCHANGED = """
import json, sys
from pathlib import Path
from autograder.course.course import load_course
from autograder.course.publish import publish
from autograder.assignment import load_assignment
from autograder.judge.results import SubmissionResult
course = load_course(Path(sys.argv[1]))
assignment = load_assignment("small", course.root / "release")
results = [SubmissionResult.from_json(one) for one in json.loads(sys.stdin.read())]
assert publish(course, assignment, results).notes == []
print(*sorted({name.split(".")[0] for name in sys.modules}))
"""


def test_an_unchanged_run_imports_no_nbgrader(course: Course, small: Assignment) -> None:
    results = [result_of(small, name) for name in ("ann", "bob")]
    publish(course, small, results)
    before = written(course)
    imported = subprocess.run(
        [sys.executable, "-c", UNCHANGED, str(course.root)],
        input=json.dumps([one.as_json() for one in results]),
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout.split()
    assert written(course) == before
    assert {"nbgrader", "sqlalchemy", "nbconvert", "alembic"} & set(imported) == set()


def test_a_result_with_cells_survives_json(small: Assignment) -> None:
    result = result_of(small, "ann")
    assert SubmissionResult.from_json(json.loads(json.dumps(result.as_json()))) == result


HOSTILE_TEXTS = {
    "brackets": "[" * 80_000,
    "blanks": "# " + " " * 80_000 + "x",
    "formulas": "$\\frac{a}{b}$ " * 20_000,
    "nested": "> - " * 20_000,
    "lines": "\n" * 3_000_000 + "x",
    "wide characters": "\U0001f600" * 2_000_000,
    "marks": "a" + "\u0301" * 1_000_000,
}


def test_a_hostile_text_costs_its_student_only(course: Course, small: Assignment) -> None:
    hostile = [result_of(small, name, HALF, text) for name, text in HOSTILE_TEXTS.items()]
    published = publish(course, small, [*hostile, result_of(small, "zoe")])
    assert published == Publication()
    for name in [*HOSTILE_TEXTS, "zoe"]:
        assert row(course, name).grades["ex1-double"].auto_score is not None
        assert course.feedback_page(name, "small").stat().st_size < 100_000
        assert course.autograded_notebook(name, "small").stat().st_size < 1_000_000


def test_own_cells_are_bounded_together(course: Course, small: Assignment) -> None:
    first = small.notebook.cells[0].id
    many = tuple(StudentCell(f"own-{n:03}", "markdown", "[" * 20_000, first) for n in range(900))
    picture = {"a.png": {"image/png": "A" * 10**6}}
    shown = tuple(
        StudentCell(f"own-9{n:02}", "markdown", "![a](attachment:a.png) " * 800, first, picture)
        for n in range(9)
    )
    result = result_of(small, "ann")
    publish(course, small, [replace(result, cells=(*shown, *many, *result.cells))])
    assert course.autograded_notebook("ann", "small").stat().st_size < 2_000_000
    assert row(course).grades["ex1-double"].score == 3


def test_what_cant_be_made_is_named_and_tried_again(course: Course, small: Assignment) -> None:
    """Work that the press can't do, whatever the text: here a result that is none."""
    broken = replace(result_of(small, "ann"), questions=(None,))  # type: ignore[arg-type]
    results = [broken, result_of(small, "zoe")]
    for _ in range(2):
        published = publish(course, small, results)
        assert published.incomplete == ["ann"]
        assert [note for note in published.notes if note.startswith("ann: not published, as")]
    assert course.feedback_page("zoe", "small").is_file()
    assert publish(course, small, [result_of(small, "ann")]).incomplete == []
