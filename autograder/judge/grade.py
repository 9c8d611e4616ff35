"""Grades one submission from end to end, in the process that was forked for it."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..assignment import Assignment, is_answer, is_own
from ..engine import Zygote, printable
from .carry import carry_forward
from .ingest import ingest
from .pytest_plugin import with_tests
from .results import FAILED, QuestionResult, StudentCell, SubmissionResult
from .session import Session
from .warm import Grader, Ready


@dataclass(frozen=True)
class Grading:
    """The task of grading what a student handed in."""

    student: str
    submitted: Path

    def run(self, ready: Ready) -> dict[str, Any]:
        """The result as plain data."""
        return grade_submission(ready, self.student, self.submitted).as_json()


def grade_submission(ready: Ready, student: str, submitted: Path) -> SubmissionResult:
    """Run the submission in a worker of its own and its tests here; then what earlier mistakes
    may have spoilt once more.

    Raises:
        EngineUnavailable: if no worker can be had.
    """
    started_at = time.monotonic()
    assignment = ready.grader.assignment
    composition = ingest(assignment.notebook, submitted)
    session = Session(ready.zygote, composition.notebook.cells, ready.grader.seed)
    try:
        results = ready.tests.run(session)
    finally:
        session.close()
    questions = tuple(
        QuestionResult(question.id, question.max_score, tuple(results.get(question.id, ())))
        for question in assignment.questions
    )
    questions = carry_forward(assignment, ready.tests, session, questions)
    return SubmissionResult(
        student=student,
        status=composition.status,
        confinement=ready.zygote.confinement,
        seed=ready.grader.seed,
        seconds=round(time.monotonic() - started_at, 3),
        questions=questions,
        remarks=(*composition.remarks, *session.remarks),
        cell_failures=tuple(session.failures.values()),
        cells=_student_cells(composition.notebook),
    )


def _student_cells(notebook: Any) -> tuple[StudentCell, ...]:
    """The answers and the own cells of a composed notebook, in its order."""
    cells = []
    last_given: str | None = None
    for cell in notebook.cells:
        if is_own(cell):
            cells.append(StudentCell(cell.id, cell.cell_type, cell.source, last_given))
            continue
        last_given = cell.id
        if is_answer(cell):
            cells.append(StudentCell(cell.id, cell.cell_type, cell.source))
    return tuple(cells)


def failed_result(grader: Grader, student: str, reason: str) -> SubmissionResult:
    """What is recorded of a submission whose judge came to no end: nothing earned, and why."""
    return SubmissionResult(
        student=student,
        status=FAILED,
        confinement="",
        seed=grader.seed,
        seconds=0.0,
        questions=tuple(
            QuestionResult(question.id, question.max_score)
            for question in grader.assignment.questions
        ),
        remarks=(f"NOT GRADED, the grader itself failed: {printable(reason)}",),
    )


def grade_here(
    assignment: Assignment, student: str, submitted: Path, zygote: Zygote, seed: int
) -> SubmissionResult:
    """Grade in this process, which then stands as close to the submission as a judge does.

    Raises:
        EngineUnavailable: if no worker can be had.
        HiddenTestsBroken: if the instructor's tests cannot run at all.
    """
    grader = Grader(assignment, seed, zygote.limits, zygote.policy)
    return with_tests(
        assignment.test_files,
        lambda tests: grade_submission(Ready(grader, tests, zygote), student, submitted),
    )
