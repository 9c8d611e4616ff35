"""What an instructor should look at: mistakes by name, failures alike, tests that seem wrong."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..engine import Cause
from ..judge.results import QuestionResult, SubmissionResult
from .items import Item

LEAST_ALIKE = 2  # students that fail the same tests before they are listed together
LEAST_QUARTER = 5  # students in the best quarter of a class before its failures say something
LEAST_SHARE_OF_BEST = 0.5
OPEN = {Cause.OPEN_BLANK, Cause.NOT_RUN, Cause.MISSING_NAME}


@dataclass(frozen=True)
class Misconception:
    """A mistake that the lab has a name for, and who made it."""

    question: str
    title: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class Alike:
    """Students who fail the same tests of a question, for a reason that has no name."""

    question: str
    tests: tuple[str, ...]
    message: str  # of the first of them
    students: tuple[str, ...]


@dataclass(frozen=True)
class Suspicion:
    """A test that may be wrong itself."""

    question: str
    test: str
    why: str


def is_open(question: QuestionResult) -> bool:
    """Whether no answer was given: all that failed met an open blank or what is missing by it."""
    failed = [test for test in question.tests if not test.passed]
    if not failed or any(test.passed and not test.public for test in question.tests):
        return False
    causes = {test.cause for test in failed}
    return causes <= OPEN and Cause.OPEN_BLANK in causes


def misconceptions(results: Iterable[SubmissionResult]) -> list[Misconception]:
    """Known mistakes that stand behind all that failed in an answer, the most frequent first."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for result in results:
        for question in result.questions:
            if question.mistake:
                found[question.id, question.mistake].append(result.student)
    listed = [Misconception(*key, tuple(students)) for key, students in found.items()]
    return sorted(listed, key=lambda one: (-len(one.students), one.question, one.title))


def failing_alike(results: Iterable[SubmissionResult]) -> list[Alike]:
    """Groups of students who fail the same tests and nothing known explains it, largest first."""
    groups: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    messages: dict[tuple[str, tuple[str, ...]], str] = {}
    for result in results:
        for question in result.questions:
            failed = [test for test in question.tests if not test.passed]
            if not failed or question.mistake or is_open(question):
                continue
            key = question.id, tuple(test.name for test in failed)
            groups[key].append(result.student)
            messages.setdefault(key, failed[0].message)
    listed = [
        Alike(*key, messages[key], tuple(students))
        for key, students in groups.items()
        if len(students) >= LEAST_ALIKE
    ]
    return sorted(listed, key=lambda one: (-len(one.students), one.question, one.tests))


def suspicious(
    tests: Iterable[Item], passed: Sequence[dict[str, bool]], totals: Sequence[float]
) -> list[Suspicion]:
    """Tests that all fail, that good students fail, or that weak students pass rather than strong.

    Args:
        passed: by test, whether each student who tried passed it, (students,).
        totals: the points of each student, (students,).
    """
    order = sorted(range(len(totals)), key=lambda place: -totals[place])
    best = [passed[place] for place in order[: len(order) // 4]]
    found = []
    for test in tests:
        why = _suspicion(test, [by_test[test.name] for by_test in best if test.name in by_test])
        if why:
            found.append(Suspicion(test.question, test.name, why))
    return found


def _suspicion(test: Item, best: list[bool]) -> str:
    if test.difficulty is None or test.tried < LEAST_ALIKE:
        return ""
    if test.difficulty.value == 0:
        return f"all {test.tried} who tried fail it"
    if len(best) >= LEAST_QUARTER and sum(best) < LEAST_SHARE_OF_BEST * len(best):
        return f"{len(best) - sum(best)} of the {len(best)} best students fail it"
    if test.discrimination is not None and test.discrimination.high < 0:
        return "weak students pass it more often than strong ones"
    return ""
