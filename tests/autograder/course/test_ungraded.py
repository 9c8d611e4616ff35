"""Hand-ins that no result knows yet are named, with the reason."""

from shutil import rmtree

from autograder.assignment import Assignment
from autograder.course.course import Course
from autograder.course.environment import SUBMISSION
from autograder.course.hand_ins import find_hand_ins
from autograder.course.store import ResultStore
from autograder.course.ungraded import ungraded

from .conftest import HALF, RIGHT, HandIn, result_of

LAB = "small"


def test_what_came_since_the_last_grading_is_named(
    course: Course, small: Assignment, hand_in: HandIn
) -> None:
    assert ungraded(course, small, []) == []  # nobody handed in
    folders = {one: hand_in(one, RIGHT).parents[1] for one in ("ana", "ben", "cia", "dan")}
    store = ResultStore(course.root / "results" / LAB)
    for row in find_hand_ins(course.root, LAB)[:3]:
        store.save(result_of(small, row.student), {SUBMISSION: row.load().digest()})
    rmtree(folders["ben"])
    hand_in("ben", HALF)
    rmtree(folders["cia"])  # the earlier result holds
    (course.root / "submitted" / "notes.txt").write_text("a stray file", "utf-8")
    assert ungraded(course, small, ["ana", "ben", "cia"]) == [
        "ben: handed in something else since; grade again",
        "dan: handed in, and is not graded yet",
    ]
