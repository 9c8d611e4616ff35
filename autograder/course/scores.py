"""What everybody has for a lab: by tests, by hand, taken off for late work, and in the end.

This is what leaves the course: for a learning platform, for letters, for who compares two gradings.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..judge.results import SubmissionResult
from .course import Course
from .recorded import ODD, RecordedGrade, RecordedSubmission, read_gradebook
from .store import ResultStore


@dataclass(frozen=True)
class FinalScore:
    """One student's points for a lab."""

    student: str
    raw_score: float  # by tests and by hand, before anything is taken off
    by_hand: float  # of these, what people gave; extra credit, too
    penalty: float  # for late work
    max_score: float  # without extra credit
    questions: Mapping[str, float | None]  # None: nobody graded it yet
    waiting: tuple[str, ...] = ()  # questions that a person has to look at
    failed: bool = False  # the grader itself failed on what lies there now
    handed_in: str = ""  # as the gradebook has it, in UTC
    odd: tuple[str, ...] = ()  # of those that wait, the ones with a number that no points can be

    @property
    def score(self) -> float:
        """What counts."""
        return max(0.0, round(self.raw_score - self.penalty, 6))

    @property
    def unfinished(self) -> tuple[str, ...]:
        """What is missing until it is final, as it goes on from the id."""
        failure = ("the grader itself failed on the last hand-in",) if self.failed else ()
        why = {name: ODD if name in self.odd else "waits for a person" for name in self.waiting}
        return (*(f"{question} {said}" for question, said in why.items()), *failure)

    @property
    def is_final(self) -> bool:
        """Whether nothing is missing."""
        return not self.unfinished

    @property
    def is_graded(self) -> bool:
        """Whether there is anything that counts."""
        return any(score is not None for score in self.questions.values())

    def as_json(self) -> dict[str, Any]:
        """Plain data, with what derives from it."""
        return {**asdict(self), "score": self.score, "is_final": self.is_final}


def final_scores(course: Course, lab: str) -> list[FinalScore]:
    """Everybody's, by student: who has a result or stands in the gradebook.

    Raises:
        UserError: if the gradebook can't be used.
    """
    return scores_of(course, lab, ResultStore(course.root / "results" / lab).results())


def scores_of(course: Course, lab: str, results: Iterable[SubmissionResult]) -> list[FinalScore]:
    """The same, of results that were read already."""
    store = ResultStore(course.root / "results" / lab)
    by_student = {result.student: result for result in results}
    recorded, failures = read_gradebook(course.gradebook, lab), store.failures()
    most = max(map(_most, by_student.values()), default=0.0)
    return [
        _score(name, by_student.get(name), recorded.get(name), most, name in failures)
        for name in sorted({*by_student, *recorded, *failures})
    ]


def _most(result: SubmissionResult) -> float:
    return result.max_score + result.by_hand


def _score(
    student: str,
    result: SubmissionResult | None,
    row: RecordedSubmission | None,
    most: float,
    failed: bool,
) -> FinalScore:
    tested = () if result is None else result.questions
    grades = {question.id: RecordedGrade(question.score) for question in tested}
    grades |= {} if row is None else row.grades
    scores = {name: grade.score for name, grade in grades.items()}
    given = sum(
        (grade.manual_score or 0.0) + (grade.extra_credit or 0.0) for grade in grades.values()
    )
    waiting = (n for n, grade in grades.items() if grade.needs_manual_grade or grade.score is None)
    return FinalScore(
        student,
        round(sum(score or 0.0 for score in scores.values()), 6),
        round(given, 6),
        0.0 if row is None else row.penalty or 0.0,
        most if result is None else _most(result),
        scores,
        tuple(waiting),
        failed,
        "" if row is None else row.timestamp or "",
        tuple(name for name, grade in grades.items() if grade.is_odd),
    )
