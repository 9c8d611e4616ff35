"""Sees to it that all tests are there which the release counts on.

Without its hidden tests a lab would be graded by its public checks alone, and right answers would
lose points.
"""

from collections import defaultdict

from ..add_points import add_points
from ..assignment import Assignment
from ..compiler.points import read_tests
from ..errors import UserError, shown


def refuse_missing_tests(assignment: Assignment) -> None:
    """Compare what the tests of each question give with what the release says.

    Raises:
        UserError: if it differs for a question, naming the first one.
    """
    given: defaultdict[str, list[float]] = defaultdict(list)
    for file in assignment.test_files:
        for test in read_tests(file):
            given[test.question_id].append(test.points)
    for question in assignment.questions:
        points = add_points(given[question.id])
        if not question.written and points != question.max_score:
            where = ", ".join(dict.fromkeys(shown(file.parent) for file in assignment.test_files))
            raise UserError(
                f"{shown(assignment.release_dir)}: {question.id} has {question.max_score:g} "
                f"points, but the tests found give {points:g} (looked into {where or 'nothing'}): "
                "bring the lab's hidden tests back, or build the release again"
            )
