"""Grades and publishes one student, as the class was: what formgrader's buttons ask for."""

from pathlib import Path

from filelock import FileLock

from ..assignment import Assignment, load_assignment
from ..course.asked import asked_of
from ..course.class_run import ClassRun, recall
from ..course.course import Course
from ..course.gradebook import CourseGradebook
from ..course.hand_ins import find_hand_ins
from ..course.publish import publish
from ..course.store import ResultStore
from ..errors import UserError
from ..judge.results import FAILED, SubmissionResult
from .grade import LOCK_FILE, judge_hand_ins, record_published


def introduce(course: Course, lab: str) -> list[str]:
    """Make the gradebook know a lab, which nbgrader asks for before anything of ours runs.

    Returns:
        Notes, as publishing has them.

    Raises:
        UserError: if the class was not graded yet.
    """
    with FileLock(course.root / LOCK_FILE):
        assignment = assignment_of(course, lab, recall(course.root, lab))
        with CourseGradebook(course) as gradebook:  # which makes one where there is none
            return gradebook.update_assignment(lab, assignment.notebook, assignment.extra)


def grade_student(course: Course, lab: str, student: str) -> list[str]:
    """Grade a student's hand-in with the seed and the policy of the class, and publish it.

    Returns:
        Notes, as publishing has them.

    Raises:
        UserError: if the class was not graded yet, the grader itself failed, or something can't be
            written.
    """
    with FileLock(course.root / LOCK_FILE):
        run = recall(course.root, lab)
        assignment = assignment_of(course, lab, run)
        submitted = course.folder("submitted", ".", lab).parent
        found = find_hand_ins(course.root, lab, submitted, asked_of(assignment))
        rows = [row for row in found if row.student == student]
        (result,), notes = judge_hand_ins(course, assignment, rows, run, force=True)
        if result.status == FAILED:
            raise UserError(f"{student}: {'; '.join(result.remarks)}")
        return notes + _publish(course, assignment, result, run)


def publish_student(course: Course, lab: str, student: str) -> list[str]:
    """Bring up to date what a student gets to see, after grading by hand.

    Returns:
        Notes, as publishing has them.

    Raises:
        UserError: if the student was not graded yet, or something can't be written.
    """
    with FileLock(course.root / LOCK_FILE):  # what is read before may be older than what stands
        run = recall(course.root, lab)
        result = ResultStore(course.root / "results" / lab).latest(student)
        if result is None:
            raise UserError(f"{student}: no result of {lab} is stored; grade it first")
        return _publish(course, assignment_of(course, lab, run), result, run)


def _publish(
    course: Course, assignment: Assignment, result: SubmissionResult, run: ClassRun
) -> list[str]:
    published = publish(course, assignment, [result], run.exercises, run.title)
    record_published(course, assignment.lab, [result])
    if published.incomplete:
        raise UserError("; ".join(published.notes))
    return published.notes


def assignment_of(course: Course, lab: str, run: ClassRun) -> Assignment:
    """The lab with the tests that the class was graded by, wherever formgrader was started."""
    source = Path(run.source) if run.source else None
    if source and not source.is_file():
        raise UserError(f"{source}: the lab's source is gone; grade the class once more")
    roots = [course.folder(step, ".", lab).parent for step in ("release", "solution")]
    return load_assignment(lab, roots[0], solution_root=roots[1], source=source)
