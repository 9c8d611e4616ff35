"""The gradebook follows the release, keeps what people gave, and has nbgrader's penalties."""

import copy
import os
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config import Config

from autograder.assignment import Assignment
from autograder.course.course import CONFIG_FILE, Course, load_course
from autograder.course.gradebook import Answers, CourseGradebook
from autograder.course.publish import publish
from autograder.course.recorded import Given, RecordedGrade, read_gradebook
from autograder.course.release import take_release
from autograder.errors import UserError
from autograder.judge.results import QuestionResult

from .conftest import result_of

Open = Callable[[], Gradebook]
STUDENTS = ("ann", "bob")


@pytest.fixture
def graded(course: Course, small: Assignment) -> Course:
    """A course where a person gave ann points, extra credit and comments."""
    publish(course, small, [result_of(small, student) for student in STUDENTS])
    with gradebook_of(course) as book:
        assignment = book.find_assignment("small")
        assignment.duedate = None
        for question, points in (("ex1-double", 2.5), ("ex1-why", 1.5)):
            grade = book.find_grade(question, "small", "small", "ann")
            grade.manual_score, grade.needs_manual_grade = points, False
        grade.extra_credit = 0.5
        book.find_comment("ex1-why", "small", "small", "ann").manual_comment = "Well."
        blank = next(c for c in small.notebook.cells if "NotImplementedError" in c.source)
        comment = book.find_comment(blank.metadata.nbgrader.grade_id, "small", "small", "ann")
        comment.manual_comment = "Nice."
        book.db.commit()
    return course


def gradebook_of(course: Course) -> Gradebook:
    return Gradebook(f"sqlite:///{course.gradebook}", course.id)


def update(course: Course, release: Any) -> list[str]:
    with CourseGradebook(course) as book:
        return book.update_assignment("small", release)


def cell_of(release: Any, grade_id: str) -> Any:
    return next(c for c in release.cells if c.metadata.nbgrader.grade_id == grade_id)


def marked(cell: Any, grade_id: str, **marks: object) -> Any:
    defaults = {"grade": False, "solution": False, "locked": False, "schema_version": 3}
    cell.metadata["nbgrader"] = {**defaults, "task": False, "grade_id": grade_id, **marks}
    return cell


def a_question_more(release: Any) -> None:
    release.cells.insert(1, marked(new_code_cell("x = ..."), "new-blank", solution=True))
    release.cells.insert(2, marked(new_code_cell("check('n')"), "n", grade=True, points=4))
    written = {"grade": True, "solution": True, "points": 2}
    release.cells.append(marked(new_markdown_cell("Why?"), "ex2-why", **written))


def a_given_cell_more(release: Any) -> None:
    release.cells.insert(0, marked(new_markdown_cell("Read this."), "intro", locked=True))


def a_given_cell_less(release: Any) -> None:
    del release.cells[0]


def given_cells_with_other_names(release: Any) -> None:
    for number, cell in enumerate(release.cells):
        tag = cell.metadata.nbgrader
        if not tag.grade and not tag.solution:
            tag.grade_id = f"renamed-{number}"


def cells_in_another_order(release: Any) -> None:
    release.cells.reverse()


def other_points(release: Any) -> None:
    cell_of(release, "ex1-why").metadata.nbgrader.points = 5


def a_written_answer_in_code(release: Any) -> None:
    cell = cell_of(release, "ex1-why")
    cell.cell_type = "code"


def a_check_that_became_a_written_answer(release: Any) -> None:
    cell_of(release, "ex1-double").metadata.nbgrader.solution = True
    cell_of(release, "ex1-double").cell_type = "markdown"


def another_kernel(release: Any) -> None:
    release.metadata.kernelspec.name = "python4"


CHANGES = [
    a_question_more,
    a_given_cell_more,
    a_given_cell_less,
    given_cells_with_other_names,
    cells_in_another_order,
    other_points,
    a_written_answer_in_code,
    a_check_that_became_a_written_answer,
    another_kernel,
]


