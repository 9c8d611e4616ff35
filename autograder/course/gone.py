"""Students who have a grade, and whose hand-in lies in the course no more."""

from collections.abc import Iterable

from .course import Course
from .recorded import read_gradebook


def gone_students(course: Course, lab: str, present: Iterable[str]) -> list[str]:
    """A note for each student in the gradebook or among the results who isn't present.

    Their grade stays: a folder that was lost or renamed by mistake must cost nobody anything.
    """
    results = (course.root / "results" / lab).glob("*.json")
    known = {*read_gradebook(course.gradebook, lab), *(path.stem for path in results)}
    return [
        f"{student}: handed in before, but {lab} in {course.folder('submitted', student, '.')} "
        "is gone; the earlier grade stays; put the folder back, or take the student out of the "
        "gradebook"
        for student in sorted(known - set(present))
    ]
