"""Grades one submission from end to end, in the process that was forked for it."""

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..assignment import Assignment
from ..engine import Zygote
from ..printable import printable
from .carry import carry_forward
from .content import Content, read_content
from .fair_loss import judged
from .ingest import ingest
from .lenient import try_leniently
from .pytest_plugin import with_tests
from .reproduction import NotLearnt
from .results import FAILED, QuestionResult, SubmissionResult, as_handed_in
from .session import Session
from .submission import compose
from .warm import Grader, Ready
from .word import with_word_of_plain_code


@dataclass(frozen=True)
class Grading:
    """The task of grading what a student handed in."""

    content: Content

    def run(self, ready: Ready) -> dict[str, Any]:
        """The result as plain data."""
        return grade_submission(ready, self.content).as_json()


def grade_submission(ready: Ready, content: Content) -> SubmissionResult:
    """Run the submission in a worker of its own and its tests here; then once more what a slip
    stopped, and what earlier mistakes may have spoilt.

    Raises:
        EngineUnavailable: if no worker can be had.
        NotLearnt: if it failed tests whose mistakes are to be named, and are not known yet.
    """
    started_at, cpu_s = time.monotonic(), ready.zygote.workers_cpu_s
    assignment = ready.grader.assignment
    submission = ingest(assignment.notebook, content)
    notebook = compose(assignment.notebook, submission.cells)
    listens = ready.known_mistakes is not None
    session = Session(
        ready.zygote, notebook.cells, ready.grader.seed, files=content.files, listens=listens
    )
    ready.tests.known = ready.known_mistakes
    try:
        results = ready.tests.run(session)
    finally:
        session.close()
        ready.tests.known = None
    if ready.tests.not_learnt:
        raise NotLearnt(ready.tests.not_learnt)
    questions = tuple(
        replace(
            judged(ready, question.id, question.max_score, results.get(question.id, ())),
            extra=question.extra,
            written=question.written,
        )
        for question in assignment.questions
    )
    questions = try_leniently(ready, session, questions)
    questions = with_word_of_plain_code(ready, session, questions)
    questions = carry_forward(ready, session, questions)
    return SubmissionResult(
        student=content.student,
        status=submission.status,
        confinement=ready.zygote.confinement,
        seed=ready.grader.seed,
        seconds=round(time.monotonic() - started_at, 3),
        cpu_s=round(ready.zygote.workers_cpu_s - cpu_s, 3),
        questions=questions,
        remarks=(*submission.notes, *session.remarks),
        cell_failures=tuple(session.failures.values()),
        cells=submission.cells,
        files=tuple(map(as_handed_in, content.files)),
    )


def failed_result(grader: Grader, student: str, reason: str) -> SubmissionResult:
    """What is recorded of a submission whose judge came to no end: nothing earned, and why."""
    return SubmissionResult(
        student=student,
        status=FAILED,
        confinement="",
        seed=grader.seed,
        seconds=0.0,
        cpu_s=0.0,
        questions=tuple(
            QuestionResult(
                question.id, question.max_score, extra=question.extra, written=question.written
            )
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
        lambda tests: grade_submission(
            Ready(grader, tests, zygote), read_content(student, submitted, assignment.files)
        ),
        take_values=assignment.take_values,
    )