@pytest.mark.parametrize("changed", CHANGES, ids=lambda change: change.__name__)
def test_a_changed_release_is_followed_and_what_people_gave_stays(
    graded: Course, small: Assignment, changed: Callable[[Any], None]
) -> None:
    release = copy.deepcopy(small.notebook)
    changed(release)
    notes = update(graded, release)
    assert [note for note in notes if "gone" in note] == []
    ann = read_gradebook(graded.gradebook, "small", "ann")["ann"]
    assert ann.grades["ex1-double"].score == 2.5
    assert ann.grades["ex1-why"].score == 2.0
    assert sorted(ann.comments.values()) == ["Nice.", "Well."]
    holds_exactly(graded, release)


def holds_exactly(course: Course, release: Any) -> None:
    """The gradebook has the release's cells, and each submission a row for each of them."""
    tags = [cell.metadata.nbgrader for cell in release.cells]
    graded = {tag.grade_id: float(tag.points) for tag in tags if tag.grade}
    answers = {tag.grade_id for tag in tags if tag.solution}
    with gradebook_of(course) as book:
        notebook = book.find_notebook("small", "small")
        assert {cell.name: cell.max_score for cell in notebook.grade_cells} == graded
        kinds = {cell.name: cell.cell_type for cell in notebook.grade_cells}
        for cell in release.cells:
            name = cell.metadata.nbgrader.grade_id
            assert kinds.get(name, cell.cell_type) == cell.cell_type
        assert {cell.name for cell in notebook.solution_cells} == answers
        assert {c.name: (c.source, c.locked, c.cell_type) for c in notebook.source_cells} == {
            cell.metadata.nbgrader.grade_id: (
                cell.source,
                not cell.metadata.nbgrader.solution,
                cell.cell_type,
            )
            for cell in release.cells
        }
        for student in STUDENTS:
            (paper,) = book.find_submission("small", student).notebooks
            assert sorted(grade.name for grade in paper.grades) == sorted(graded)
            assert sorted(comment.name for comment in paper.comments) == sorted(answers)
    assert release.metadata.kernelspec.name in kernel_of(course)


def kernel_of(course: Course) -> str:
    with closing(sqlite3.connect(course.gradebook)) as book:
        return str(book.execute("select kernelspec from notebook").fetchone()[0])


def test_an_added_question_waits_for_a_person_only_if_it_is_written(
    graded: Course, small: Assignment
) -> None:
    release = copy.deepcopy(small.notebook)
    a_question_more(release)
    update(graded, release)
    bob = read_gradebook(graded.gradebook, "small")["bob"]
    assert bob.grades["n"] == RecordedGrade(needs_manual_grade=False)
    assert bob.grades["ex2-why"] == RecordedGrade(needs_manual_grade=True)


def test_what_goes_with_a_removed_question_is_told(graded: Course, small: Assignment) -> None:
    release = copy.deepcopy(small.notebook)
    release.cells.remove(cell_of(release, "ex1-why"))
    notes = update(graded, release)
    assert len(notes) == 2 and all(note.startswith("ann: ex1-why is not in") for note in notes)
    assert "1.5 points by hand and 0.5 points of extra credit" in " ".join(notes)
    assert "the comment “Well.”" in " ".join(notes)
    holds_exactly(graded, release)
    assert update(graded, release) == []


@pytest.mark.parametrize("is_deleted", [False, True])
def test_it_comes_back_with_the_question(
    graded: Course, small: Assignment, is_deleted: bool
) -> None:
    before = read_gradebook(graded.gradebook, "small")
    release = copy.deepcopy(small.notebook)
    release.cells = [c for c in release.cells if not c.metadata.nbgrader.solution]
    update(graded, release)
    update(graded, release)
    assert read_gradebook(graded.gradebook, "small")["ann"].comments == {}
    if is_deleted:  # then the rows come one by one
        graded.gradebook.unlink()
    notes = update(graded, small.notebook)
    with CourseGradebook(graded) as book:
        notes += book.record("small", result_of(small, "ann"), Answers())
    assert len([note for note in notes if "is in the release again" in note]) == 3
    ann = read_gradebook(graded.gradebook, "small")["ann"]
    assert ann.grades["ex1-why"] == before["ann"].grades["ex1-why"]
    assert ann.comments == before["ann"].comments
    graded.gradebook.unlink()  # what was given back is not kept a second time
    publish(graded, small, [result_of(small, "ann")])
    assert read_gradebook(graded.gradebook, "small")["ann"].comments == {}


