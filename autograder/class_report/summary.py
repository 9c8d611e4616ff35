"""A graded class in figures: all that the report shows, as plain data."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from ..course.recorded import RecordedGrade, RecordedSubmission, odd_grades
from ..judge.results import FAILED, QuestionResult, SubmissionResult
from .findings import (
    Alike,
    Misconception,
    Suspicion,
    failing_alike,
    is_open,
    misconceptions,
    suspicious,
)
from .items import LEAST_STUDENTS, Item, item, reliability

TAUGHT_AGAIN = 10  # questions


@dataclass(frozen=True)
class QuestionRow:
    """A question: how many students earned what, and the points that the class lost there."""

    item: Item
    full: int
    part: int
    none: int
    open: int  # gave no answer
    waiting: int  # for a person
    lost: float  # points, of all students together
    lost_open: float  # of these, by who gave no answer


@dataclass(frozen=True)
class Stopped:
    """Answers that a limit ended, by question and limit."""

    question: str
    cause: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class ClassReport:
    """What there is to know about a class and a lab; students are in order of their scores."""

    lab: str
    title: str
    exercises: Mapping[str, str]
    students: tuple[str, ...]
    scores: tuple[float, ...]  # (students,), without late penalties
    max_score: float  # by tests and by hand
    questions: tuple[QuestionRow, ...]
    tests: tuple[Item, ...]
    outcomes: tuple[str, ...]  # by student, a letter per test: p(assed), f(ailed), o(pen)
    reliability: float | None
    misconceptions: tuple[Misconception, ...]
    alike: tuple[Alike, ...]
    suspicious: tuple[Suspicion, ...]
    stopped: tuple[Stopped, ...]
    late: Mapping[str, float]  # student -> points taken off
    levels: Mapping[str, int]  # confinement -> submissions
    not_graded: tuple[str, ...]
    left_out: tuple[str, ...]  # a line for each grade by hand that no points can be

    @property
    def is_small(self) -> bool:
        """Whether the class is too small for a verdict on tests."""
        return len(self.students) < LEAST_STUDENTS

    @property
    def mean(self) -> float:
        return statistics.fmean(self.scores)

    @property
    def median(self) -> float:
        return statistics.median(self.scores)

    @property
    def taught_again(self) -> list[QuestionRow]:
        """The questions by the points that the class lost there, most first."""
        rows = sorted(self.questions, key=lambda row: -row.lost)
        return [row for row in rows if row.lost > 0][:TAUGHT_AGAIN]

    def as_json(self) -> dict[str, Any]:
        """All of it, and what derives from it."""
        again = [row.item.name for row in self.taught_again]
        return {**asdict(self), "is_small": self.is_small, "taught_again": again}


def summarise(
    lab: str,
    title: str,
    exercises: Mapping[str, str],
    results: Sequence[SubmissionResult],
    recorded: Mapping[str, RecordedSubmission],
) -> ClassReport:
    """Count what a class did; a score by hand counts in place of that by tests.

    Args:
        results: the last one of each student.
        recorded: the gradebook's row of each student.
    """
    graded = [result for result in results if result.status != FAILED]
    points = {
        result.student: {
            question.id: _score(question, result.student, recorded) for question in result.questions
        }
        for result in graded
    }
    graded.sort(key=lambda result: (-_total(points[result.student]), result.student))
    tests = _tests(graded)
    passed = [_passed(result) for result in graded]
    by_tests = [result.score for result in graded]
    rows = _questions(graded, points, recorded)
    return ClassReport(
        lab=lab,
        title=title,
        exercises=dict(exercises),
        students=tuple(result.student for result in graded),
        scores=tuple(_total(points[result.student]) for result in graded),
        max_score=max((result.max_score + result.by_hand for result in graded), default=0.0),
        questions=tuple(rows),
        tests=tuple(tests),
        outcomes=tuple(
            "".join(_letter(tested.get(test.name)) for test in tests) for tested in passed
        ),
        reliability=reliability(
            [
                [points[result.student].get(row.item.name) or 0.0 for row in rows]
                for result in graded
            ]
        ),
        misconceptions=tuple(misconceptions(graded)),
        alike=tuple(failing_alike(graded)),
        suspicious=tuple(suspicious(tests, passed, by_tests)),
        stopped=tuple(_stopped(graded)),
        late={student: row.penalty for student, row in sorted(recorded.items()) if row.penalty},
        levels=dict(Counter(result.confinement or "not known" for result in graded)),
        not_graded=tuple(r.student for r in results if r.status == FAILED),
        left_out=tuple(odd_grades(recorded)),
    )


def _score(
    question: QuestionResult, student: str, recorded: Mapping[str, RecordedSubmission]
) -> float | None:
    grade = _grade(question.id, student, recorded)
    by_tests = grade.auto_score if question.score is None else question.score
    return replace(grade, auto_score=by_tests).score


def _grade(
    question: str, student: str, recorded: Mapping[str, RecordedSubmission]
) -> RecordedGrade:
    row = recorded.get(student)
    return row.grades.get(question, RecordedGrade()) if row else RecordedGrade()


def _total(points: Mapping[str, float | None]) -> float:
    return sum(score or 0.0 for score in points.values())


def _passed(result: SubmissionResult) -> dict[str, bool]:
    """By test of the questions that were answered."""
    return {
        test.name: test.passed
        for question in result.questions
        if not is_open(question)
        for test in question.tests
    }


def _letter(passed: bool | None) -> str:
    return "o" if passed is None else "p" if passed else "f"


def _tests(graded: Sequence[SubmissionResult]) -> list[Item]:
    """A row for each test that any student was put to, in the order of the lab."""
    totals = [result.score for result in graded]
    known: dict[str, tuple[str, float]] = {}
    earned: dict[str, list[float | None]] = {}
    for place, result in enumerate(graded):
        for question in result.questions:
            answered = not is_open(question)
            for test in question.tests:
                known.setdefault(test.name, (question.id, test.points))
                column = earned.setdefault(test.name, [None] * len(graded))
                column[place] = test.points * test.passed if answered else None
    return [
        item(name, *known[name], earned=column, totals=totals) for name, column in earned.items()
    ]


def _questions(
    graded: Sequence[SubmissionResult],
    points: Mapping[str, Mapping[str, float | None]],
    recorded: Mapping[str, RecordedSubmission],
) -> list[QuestionRow]:
    totals = [_total(points[result.student]) for result in graded]
    asked: dict[str, float] = {}
    answers: dict[str, dict[str, QuestionResult]] = defaultdict(dict)
    for result in graded:
        for question in result.questions:
            asked.setdefault(question.id, question.max_score)
            answers[question.id][result.student] = question
    return [
        _row(
            name,
            most,
            [answers[name].get(r.student) for r in graded],
            graded,
            points,
            [_is_untouched(answers[name].get(r.student), r.student, recorded) for r in graded],
            totals,
        )
        for name, most in asked.items()
    ]


def _is_untouched(
    answer: QuestionResult | None, student: str, recorded: Mapping[str, RecordedSubmission]
) -> bool:
    """Whether the text to write is as it was released: then it has 0 points without a person."""
    grade = _grade(answer.id, student, recorded) if answer is not None else RecordedGrade()
    is_written = answer is not None and answer.score is None
    return is_written and grade.auto_score == 0 and grade.manual_score is None


def _row(
    name: str,
    most: float,
    answers: Sequence[QuestionResult | None],
    graded: Sequence[SubmissionResult],
    points: Mapping[str, Mapping[str, float | None]],
    untouched: Sequence[bool],
    totals: Sequence[float],
) -> QuestionRow:
    counts: Counter[str] = Counter()
    earned: list[float | None] = []
    lost = lost_open = 0.0
    for answer, result, is_untouched in zip(answers, graded, untouched, strict=True):
        score = points[result.student].get(name)
        left_open = answer is not None and not score and (is_untouched or is_open(answer))
        counts[_kind(answer, score, most, left_open)] += 1
        earned.append(None if left_open else score)
        if score is not None and answer is not None and not answer.extra:
            lost += max(0.0, most - score)
            lost_open += most * left_open
    return QuestionRow(
        item(name, name, most, earned, totals),
        counts["full"],
        counts["part"],
        counts["none"],
        counts["open"],
        counts["waiting"],
        lost,
        lost_open,
    )


def _kind(answer: QuestionResult | None, score: float | None, most: float, left_open: bool) -> str:
    if left_open or answer is None:
        return "open"
    if score is None:
        return "waiting"
    return "full" if score >= most else "part" if score > 0 else "none"


def _stopped(graded: Sequence[SubmissionResult]) -> list[Stopped]:
    """Where workers were lost, to what and how often, most first."""
    found: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for result in graded:
        for question in result.questions:
            for test in question.tests:
                if test.cause is not None and test.cause.worker_lost:
                    found[question.id, str(test.cause)][result.student] = None
    listed = [Stopped(*key, tuple(students)) for key, students in found.items()]
    return sorted(listed, key=lambda one: (-len(one.students), one.question, one.cause))
