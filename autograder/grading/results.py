"""What grading says about a submission, and its form as JSON."""

from dataclasses import asdict, dataclass
from typing import Any

STOPPED = "Stopped"
FAILED = "failed"


@dataclass(frozen=True)
class Verdict:
    """One hidden or public test of a question; `message` is written for the student."""

    name: str
    checked: str
    points: float
    outcome: str  # "passed" or "failed"
    message: str = ""

    @property
    def passed(self) -> bool:
        return self.outcome == "passed"


@dataclass(frozen=True)
class QuestionResult:
    """A question's tests; a written answer has none, and its score stays open."""

    id: str
    max_score: float
    tests: tuple[Verdict, ...] = ()

    @property
    def score(self) -> float | None:
        if not self.tests:
            return None
        return sum(test.points for test in self.tests if test.passed)


@dataclass(frozen=True)
class CellFailure:
    """A cell of the submission that raised (`name` is the exception's) or ended its worker."""

    cell_id: str
    name: str
    message: str

    @property
    def stopped(self) -> bool:
        return self.name == STOPPED


@dataclass(frozen=True)
class SubmissionResult:
    """Everything recorded about one graded submission."""

    student: str
    status: str  # "graded", "unreadable" (nothing to grade), or FAILED by a defect of the grader
    confinement: str
    seed: int
    seconds: float
    questions: tuple[QuestionResult, ...]
    remarks: tuple[str, ...] = ()
    cell_failures: tuple[CellFailure, ...] = ()

    @property
    def score(self) -> float:
        return sum(question.score or 0.0 for question in self.questions)

    @property
    def max_score(self) -> float:
        return sum(question.max_score for question in self.questions)

    def as_json(self) -> dict[str, Any]:
        """Plain data with the derived scores beside what they derive from."""
        questions = [{**asdict(question), "score": question.score} for question in self.questions]
        return {
            **asdict(self),
            "score": self.score,
            "max_score": self.max_score,
            "questions": questions,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "SubmissionResult":
        """The inverse of `as_json`; derived scores are recomputed, not believed."""
        questions = tuple(
            QuestionResult(
                question["id"],
                question["max_score"],
                tuple(Verdict(**test) for test in question["tests"]),
            )
            for question in data["questions"]
        )
        kept = {name: data[name] for name in cls.__dataclass_fields__ if name in data}
        kept["questions"] = questions
        kept["remarks"] = tuple(data["remarks"])
        kept["cell_failures"] = tuple(CellFailure(**cell) for cell in data["cell_failures"])
        return cls(**kept)