def test_what_a_person_took_back_does_not_come_back(graded: Course, small: Assignment) -> None:
    release = copy.deepcopy(small.notebook)
    release.cells.remove(cell_of(release, "ex1-why"))
    update(graded, release)
    update(graded, small.notebook)
    with gradebook_of(graded) as book:
        grade = book.find_grade("ex1-why", "small", "small", "ann")
        grade.manual_score = grade.extra_credit = None
        book.db.commit()
    update(graded, release)
    assert [note for note in update(graded, small.notebook) if "points" in note] == []
    grade = read_gradebook(graded.gradebook, "small")["ann"].grades["ex1-why"]
    assert (grade.manual_score, grade.extra_credit) == (None, None)


@pytest.mark.parametrize(("why", "asked"), [("Because I say so.", False), ("Else.", True)])
def test_a_person_is_asked_for_where_another_answer_comes_back(
    graded: Course, small: Assignment, why: str, asked: bool
) -> None:
    publish(graded, small, [result_of(small, "ann")])
    without = copy.deepcopy(small)
    without.notebook.cells.remove(cell_of(without.notebook, "ex1-why"))
    result = result_of(small, "ann")
    publish(graded, without, [replace(result, questions=result.questions[:1])])
    publish(graded, small, [result_of(small, "ann", why=why)])
    grade = read_gradebook(graded.gradebook, "small")["ann"].grades["ex1-why"]
    assert (grade.manual_score, grade.extra_credit) == (1.5, 0.5)
    assert grade.needs_manual_grade == asked


def test_points_by_hand_for_other_points_are_told(graded: Course, small: Assignment) -> None:
    release = copy.deepcopy(small.notebook)
    other_points(release)
    (note,) = update(graded, release)
    assert note.startswith("ann: ex1-why has 5 points now (3 before); the 1.5 given by hand stay")


def test_a_due_date_stays(graded: Course, small: Assignment) -> None:
    with gradebook_of(graded) as book:
        book.update_or_create_assignment("small", duedate="2030-01-01 12:00 UTC")
    update(graded, small.notebook)
    with gradebook_of(graded) as book:
        assert book.find_assignment("small").duedate.year == 2030


@pytest.mark.filterwarnings("ignore")  # nbgrader's and SQLAlchemy's own
def test_other_assignments_are_left_alone(graded: Course, small: Assignment) -> None:
    with gradebook_of(graded) as book:
        book.add_assignment("other")
        book.add_notebook("other", "other")
        book.add_grade_cell("q", "other", "other", max_score=1, cell_type="code")
        book.add_submission("other", "ann")
    update(graded, small.notebook)
    publish(graded, small, [result_of(small, "ann", None)])
    with gradebook_of(graded) as book:
        assert [grade.name for grade in book.find_submission("other", "ann").notebooks[0].grades]


def test_nothing_is_written_if_something_fails(graded: Course, small: Assignment) -> None:
    before = read_gradebook(graded.gradebook, "small")
    result = result_of(small, "ann", None)
    broken = replace(result, questions=(QuestionResult("ex1-double", 3), *result.questions[1:]))
    with CourseGradebook(graded) as book, pytest.raises(AttributeError):
        book.record("small", broken, None)  # type: ignore[arg-type]
    assert read_gradebook(graded.gradebook, "small") == before


def given_to(course: Course, **points: float) -> dict[str, Given]:
    rows = read_gradebook(course.gradebook, "small")
    return {
        student: Given(
            given,
            None,
            "Said.",
            rows[student].grades["ex1-why"],
            rows[student].comments.get("ex1-why", ""),
        )
        for student, given in points.items()
    }


