"""What a gradebook holds about a lab, read with the standard library alone.

Every run asks it whether a person graded by hand since the last one. `nbgrader.api` would take
two seconds to import, for a question that takes milliseconds; so this module reads the tables
itself, changes nothing, and `gradebook.py` does all that writes.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from ..errors import UserError

LOCK_TIMEOUT_S = 60.0  # how long to wait for whoever else writes
MOST_POINTS = 1e6  # of one question; formgrader takes any number, infinity too
ODD = "has points in the gradebook that no question can have; correct them in formgrader"

SUBMISSIONS = """
    select submission.student_id, paper.id, submission.timestamp, submission.extension,
           assignment.duedate, paper.late_submission_penalty
    from assignment
    join notebook on notebook.assignment_id = assignment.id and notebook.name = assignment.name
    join submitted_assignment submission on submission.assignment_id = assignment.id
    join submitted_notebook paper
        on paper.assignment_id = submission.id and paper.notebook_id = notebook.id
    where assignment.name = :lab and (:student is null or submission.student_id = :student)
"""
CELLS = """
    select cell.id, cell.name
    from base_cell cell
    join notebook on notebook.id = cell.notebook_id
    join assignment on assignment.id = notebook.assignment_id
    where assignment.name = :lab and notebook.name = :lab
    order by cell.name
"""
# By cell first: that is what the table's index begins with.
GRADES = "select notebook_id, auto_score, manual_score, extra_credit, needs_manual_grade from grade"
COMMENTS = "select notebook_id, manual_comment from comment"
OF_CELL = " where cell_id = :cell and (:paper is null or notebook_id = :paper)"


@dataclass(frozen=True)
class RecordedGrade:
    """Points of one question, by tests and by hand."""

    auto_score: float | None = None
    manual_score: float | None = None
    extra_credit: float | None = None
    needs_manual_grade: bool = False
    is_odd: bool = False  # a person wrote a number that no points can be

    @classmethod
    def read(
        cls, auto: float | None, manual: float | None, extra: float | None, needs: bool
    ) -> "RecordedGrade":
        """What a row says; a number that no points can be waits for a person to correct it."""
        if not (_are_points(manual) and _are_points(extra)):
            return cls(auto_score=auto, needs_manual_grade=True, is_odd=True)
        return cls(auto, manual, extra, bool(needs))

    @property
    def score(self) -> float | None:
        """What counts, None as long as nobody graded it."""
        given = self.auto_score if self.manual_score is None else self.manual_score
        if given is None and self.extra_credit is None:
            return None
        return (given or 0.0) + (self.extra_credit or 0.0)


@dataclass(frozen=True)
class Given:
    """What a person gives for a question, and what stood in the gradebook when they gave it.

    `extra_credit` is None where what stands is to stay.
    """

    manual_score: float
    extra_credit: float | None
    comment: str
    grade_before: RecordedGrade
    comment_before: str = ""


@dataclass(frozen=True)
class RecordedSubmission:
    """A student's row of a lab: grades by question, comments by the cell they stand at."""

    timestamp: str | None = None
    extension: str | None = None
    duedate: str | None = None
    penalty: float | None = None
    grades: Mapping[str, RecordedGrade] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    late: str = ""  # a line for the student's page, which the gradebook has no place for


def read_gradebook(
    path: Path, lab: str, student: str | None = None, lock_timeout_s: float = LOCK_TIMEOUT_S
) -> dict[str, RecordedSubmission]:
    """Every student's row of a lab, or only the one asked for; empty where there is no gradebook.

    Raises:
        UserError: if the file is no gradebook, or stays locked.
    """
    if not path.exists() or path.stat().st_size == 0:
        return {}
    with reading(path, lock_timeout_s) as book:
        rows = book.execute(SUBMISSIONS, {"lab": lab, "student": student}).fetchall()
        names = dict(book.execute(CELLS, {"lab": lab}).fetchall())
        paper = rows[0][1] if student is not None and rows else None
        grades: dict[str, dict[str, RecordedGrade]] = {row[1]: {} for row in rows}
        comments: dict[str, dict[str, str]] = {row[1]: {} for row in rows}
        for cell, name in names.items() if rows else ():
            asked = {"cell": cell, "paper": paper}
            for of_paper, auto, manual, extra, needs in book.execute(GRADES + OF_CELL, asked):
                grades[of_paper][name] = RecordedGrade.read(auto, manual, extra, needs)
            for of_paper, comment in book.execute(COMMENTS + OF_CELL, asked):
                if comment:
                    comments[of_paper][name] = comment
    return {
        name: RecordedSubmission(
            timestamp,
            extension,
            duedate,
            penalty if _are_points(penalty) else None,  # a share of an odd grade
            grades[of],
            comments[of],
        )
        for name, of, timestamp, extension, duedate, penalty in rows
    }


def _are_points(number: float | None) -> bool:
    return abs(number or 0.0) <= MOST_POINTS


def odd_grades(recorded: Mapping[str, RecordedSubmission]) -> list[str]:
    """A line for each grade that is left out, as no points can be so many."""
    return [
        f"{student}: {question} {ODD}"
        for student, row in sorted(recorded.items())
        for question, grade in row.grades.items()
        if grade.is_odd
    ]


def schema_version(path: Path, lock_timeout_s: float = LOCK_TIMEOUT_S) -> str | None:
    """Which of nbgrader's schemas a gradebook has; None if it was never written down.

    Raises:
        UserError: if the file is no gradebook, or stays locked.
    """
    with reading(path, lock_timeout_s) as book:
        tables = {name for (name,) in book.execute("select name from sqlite_master")}
        if "assignment" not in tables:
            raise sqlite3.OperationalError("no such table: assignment")
        if "alembic_version" not in tables:
            return None
        row = book.execute("select version_num from alembic_version").fetchone()
        return row[0] if row else None


@contextmanager
def reading(path: Path, lock_timeout_s: float = LOCK_TIMEOUT_S) -> Iterator[sqlite3.Connection]:
    """A connection that can't change anything, but clean up after a writer that was killed."""
    try:
        url = f"file:{quote(str(path))}?mode=rw"
        with closing(sqlite3.connect(url, uri=True, timeout=lock_timeout_s)) as book:
            book.execute("pragma query_only = 1")
            yield book
    except sqlite3.Error as error:
        raise refusal(path, str(error)) from error


def refusal(path: Path, reason: str) -> UserError:
    """What a database's refusal means, and what to do."""
    if "locked" in reason:
        return UserError(
            f"{path}: another program keeps the gradebook locked; close it, and run this again"
        )
    if "no such table" in reason or "no such column" in reason:
        return UserError(
            f"{path}: this is no gradebook of this version of nbgrader ({reason}); back it up, "
            f"then run `nbgrader db upgrade` in {path.parent}, or put it elsewhere"
        )
    if "unable to open" in reason and not path.parent.is_dir():
        remedy = f"make the folder {path.parent}, or correct CourseDirectory.db_url"
    elif "is full" in reason:
        remedy = "make room on the disk, and run this again"
    elif "readonly" in reason or "unable to open" in reason:
        remedy = "make the file and its folder writable"
    elif "disk I/O" in reason:
        remedy = "see whether its disk is full or broken, and run this again"
    else:
        remedy = "put it elsewhere to start anew"
    return UserError(f"{path}: the gradebook can't be used: {reason}; {remedy}")
