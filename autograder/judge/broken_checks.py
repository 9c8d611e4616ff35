"""Tells a broken test from a broken answer, by what the solution makes of it.

A test that raises something itself may have met a value that nobody expected, or be wrong. If it
does so on the solution as well, it is wrong: then no student may lose points by it. What counts is
what a judge makes of the solution. A rehearsal runs where files can be written, say.
"""

from collections.abc import Callable, Collection
from typing import Any

from ..engine import Cause
from ..errors import HiddenTestsBroken
from .pool import Failed, Pool
from .results import SubmissionResult, Verdict
from .warm import Task

BROKEN = (Cause.CHECK_BROKEN, Cause.TEST_BROKEN)


class BrokenChecks:
    """Looks at the results of a pool as they come.

    Args:
        solution: the task of grading the solution; None if there is none.
        on_note: told what a person should look at, each thing once.
    """

    def __init__(self, pool: Pool, solution: Task | None, on_note: Callable[[str], None]) -> None:
        self._pool, self._solution, self._on_note = pool, solution, on_note
        self._known: SubmissionResult | None = None  # what the solution earns
        self._is_judged = False  # by a judge, not by a rehearsal
        self._noted: set[str] = set()

    def look_at(self, result: SubmissionResult) -> None:
        """Look at one result.

        Raises:
            HiddenTestsBroken: if a test that broke here breaks on the solution, too.
        """
        if self._known is None:
            self._take(self._pool.rehearsed)
        broken = _failures(result, BROKEN)
        if not broken:
            return
        if not self._is_judged and self._solution is not None:
            self._is_judged = True
            self._take(self._pool.judge(self._solution))
        if self._known is None:
            for test in broken:
                self._ask(test, result.student)
            return
        on_solution = {test.name for test in _failures(self._known, BROKEN)}
        for test in broken:
            if test.name in on_solution:
                what = f"{test.name} fails on the solution, too: {_told(test)}"
                raise HiddenTestsBroken(f"{what}; fix the test, or the solution")
            if test.cause is Cause.TEST_BROKEN:
                self._ask(test, result.student)

    def _ask(self, test: Verdict, student: str) -> None:
        whose = "fix the test and grade again"
        if test.cause is not Cause.TEST_BROKEN:
            whose = "look whose fault it is"
        self._note(test.name, f"{test.name}: {_told(test)}, on what {student} handed in; {whose}")

    def _take(self, answer: Any) -> None:
        """Keep the solution's result, and say which tests it fails."""
        if answer is None or isinstance(answer, Failed):
            return
        self._known = SubmissionResult.from_json(answer)
        for test in _failures(self._known):
            what = f"fails on the solution: {test.message}; look at it before you use these scores"
            self._note(test.name, f"{test.name} {what}")

    def _note(self, test: str, note: str) -> None:
        if test not in self._noted:
            self._noted.add(test)
            self._on_note(note)


def _told(test: Verdict) -> str:
    return test.detail or test.message


def _failures(result: SubmissionResult, causes: Collection[Cause] = tuple(Cause)) -> list[Verdict]:
    tests = [test for question in result.questions for test in question.tests if not test.passed]
    return [test for test in tests if test.cause in causes]
