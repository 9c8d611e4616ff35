"""How an answer stands in the gradebook, and whether somebody changed that since."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..course.recorded import RecordedGrade, RecordedSubmission
from .answers import Answer
from .codes import Codes


@dataclass(frozen=True)
class Stand:
    """What the gradebook has for one answer, for each student whose it is."""

    answer: Answer
    grades: Mapping[str, RecordedGrade]
    comments: Mapping[str, str]

    @property
    def missing(self) -> list[str]:
        """Students whom the gradebook does not have yet."""
        return [student for student in self.answer.students if student not in self.grades]

    @property
    def is_graded(self) -> bool:
        """Whether no person is awaited any more."""
        return not self.missing and not any(
            grade.needs_manual_grade or grade.score is None for grade in self.grades.values()
        )

    @property
    def is_bare(self) -> bool:
        """Whether nobody gave anything yet."""
        return not any(self.comments.values()) and all(
            grade.manual_score is None and grade.extra_credit is None
            for grade in self.grades.values()
        )

    def token(self, codes: Codes) -> str:
        """A word for it, which is another one once somebody graded by hand."""
        said = [
            (student, grade.manual_score, grade.extra_credit, grade.needs_manual_grade,
             self.comments.get(student, ""))
            for student, grade in sorted(self.grades.items())
        ]  # fmt: skip
        return codes.token("stand", self.answer.code, repr(said))


def stand_of(answer: Answer, question: str, recorded: Mapping[str, RecordedSubmission]) -> Stand:
    """How an answer stands, by what was read from the gradebook."""
    rows = {name: recorded[name] for name in answer.students if name in recorded}
    grades = {name: row.grades[question] for name, row in rows.items() if question in row.grades}
    comments = {name: row.comments.get(question, "") for name, row in rows.items()}
    return Stand(answer, grades, comments)
