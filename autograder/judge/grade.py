"""Grades one submission file from end to end."""

import time
from pathlib import Path

from ..assignment import Assignment
from ..engine import Zygote
from .carry import carry_forward
from .ingest import ingest
from .pytest_plugin import run_tests
from .results import QuestionResult, SubmissionResult
from .session import Session
from .submission import compose


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
    submission = ingest(assignment.notebook, submitted)
    notebook = compose(assignment.notebook, submission.cells)
    session = Session(zygote, notebook.cells, seed)
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
        status=submission.status,
        confinement=zygote.confinement,
        seed=seed,
        seconds=round(time.monotonic() - started_at, 3),
        questions=questions,
        remarks=(*submission.notes, *session.remarks),
        cell_failures=tuple(session.failures.values()),
        cells=submission.cells,
    )
