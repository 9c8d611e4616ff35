"""How a question of a submission stands: points, reasons, what was written and what is open."""

from dataclasses import dataclass, field
from typing import Any

from ..assignment import nbgrader_tag
from ..judge.results import QuestionResult, SubmissionResult
from ..judge.submission import compose
from .notebook import work_by_question
from .open_blanks import Blank, open_blanks
from .outline import Outline
from .reasons import Reason, Reasons
from .recorded import RecordedGrade, RecordedSubmission

CELL_LIMIT = 40_000  # characters of a cell that are looked at


@dataclass(frozen=True)
class Standing:
    """A question and all that is known about it."""

    number: int  # on the page, from 1
    result: QuestionResult
    grade: RecordedGrade
    title: str
    comments: list[str] = field(default_factory=list)
    work: list[Any] = field(default_factory=list)  # cells that the student wrote
    blanks: list[Blank] = field(default_factory=list)  # that are open
    untouched: bool = False  # a written answer that stands as it was released
    reasons: list[Reason] = field(default_factory=list)

    @property
    def written(self) -> bool:
        """Whether it has no tests, and a person reads the answer."""
        return not self.result.tests

    @property
    def score(self) -> float | None:
        """None as long as a person is awaited."""
        return 0.0 if self.grade.score is None and self.untouched else self.grade.score

    @property
    def waits(self) -> bool:
        """Whether a person is awaited."""
        return self.score is None

    @property
    def lost(self) -> float:
        """Points that are not there, and that nobody is awaited for."""
        if self.waits or self.result.extra:
            return 0.0
        return max(0.0, self.result.max_score - (self.score or 0.0))

    @property
    def by_person(self) -> bool:
        """Whether a person gave its points."""
        return self.grade.manual_score is not None

    @property
    def is_open(self) -> bool:
        """Whether nothing is wrong but what is not written yet, here or in a question before."""
        if self.written:
            return self.untouched and not self.score
        if self.blanks and not self.work and not self.score:  # nobody began, whatever tests say
            return True
        return bool(self.reasons) and all(reason.is_open for reason in self.reasons)


def standings(
    result: SubmissionResult, outline: Outline, recorded: RecordedSubmission
) -> list[Standing]:
    """All questions of a result, in order."""
    notebook = compose(outline.skeleton, result.cells)
    untouched = outline.untouched(result.cells)
    comments = _comments_by_question(outline.skeleton, recorded) if recorded.comments else {}
    work = work_by_question(notebook)
    blanks = {
        question: [
            blank
            for cell in cells
            for blank in open_blanks(
                outline.blanks.get(cell["id"], ()), cell["source"][:CELL_LIMIT]
            )
        ]
        for question, cells in work.items()
    }
    reasons = Reasons(result, notebook, blanks)
    return [
        Standing(
            number,
            question,
            recorded.grades.get(question.id, RecordedGrade(question.score)),
            outline.questions.get(question.id, question.id),
            comments.get(question.id, []),
            [
                cell
                for cell in work.get(question.id, ())
                if nbgrader_tag(cell).get("grade_id") not in untouched
            ],
            blanks.get(question.id, []),
            not question.tests and question.id in untouched,
            reasons.of(question),
        )
        for number, question in enumerate(result.questions, start=1)
    ]


def _comments_by_question(release: Any, recorded: RecordedSubmission) -> dict[str, list[str]]:
    """Comments stand at cells with answers; a question has those since the check before."""
    comments: dict[str, list[str]] = {}
    since_check: list[str] = []
    for cell in release["cells"]:
        tag = nbgrader_tag(cell)
        said = recorded.comments.get(tag.get("grade_id", ""))
        if tag.get("grade"):
            own = [said] if said else []
            if tag.get("solution"):
                comments[tag["grade_id"]] = own
            else:
                comments[tag["grade_id"]] = since_check + own
                since_check = []
        elif said:
            since_check.append(said)
    return comments
