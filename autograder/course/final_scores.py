"""The score that counts for each student: what the gradebook says, by tests, by hand, and late.

One place for whoever hands scores on. Nothing is changed here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..assignment import Assignment
from .course import Course
from .recorded import RecordedSubmission, read_gradebook


@dataclass(frozen=True)
class FinalScore:
    """One student's score, and what is missing until it is final."""

    student: str
    score: float
    max_score: float
    raw_score: float  # before work that came late lost points
    penalty: float = 0.0
    questions: Mapping[str, float | None] = field(default_factory=dict)  # None: not graded yet
    handed_in: str = ""  # as the gradebook has it, in UTC
    unfinished: tuple[str, ...] = ()  # what is missing, as it goes on from the id
    is_graded: bool = True  # whether there is anything that counts

    @property
    def is_final(self) -> bool:
        """Whether nothing is missing."""
        return not self.unfinished


def final_scores(course: Course, assignment: Assignment) -> list[FinalScore]:
    """The scores of all who are in the gradebook with this lab, by student.

    Raises:
        UserError: if the gradebook can't be read.
    """
    recorded = read_gradebook(course.gradebook, assignment.lab)
    failed = course.root / "results" / assignment.lab / "failed"
    return [
        _score(student, row, assignment, (failed / f"{student}.json").exists())
        for student, row in sorted(recorded.items())
    ]


def _score(
    student: str, row: RecordedSubmission, assignment: Assignment, has_failed: bool
) -> FinalScore:
    questions = {one.id: one for one in assignment.questions}
    scores = {name: row.grades[name].score if name in row.grades else None for name in questions}
    waiting = [
        name
        for name, score in scores.items()
        if score is None or (name in row.grades and row.grades[name].needs_manual_grade)
    ]
    unfinished = [f"{name} waits for a person" for name in waiting]
    if has_failed:
        unfinished.append("the grader itself failed on the last hand-in")
    raw = sum(grade.score or 0.0 for grade in row.grades.values())
    penalty = row.penalty or 0.0
    return FinalScore(
        student=student,
        score=max(0.0, raw - penalty),
        max_score=sum(one.max_score for one in questions.values() if not one.extra),
        raw_score=raw,
        penalty=penalty,
        questions=scores,
        handed_in=row.timestamp or "",
        unfinished=tuple(unfinished),
        is_graded=bool(row.grades) and any(score is not None for score in scores.values()),
    )
