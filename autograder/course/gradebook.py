"""The bridge to nbgrader's gradebook: all that `make grade` writes there goes through here.

It works with nbgrader's own models, one transaction for each submission. What people gave by hand
(points, comments, extra credit) is written only by `give_by_hand`, which is told by a person. It
goes only where its question leaves the release; then it is kept beside the results, and comes back
with the question. Extensions and due
dates are a person's, too, unless `dates.toml` has the lab: then they are as that says.
"""

import json
import logging
import os
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from nbgrader.api import (
    Assignment,
    Base,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    Notebook,
    SolutionCell,
    SourceCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from nbgrader.dbutil import ALEMBIC_DIR
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import parse_utc
from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError
from traitlets import TraitError

from ..assignment import nbgrader_tag
from ..errors import UserError
from ..judge.results import SubmissionResult
from ..printable import printable
from .by_hand import ByHand, GradeByHand
from .config import with_late_penalty
from .course import CONFIG_FILE, Course, modules_of
from .lateness import Lateness
from .recorded import LOCK_TIMEOUT_S, Given, refusal, schema_version

GRADED, COMMENTED = (GradeCell, TaskCell), (SolutionCell, TaskCell)
NO_RESPONSE = "No response."  # nbgrader's words for an answer that stands as it was released


@dataclass(frozen=True)
class Answers:
    """What the gradebook must know of a student's answers.

    `changed` are the questions whose answer is not the one that lay there for grading by hand;
    `untouched` the grade ids of answers that stand as they were released.
    """

    changed: frozenset[str] = frozenset()
    untouched: frozenset[str] = frozenset()


class CourseGradebook:
    """A course's gradebook, a context manager; it is made where there is none.

    Raises:
        UserError: if the file is no gradebook of this nbgrader, or stays locked; also later on.
    """

    def __init__(self, course: Course, lock_timeout_s: float = LOCK_TIMEOUT_S) -> None:
        self._path, self._results = course.gradebook, course.root / "results"
        self._late_work = _LatePenalties(course)
        url = URL.create("sqlite", database=str(self._path), query={"timeout": str(lock_timeout_s)})
        with _one_line(self._path):
            _make_or_check(self._path, lock_timeout_s)
            self._book = Gradebook(url, course.id)

    def __enter__(self) -> "CourseGradebook":
        return self

    def __exit__(self, *_: object) -> None:
        self._book.close()

    def update_assignment(
        self,
        lab: str,
        release: Any,
        extra: Collection[str] = (),
        due: datetime | None = None,
    ) -> list[str]:
        """Make the gradebook know a lab as it is released now, with submissions there or not.

        The points of `extra` questions count, and are no part of the maximum: nbgrader adds scores
        and maxima up, so the maximum of such a question is 0 there. `due` is the date that holds,
        None if the gradebook's own does.

        Returns:
            A note for everything by hand that went or came with a cell, or whose points changed,
            and for another due date.
        """
        by_hand = self._by_hand(lab)
        with self._transaction() as db:
            assignment = self._one(Assignment, name=lab)
            if assignment is None:
                assignment = Assignment(name=lab, course_id=self._book.course_id)
                db.add(assignment)
            notebook = self._notebook(lab)
            if notebook is None:
                notebook = Notebook(name=lab, assignment=assignment)
                db.add(notebook)
            notebook.kernelspec = json.dumps(release["metadata"].get("kernelspec", {}))
            dated = _set_due(assignment, due)
            db.flush()
            _update_sources(db, notebook, release)
            added, notes = _update_cells(db, notebook, release, extra, by_hand)
            notes += dated
            by_hand.save()  # before the gradebook forgets it
            if added:
                cells = self._cells(notebook)
                for paper in notebook.submissions:
                    notes += _complete(db, paper, cells, by_hand)[2]
        by_hand.forget_taken()
        return notes

    def record(
        self,
        lab: str,
        result: SubmissionResult,
        answers: Answers,
        timestamp: str | None = None,
        late: Lateness | None = None,
    ) -> list[str]:
        """Write what tests found; ask for a person where an answer is new to one.

        Args:
            lab: one that `update_assignment` has made known.
            result: of one student.
            answers: what is known about that student's answers.
            timestamp: the text of nbgrader's `timestamp.txt`.
            late: what `dates.toml` makes of it; None if that does not have the lab.

        Returns:
            Notes, where the date or the course's own rule for late work can't be used, and where
            an extension is another one now.
        """
        handed_in = parse_date(timestamp) if late is None else as_stored(late.handed_in)
        notes = []
        if timestamp and handed_in is None:
            notes = [
                f"{result.student}: timestamp.txt holds no date ({printable(timestamp)}), so the "
                "work counts as in time; correct it or delete it, as formgrader stops at it"
            ]
        scores = {question.id: question.score for question in result.questions}
        by_hand = self._by_hand(lab)
        with self._transaction() as db:
            notebook = self._notebook(lab)
            assert notebook is not None  # update_assignment made it
            cells = self._cells(notebook)
            paper = self._paper(notebook, result.student)
            paper.assignment.timestamp = handed_in
            notes += [] if late is None else _set_extension(paper.assignment, late.extension)
            grades, comments, back = _complete(db, paper, cells, by_hand)
            written = {cell.name for cell in cells.values() if isinstance(cell, COMMENTED)}
            for cell_id, grade in grades.items():
                name = cells[cell_id].name
                score = scores.get(name)
                if name not in written:
                    score = score or 0.0
                elif name in answers.untouched:
                    score = 0.0
                _grade(grade, score, name in answers.changed)
            for cell_id, comment in comments.items():
                untouched = cells[cell_id].name in answers.untouched
                comment.auto_comment = NO_RESPONSE if untouched else None
            db.flush()
            notes += back + self._late_work.penalise(db, paper)
        by_hand.forget_taken()
        return notes

    def give_by_hand(
        self, lab: str, question: str, given: Mapping[str, Given]
    ) -> tuple[list[str], list[str]]:
        """Write points and comments of people, for all students or for none.

        Returns:
            The students of whom the gradebook has something else now than when they were graded,
            who are left as they are; and notes on the course's own rule for late work.
        """
        others, notes = [], []
        with self._transaction() as db:
            for student, gift in given.items():
                row = self._written(lab, question, student)
                if row is None or not _is_as_before(*row, gift):
                    others.append(student)
                    continue
                grade, comment = row
                grade.manual_score, grade.needs_manual_grade = gift.manual_score, False
                if gift.extra_credit is not None:
                    grade.extra_credit = gift.extra_credit
                comment.manual_comment = gift.comment or None
                db.flush()
                paper = db.get(SubmittedNotebook, grade.notebook_id)
                notes += self._late_work.penalise(db, paper)
        return others, notes

    def _written(self, lab: str, question: str, student: str) -> tuple[Grade, Comment] | None:
        """A student's grade and comment for a written answer, None if they are not there."""
        notebook = self._notebook(lab)
        if notebook is None:
            return None
        key = {"assignment_id": notebook.assignment_id, "student_id": student}
        submission = self._one(SubmittedAssignment, **key)
        key = {"notebook_id": notebook.id, "assignment_id": submission.id if submission else ""}
        paper = self._one(SubmittedNotebook, **key)
        rows = [
            paper and cell and self._one(model, cell_id=cell.id, notebook_id=paper.id)
            for model, kind in ((Grade, GradeCell), (Comment, SolutionCell))
            for cell in [self._one(kind, name=question, notebook_id=notebook.id)]
        ]
        return (rows[0], rows[1]) if all(rows) else None

    def _by_hand(self, lab: str) -> ByHand:
        return ByHand(self._results / lab / ".by_hand" / "removed.json")

    def _paper(self, notebook: Notebook, student: str) -> SubmittedNotebook:
        """A student's row for the notebook, made if there is none."""
        db = self._book.db
        if self._one(Student, id=student) is None:
            db.add(Student(id=student))
            db.flush()
        key = {"assignment_id": notebook.assignment_id, "student_id": student}
        submission = self._one(SubmittedAssignment, **key)
        if submission is None:
            submission = SubmittedAssignment(**key)
            db.add(submission)
            db.flush()
        key = {"notebook_id": notebook.id, "assignment_id": submission.id}
        paper = self._one(SubmittedNotebook, **key)
        if paper is None:
            paper = SubmittedNotebook(**key)
            db.add(paper)
            db.flush()
        return paper

    def _notebook(self, lab: str) -> Notebook | None:
        assignment = self._one(Assignment, name=lab)
        return assignment and self._one(Notebook, name=lab, assignment_id=assignment.id)

    def _cells(self, notebook: Notebook) -> dict[str, BaseCell]:
        cells = self._book.db.scalars(select(BaseCell).filter_by(notebook_id=notebook.id))
        return {cell.id: cell for cell in cells}

    def _one(self, model: Any, **key: str) -> Any:
        return self._book.db.scalars(select(model).filter_by(**key)).one_or_none()

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        """All or nothing, and nobody else writes meanwhile: what was read stays true."""
        db = self._book.db
        with _one_line(self._path):
            try:
                db.connection().exec_driver_sql("begin immediate")
                yield db
                db.commit()
            except BaseException:
                db.rollback()
                raise


class _LatePenalties:
    """The course's rule for late work, as its config has it and nbgrader applies it."""

    def __init__(self, course: Course) -> None:
        log = logging.Logger("late work")  # a logger of its own, which nobody listens to
        log.addHandler(logging.NullHandler())
        self._path, self._root = course.root / CONFIG_FILE, course.root
        try:
            with modules_of(self._root):
                config = with_late_penalty(course.config, course.root)
                self._rule = AssignLatePenalties(config=config, log=log)
                self._rule.init_plugin()
        except Exception as error:  # a module of the course's own may raise anything
            raise UserError(f"{self._path}: AssignLatePenalties: {_cause(error)}; fix it") from None

    def penalise(self, db: Any, paper: SubmittedNotebook) -> list[str]:
        """Set the penalty, or clear one that no longer holds."""
        submission = paper.assignment
        paper.late_submission_penalty = None
        db.flush()
        if not self._rule.enabled or submission.assignment.duedate is None:
            return []
        late_s = submission.total_seconds_late
        if late_s <= 0:
            return []
        score = db.scalar(select(SubmittedNotebook.score).filter_by(id=paper.id))
        self._rule.assignment_id = submission.assignment.name  # as nbgrader has it by then
        try:
            plugin = self._rule.plugin_inst
            with modules_of(self._root):
                penalty = plugin.late_submission_penalty(submission.student_id, score, late_s)
            if penalty is not None:
                paper.late_submission_penalty = min(max(float(penalty), 0.0), score)
        except Exception as error:  # the course's own code may raise anything
            reason = f"{type(error).__name__}: {error}"
            return [
                f"{submission.student_id}: handed in late, but no penalty was set, as the plugin "
                f"of {self._path} failed ({reason}); fix it and grade again"
            ]
        return []


def _cause(error: BaseException) -> str:
    """In one line what was wrong first, without the objects that traitlets writes out."""
    said = re.sub(r"<[\w.]*?(\w+) object at \w+>( instance)?", r"\1", str(error))
    first: BaseException = error
    while (before := first.__cause__ or first.__context__) is not None:
        first = before
    if first is not error:
        said += f" ({type(first).__name__}: {first})"
    elif not isinstance(error, TraitError):
        said = f"{type(error).__name__}: {said}"
    return " ".join(said.split())


def parse_date(timestamp: str | None) -> datetime | None:
    """A date as nbgrader writes it, None if it is none."""
    try:
        return parse_utc(timestamp) if timestamp else None
    except Exception:  # dateutil raises many kinds
        return None


def as_stored(moment: datetime | None) -> datetime | None:
    """As nbgrader's tables have it: in UTC, and without saying so."""
    return None if moment is None else moment.astimezone(UTC).replace(tzinfo=None)


def _set_due(assignment: Assignment, due: datetime | None) -> list[str]:
    """Have the due date of `dates.toml`, where it has the lab."""
    before, wanted = assignment.duedate, as_stored(due)
    if wanted is None or before == wanted:
        return []
    assignment.duedate = wanted
    if before is None:
        return []
    return [
        f"{assignment.name} is due at {wanted:%Y-%m-%d %H:%M} UTC now, as dates.toml has it; the "
        f"gradebook had {before:%Y-%m-%d %H:%M} UTC"
    ]


def _set_extension(submission: SubmittedAssignment, extension: timedelta) -> list[str]:
    """Have the extension of `dates.toml`, so that nothing is left of an earlier one."""
    before, wanted = submission.extension, extension or None
    if before == wanted:
        return []
    submission.extension = wanted
    if not before:
        return []
    now = f"an extension of {wanted}" if wanted else "no extension"
    return [
        f"{submission.student_id}: {now}, as dates.toml has it; the gradebook had {before}; if "
        "that is to stay, write it into dates.toml"
    ]


def _make_or_check(path: Path, lock_timeout_s: float) -> None:
    """Make a gradebook that is whole from its first moment; refuse one of another schema.

    nbgrader would ask the command `alembic` for the schema's version, which has to be on the PATH.
    """
    head = ScriptDirectory(ALEMBIC_DIR).get_current_head()
    if path.exists() and path.stat().st_size > 0:
        version = schema_version(path, lock_timeout_s)
        if version not in (None, head):
            raise refusal(path, f"no such table as in version {head}: it is {version}")
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    draft.unlink(missing_ok=True)
    engine = create_engine(URL.create("sqlite", database=str(draft)))
    try:
        Base.metadata.create_all(engine)
        with engine.begin() as connection:
            connection.execute(
                text("create table alembic_version (version_num VARCHAR(32) not null)")
            )
            connection.execute(text("insert into alembic_version values (:head)"), {"head": head})
    finally:
        engine.dispose()
    draft.replace(path)


@contextmanager
def _one_line(path: Path) -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        raise refusal(path, str(error.orig)) from error


def _update_sources(db: Any, notebook: Notebook, release: Any) -> None:
    known = {cell.name: cell for cell in notebook.source_cells}
    for cell in release["cells"]:
        tag = nbgrader_tag(cell)
        if not any(tag.get(mark) for mark in ("grade", "solution", "locked", "task")):
            continue
        source = known.pop(tag["grade_id"], None)
        if source is None:
            source = SourceCell(name=tag["grade_id"], notebook=notebook)
            db.add(source)
        source.cell_type = cell["cell_type"]
        source.source = cell["source"]
        source.checksum = tag.get("checksum")
        # As nbgrader's `is_locked`: a check is locked whatever its mark says, an answer never.
        source.locked = not tag.get("solution") and bool(tag.get("grade") or tag.get("locked"))
    for source in known.values():
        db.delete(source)
    db.flush()


def _update_cells(
    db: Any, notebook: Notebook, release: Any, extra: Collection[str], by_hand: ByHand
) -> tuple[bool, list[str]]:
    """Follow the release's graded cells and answers; what people gave stays where its cell stays.

    Returns:
        Whether there are new ones, and the notes.
    """
    wanted = _wanted_cells(release, extra)
    notes: list[str] = []
    for cell in db.scalars(select(BaseCell).filter_by(notebook_id=notebook.id)).all():
        marks = wanted.pop((type(cell), cell.name), None)
        if marks is None:
            notes += _remove(db, cell, by_hand)
        else:
            notes += _change(db, cell, marks)
    for (kind, name), marks in wanted.items():
        db.add(kind(name=name, notebook=notebook, **marks))
    db.flush()
    return bool(wanted), notes


def _wanted_cells(release: Any, extra: Collection[str]) -> dict[tuple[type, str], dict[str, Any]]:
    wanted: dict[tuple[type, str], dict[str, Any]] = {}
    for cell in release["cells"]:
        tag = nbgrader_tag(cell)
        name = tag.get("grade_id", "")
        most = 0.0 if name in extra else float(tag.get("points", 0))
        marks = {"max_score": most, "cell_type": cell["cell_type"]}
        if tag.get("grade"):
            wanted[GradeCell, name] = marks
        if tag.get("solution"):
            wanted[SolutionCell, name] = {}
        if tag.get("task"):
            wanted[TaskCell, name] = marks
    return wanted


def _change(db: Any, cell: BaseCell, marks: Mapping[str, Any]) -> list[str]:
    """Give a cell that stays its points and type of now."""
    before = cell.max_score if marks else None
    for name, value in marks.items():
        setattr(cell, name, value)
    if not marks or before == cell.max_score:
        return []
    by_hand = [grade for grade in _rows(db, Grade, cell) if grade.manual_score is not None]
    return [
        f"{grade.student.id}: {cell.name} has {cell.max_score:g} points now ({before:g} before); "
        f"the {grade.manual_score:g} given by hand stay until a person changes them"
        for grade in by_hand
    ]


def _remove(db: Any, cell: BaseCell, by_hand: ByHand) -> list[str]:
    """Take a cell out of the gradebook, and keep what people gave for it."""
    notes = []
    for row in _rows(db, Grade, cell) if isinstance(cell, GRADED) else ():
        key = (row.student.id, cell.name)
        grade = GradeByHand(row.manual_score, row.extra_credit, bool(row.needs_manual_grade))
        by_hand.keep_grade(key, grade)
        notes += [_kept(key, str(grade))] if grade else []
        db.delete(row)
    for row in _rows(db, Comment, cell) if isinstance(cell, COMMENTED) else ():
        key = (row.student.id, cell.name)
        by_hand.keep_comment(key, row.manual_comment)
        notes += [_kept(key, f"the comment “{row.manual_comment}”")] if row.manual_comment else []
        db.delete(row)
    db.flush()
    db.delete(cell)
    db.flush()
    return notes


def _kept(key: tuple[str, str], what: str) -> str:
    student, question = key
    return (
        f"{student}: {question} is not in the release any more, and so {what} left the "
        "gradebook; it is all kept, and comes back with the question"
    )


def _rows(db: Any, model: Any, cell: BaseCell) -> list[Any]:
    return list(db.scalars(select(model).filter_by(cell_id=cell.id)))


def _complete(
    db: Any, paper: SubmittedNotebook, cells: Mapping[str, BaseCell], by_hand: ByHand
) -> tuple[dict[str, Grade], dict[str, Comment], list[str]]:
    """A submission's grades and comments by cell, with those that were missing.

    What people gave for a question that is back is given back; the notes say so.
    """
    written = {cell.name for cell in cells.values() if isinstance(cell, COMMENTED)}
    student, notes = paper.assignment.student_id, []
    grades, missing = _by_cell(db, Grade, GRADED, paper, cells)
    for cell_id in missing:
        name = cells[cell_id].name
        grade = Grade(cell_id=cell_id, notebook_id=paper.id, needs_manual_grade=name in written)
        if given := by_hand.take_grade((student, name)):
            grade.manual_score, grade.extra_credit = given.manual_score, given.extra_credit
            if given.manual_score is not None:
                grade.needs_manual_grade = given.needs_manual_grade
            notes.append(f"{student}: {name} is in the release again, and so {given} are back")
        grades[cell_id] = grade
        db.add(grade)
    comments, missing = _by_cell(db, Comment, COMMENTED, paper, cells)
    for cell_id in missing:
        name = cells[cell_id].name
        comment = by_hand.take_comment((student, name))
        comments[cell_id] = Comment(cell_id=cell_id, notebook_id=paper.id, manual_comment=comment)
        db.add(comments[cell_id])
        if comment:
            notes.append(f"{student}: {name} is in the release again, and so is its comment")
    db.flush()
    return grades, comments, notes


def _by_cell(
    db: Any,
    model: Any,
    kinds: tuple[type, ...],
    paper: SubmittedNotebook,
    cells: Mapping[str, BaseCell],
) -> tuple[dict[str, Any], list[str]]:
    """A submission's rows by cell, and the cells that have none yet."""
    ids = [cell_id for cell_id, cell in cells.items() if isinstance(cell, kinds)]
    # By cell first: that is what the table's index begins with.
    rows = db.scalars(select(model).where(model.cell_id.in_(ids), model.notebook_id == paper.id))
    by_cell = {row.cell_id: row for row in rows}
    return by_cell, [cell_id for cell_id in ids if cell_id not in by_cell]


def _is_as_before(grade: Grade, comment: Comment, gift: Given) -> bool:
    before = gift.grade_before
    now = (grade.manual_score, grade.extra_credit, bool(grade.needs_manual_grade))
    return (comment.manual_comment or "") == gift.comment_before and now == (
        before.manual_score,
        before.extra_credit,
        before.needs_manual_grade,
    )


def _grade(grade: Grade, auto_score: float | None, changed: bool) -> None:
    """A person is asked for once: where nobody graded an answer, or graded another one."""
    grade.auto_score = auto_score
    if grade.manual_score is None:
        grade.needs_manual_grade = auto_score is None
    elif changed:
        grade.needs_manual_grade = True