def test_points_and_comments_of_people_are_written(graded: Course) -> None:
    given = given_to(graded, ann=2.0, bob=0.0)
    with CourseGradebook(graded) as book:
        assert book.give_by_hand("small", "ex1-why", given) == ([], [])
    rows = read_gradebook(graded.gradebook, "small")
    assert rows["ann"].grades["ex1-why"] == RecordedGrade(None, 2.0, 0.5)
    assert rows["bob"].grades["ex1-why"] == RecordedGrade(None, 0.0)
    assert rows["ann"].comments["ex1-why"] == rows["bob"].comments["ex1-why"] == "Said."
    assert rows["ann"].grades["ex1-double"].manual_score == 2.5


def test_what_somebody_else_gave_meanwhile_stays(graded: Course) -> None:
    given = given_to(graded, ann=2.0, bob=1.0)
    with gradebook_of(graded) as book:
        book.find_comment("ex1-why", "small", "small", "ann").manual_comment = "Meanwhile."
        book.db.commit()
    given["eve"] = given["bob"]  # whom the gradebook doesn't know
    with CourseGradebook(graded) as ours:
        assert ours.give_by_hand("small", "ex1-why", given) == (["ann", "eve"], [])
        assert ours.give_by_hand("no-lab", "ex1-why", given)[0] == ["ann", "bob", "eve"]
        assert ours.give_by_hand("small", "no-question", given)[0] == ["ann", "bob", "eve"]
    rows = read_gradebook(graded.gradebook, "small")
    assert rows["ann"].comments["ex1-why"] == "Meanwhile."
    assert rows["bob"].grades["ex1-why"].manual_score == 1


def test_people_s_points_are_written_for_all_or_for_none(graded: Course) -> None:
    given = given_to(graded, ann=2.0, bob=1.0)
    broken = replace(given["bob"], manual_score=[])  # type: ignore[arg-type]
    before = read_gradebook(graded.gradebook, "small")
    with CourseGradebook(graded) as book, pytest.raises(Exception, match="list"):
        book.give_by_hand("small", "ex1-why", given | {"bob": broken})
    assert read_gradebook(graded.gradebook, "small") == before


def test_formgrader_lists_what_was_recorded(graded: Course) -> None:
    for student in STUDENTS:
        graded.folder("submitted", student, "small").mkdir(parents=True)
    api = NbGraderAPI(CourseDirectory(root=str(graded.root)))
    listed = api.get_assignments()
    assert [(one["name"], one["max_score"], one["num_submissions"]) for one in listed] == [
        ("small", 6, 2)
    ]
    assert api.get_autograded_students("small") == set(STUDENTS)
    scores = {one["student"]: one["score"] for one in api.get_submissions("small")}
    assert scores == {"ann": 4.5, "bob": 3}


