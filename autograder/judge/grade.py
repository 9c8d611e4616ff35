"""Grades one submission file from end to end."""

import time
from pathlib import Path
from typing import Any

from ..assignment import Assignment, is_answer, is_own
from ..engine import Zygote
from .carry import carry_forward
from .ingest import ingest
from .pytest_plugin import run_tests
from .results import QuestionResult, StudentCell, SubmissionResult
from .session import Session


def grade_submission(
    assignment: Assignment,
    student: str,
    submitted: Path,
    zygote: Zygote,
    seed: int,
) -> SubmissionResult:
    """Run the submission in a worker of its own and its tests here; then what earlier mistakes
    may have spoilt once more.

    Raises:
        HiddenTestsBroken: if the instructor's tests cannot run at all.
    """
    started_at = time.monotonic()
    composition = ingest(assignment.notebook, submitted)
    session = Session(zygote, composition.notebook.cells, seed)
    try:
        results = run_tests(assignment.test_files, session)
    finally:
        session.close()
    questions = tuple(
        QuestionResult(question.id, question.max_score, tuple(results.get(question.id, ())))
        for question in assignment.questions
    )
    questions = carry_forward(assignment, session, questions)
    return SubmissionResult(
        student=student,
        status=composition.status,
        confinement=zygote.confinement,
        seed=seed,
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
