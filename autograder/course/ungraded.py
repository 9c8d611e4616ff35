"""Which hand-ins the stored results don't know: new ones, and those that replaced others."""

from collections.abc import Collection

from ..assignment import Assignment
from .asked import asked_of
from .course import Course
from .environment import SUBMISSION
from .hand_ins import find_hand_ins
from .store import ResultStore


def ungraded(course: Course, assignment: Assignment, graded: Collection[str]) -> list[str]:
    """A line `student: why` for each hand-in that the next grading would judge.

    Args:
        graded: students who have a grade.
    """
    lab, lines = assignment.lab, []
    store = ResultStore(course.root / "results" / lab)
    submitted = course.folder("submitted", ".", lab).parent
    if not submitted.is_dir():
        return []
    for row in find_hand_ins(course.root, lab, submitted, asked_of(assignment)):
        if row.is_stray:
            continue
        stored = store.stored(row.student)
        if row.student not in graded:
            lines.append(f"{row.student}: handed in, and is not graded yet")
        elif stored is None or stored[0].get(SUBMISSION) != row.load().digest():
            lines.append(f"{row.student}: handed in something else since; grade again")
    return lines