class TestLateWork:
    """Penalties are nbgrader's: its rule, its plugin, its limits."""

    PLUGIN = """
from nbgrader.plugins import BasePlugin
class Hourly(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return {penalty}
"""

    @pytest.fixture
    def late(self, course: Course, small: Assignment, monkeypatch: Any) -> Iterator[Course]:
        publish(course, small, [result_of(small, "ann")])
        with gradebook_of(course) as book:
            book.update_or_create_assignment("small", duedate="2030-01-01 12:00:00 UTC")
        self.hand_in(course, "2030-01-01 14:00:00 UTC")
        yield course

    def hand_in(self, course: Course, date: str) -> None:
        folder = course.folder("submitted", "ann", "small")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "timestamp.txt").write_text(date, "utf-8")

    def configure(self, course: Course, text: str) -> Course:
        path = course.root / CONFIG_FILE
        own = path.read_text("utf-8").partition("# own\n")[0]
        path.write_text(f"{own}# own\n{text}", "utf-8")
        return load_course(course.root)

    def plugin(self, course: Course, penalty: str) -> Course:
        text = self.PLUGIN.format(penalty=penalty)
        return self.configure(course, f"{text}\nc.AssignLatePenalties.plugin_class = Hourly\n")

    def penalty(self, course: Course, small: Assignment, *answers: str | None) -> float | None:
        self.notes = publish(course, small, [result_of(small, "ann", *answers)]).notes
        return read_gradebook(course.gradebook, "small")["ann"].penalty

    def test_without_a_rule_late_work_costs_nothing(self, late: Course, small: Assignment) -> None:
        assert self.penalty(late, small) is None

    def test_nbgraders_own_rule_takes_all(self, late: Course, small: Assignment) -> None:
        course = self.configure(late, "c.LateSubmissionPlugin.penalty_method = 'zero'\n")
        assert self.penalty(course, small) == 3
        assert "0 of 3 points" in course.feedback_page("ann", "small").read_text("utf-8")

    @pytest.mark.parametrize(
        ("penalty", "expected"),
        [
            ("total_seconds_late / 3600 / 2", 1.0),
            ("100", 3.0),  # not more than there are
            ("-5", 0.0),
            ("None", None),
            ("score / 2 if student_id == 'ann' else 0", 1.5),
        ],
    )
    def test_a_plugin_of_ones_own(
        self, late: Course, small: Assignment, penalty: str, expected: float | None
    ) -> None:
        assert self.penalty(self.plugin(late, penalty), small) == expected

    def test_a_plugin_in_a_module_beside_the_config(self, late: Course, small: Assignment) -> None:
        plugin = self.PLUGIN.format(penalty="__import__('rate_of_ours').RATE")
        (late.root / "late_of_ours.py").write_text(plugin, "utf-8")
        (late.root / "rate_of_ours.py").write_text("RATE = 0.25", "utf-8")
        text = "c.AssignLatePenalties.plugin_class = 'late_of_ours.Hourly'\n"
        before = list(sys.path)
        assert self.penalty(self.configure(late, text), small) == 0.25
        assert sys.path == before

    def test_it_is_what_nbgrader_itself_assigns(self, late: Course, small: Assignment) -> None:
        course = self.plugin(late, "score / 4")
        ours = self.penalty(course, small)
        asked = {
            "nbgrader": {
                "notebook": "small",
                "assignment": "small",
                "student": "ann",
                "db_url": f"sqlite:///{course.gradebook}",
            }
        }
        config = Config(course.config)
        AssignLatePenalties(config=config).preprocess(small.notebook, asked)
        assert read_gradebook(course.gradebook, "small")["ann"].penalty == ours == 0.75

    def test_points_by_hand_count_in_it(self, late: Course, small: Assignment) -> None:
        course = self.plugin(late, "score / 2")
        assert self.penalty(course, small) == 1.5
        with gradebook_of(course) as book:
            book.find_grade("ex1-why", "small", "small", "ann").manual_score = 3
            book.db.commit()
        assert self.penalty(course, small) == 3

    def test_points_that_are_given_on_a_sheet_count_in_it(
        self, late: Course, small: Assignment
    ) -> None:
        course = self.plugin(late, "score / 2")
        assert self.penalty(course, small) == 1.5
        before = read_gradebook(course.gradebook, "small")["ann"].grades["ex1-why"]
        with CourseGradebook(course) as book:
            given = {"ann": Given(3.0, None, "", before)}
            assert book.give_by_hand("small", "ex1-why", given) == ([], [])
        assert read_gradebook(course.gradebook, "small")["ann"].penalty == 3

    def test_it_is_cleared_when_it_no_longer_holds(self, late: Course, small: Assignment) -> None:
        course = self.plugin(late, "1")
        assert self.penalty(course, small) == 1
        self.hand_in(course, "2030-01-01 11:00:00 UTC")
        assert self.penalty(course, small) is None
        self.hand_in(course, "2030-01-01 13:00:00 UTC")
        assert self.penalty(course, small) == 1
        with gradebook_of(course) as book:
            book.grant_extension("small", "ann", days=1)
        assert self.penalty(course, small) is None
        with gradebook_of(course) as book:
            book.grant_extension("small", "ann")
        assert self.penalty(course, small) == 1
        course.folder("submitted", "ann", "small").joinpath("timestamp.txt").unlink()
        assert self.penalty(course, small) is None
        assert read_gradebook(course.gradebook, "small")["ann"].timestamp is None

    def test_a_rule_that_is_switched_off(self, late: Course, small: Assignment) -> None:
        course = self.plugin(late, "1")
        assert self.penalty(course, small) == 1
        course = self.configure(course, "c.AssignLatePenalties.enabled = False\n")
        assert self.penalty(course, small) is None

    @pytest.mark.parametrize("date", ["yesterday evening", "\x00", "9" * 100, "[/etc]"])
    def test_a_date_that_is_none_is_no_penalty_but_a_note(
        self, late: Course, small: Assignment, date: str
    ) -> None:
        course = self.plugin(late, "1")
        self.hand_in(course, date)
        assert self.penalty(course, small) is None
        assert len(self.notes) == 1 and self.notes[0].startswith("ann: timestamp.txt holds no date")

    def test_a_plugin_that_fails_is_told_and_the_others_go_on(
        self, late: Course, small: Assignment
    ) -> None:
        course = self.plugin(late, "1 / 0")
        assert self.penalty(course, small) is None
        assert "ZeroDivisionError" in self.notes[0]
        assert self.penalty(self.plugin(course, "1"), small) == 1

    @pytest.mark.parametrize(
        ("plugin", "words"),
        [
            ("no.such.Plugin", "No module named 'no'"),
            ("json.nothing", "has no attribute 'nothing'"),
            ("json.JSONDecoder", "expected a subclass of 'nbgrader.plugins"),
            ("broken_of_ours.Late", "division by zero"),
            ("torn_of_ours.Late", "SyntaxError"),
        ],
    )
    def test_a_plugin_that_cant_be_loaded(
        self, late: Course, small: Assignment, plugin: str, words: str
    ) -> None:
        (late.root / "broken_of_ours.py").write_text("1 / 0", "utf-8")
        (late.root / "torn_of_ours.py").write_text("x = (", "utf-8")
        course = self.configure(late, f"c.AssignLatePenalties.plugin_class = '{plugin}'\n")
        with pytest.raises(UserError, match=r"nbgrader_config\.py: AssignLatePenalties") as caught:
            self.penalty(course, small)
        assert words in caught.value.message
        assert "\n" not in caught.value.message and " at 0x" not in caught.value.message

    def test_an_extension_without_a_due_date(self, course: Course, small: Assignment) -> None:
        publish(course, small, [result_of(small, "ann")])
        with gradebook_of(course) as book:
            book.grant_extension("small", "ann", days=1)
        self.hand_in(course, "2030-01-01 14:00:00 UTC")
        assert self.penalty(self.plugin(course, "1"), small) is None


class TestFile:
    """The database itself: made whole, waited for, refused in one line."""

    def test_it_is_made_without_the_command_alembic(
        self, course: Course, small: Assignment, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", "")
        publish(course, small, [result_of(small, "ann")])
        with closing(sqlite3.connect(course.gradebook)) as book:
            assert book.execute("select count(*) from alembic_version").fetchone() == (1,)
        with gradebook_of(course) as gradebook:  # nbgrader finds nothing to do
            assert gradebook.find_submission("small", "ann").score == 3
        assert not list(course.root.glob(".gradebook*"))

    def test_it_is_nbgraders_own_schema(self, course: Course, tmp_path: Path) -> None:
        theirs = tmp_path / "theirs.db"
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PATH", path)
            Gradebook(f"sqlite:///{theirs}").close()
        with CourseGradebook(course):
            pass
        assert schema_of(theirs) == schema_of(course.gradebook)

    def test_an_empty_file_becomes_one(self, course: Course, small: Assignment) -> None:
        course.gradebook.touch()
        publish(course, small, [result_of(small, "ann")])
        assert read_gradebook(course.gradebook, "small")["ann"].grades["ex1-double"].score == 3

    @pytest.mark.parametrize("make", ["text", "other", "older"])
    def test_what_is_no_gradebook_is_refused(
        self, course: Course, small: Assignment, make: str
    ) -> None:
        if make == "text":
            course.gradebook.write_text("no database at all, but long enough to be one" * 50)
        elif make == "other":
            with closing(sqlite3.connect(course.gradebook)) as book:
                book.execute("create table grades (points)")
        else:
            with CourseGradebook(course):
                pass
            with closing(sqlite3.connect(course.gradebook)) as book:
                book.execute("update alembic_version set version_num = '167914646830'")
                book.commit()
        before = course.gradebook.read_bytes()
        with pytest.raises(UserError) as caught:
            publish(course, small, [result_of(small, "ann")])
        assert str(course.gradebook) in caught.value.message
        assert caught.value.message.count("\n") == 0
        if make != "text":
            assert "nbgrader db upgrade" in caught.value.message
        assert course.gradebook.read_bytes() == before

    def test_a_lock_is_waited_for_and_then_told(self, course: Course, small: Assignment) -> None:
        publish(course, small, [result_of(small, "ann")])
        with closing(sqlite3.connect(course.gradebook)) as other:
            other.execute("begin exclusive")
            with pytest.raises(UserError, match="locked"):
                read_gradebook(course.gradebook, "small", lock_timeout_s=0.1)
            with pytest.raises(UserError, match="locked"):
                CourseGradebook(course, lock_timeout_s=0.1)
            other.rollback()
            with CourseGradebook(course, lock_timeout_s=0.1) as book:
                other.execute("begin immediate")
                with pytest.raises(UserError, match="close it"):
                    book.record("small", result_of(small, "bob"), Answers())
                other.rollback()
                book.record("small", result_of(small, "bob"), Answers())
        assert set(read_gradebook(course.gradebook, "small")) == {"ann", "bob"}

    def test_a_database_elsewhere_and_a_course_with_a_name(
        self, course: Course, small: Assignment
    ) -> None:
        with (course.root / CONFIG_FILE).open("a", encoding="utf-8") as file:
            file.write("c.CourseDirectory.course_id = 'dl-101'\n")
            file.write("c.CourseDirectory.db_url = 'sqlite:///grades/of 2030.db'\n")
        named = load_course(course.root)
        with pytest.raises(UserError, match=r"make the folder .*grades"):
            publish(named, small, [result_of(small, "ann")])
        (course.root / "grades").mkdir()
        publish(named, small, [result_of(small, "ann")])
        assert named.gradebook == course.root / "grades" / "of 2030.db"
        assert not course.gradebook.exists()
        with gradebook_of(named) as book:
            assert book.find_assignment("small").course_id == "dl-101"

    def test_a_folder_with_an_odd_name(self, built: Path, tmp_path: Path) -> None:
        root = tmp_path / "50% [of] #1? 'x'"
        root.mkdir()
        course, assignment, _ = take_release(root, "small", built / "release")
        publish(course, assignment, [result_of(assignment, "ann")])
        assert read_gradebook(course.gradebook, "small")["ann"].grades["ex1-double"].score == 3
        assert [path.name for path in tmp_path.iterdir()] == [root.name]

    def test_a_gradebook_that_nobody_may_write(self, course: Course, small: Assignment) -> None:
        publish(course, small, [result_of(small, "ann")])
        if os.geteuid() == 0:
            pytest.skip("root may write everything")
        course.gradebook.chmod(stat.S_IRUSR)
        with pytest.raises(UserError, match=r"gradebook\.db"):
            publish(course, small, [result_of(small, "ann", None)])


def schema_of(path: Path) -> dict[str, set[tuple[Any, ...]]]:
    with closing(sqlite3.connect(path)) as book:
        names = [name for (name,) in book.execute("select name from sqlite_master")]
        schema = {
            name: {row[1:] for row in book.execute(f"pragma table_info('{name}')")}
            for name in names
        }
        return {**schema, "version": set(book.execute("select * from alembic_version"))}


def test_extra_credit_counts_and_is_no_part_of_nbgraders_maximum(
    course: Course, small: Assignment
) -> None:
    extra = replace(small, extra=frozenset({"ex1-double"}))
    result = result_of(small, "ann")
    questions = tuple(replace(one, extra=one.id == "ex1-double") for one in result.questions)
    result = replace(result, questions=questions)
    publish(course, extra, [result])
    with gradebook_of(course) as book:
        found = book.find_submission("small", "ann")
        assert (found.score, found.max_score) == (result.score, result.max_score) == (3, 3)
    publish(course, small, [result_of(small, "ann")])
    with gradebook_of(course) as book:
        assert book.find_submission("small", "ann").max_score == 6
