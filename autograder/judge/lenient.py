"""An answer that a small slip stops with an error, judged once more where slips are overlooked.

A number where a tensor is asked for, a batch size typed as a number, "cuda" where the grader has no
GPU: a test sees an exception, and nothing of the answer's rest. Who marks an exam by hand reads on.
So the notebook runs again in a worker that overlooks slips (`engine.untrusted.lenient`), and the
tests that pass there count. The answer loses a fifth of what failed, because it does not run. Tests
judge there what they always judge, values, so nothing is earned by what is overlooked alone.
"""

import math
from collections.abc import Iterable
from dataclasses import replace

from ..engine import Cause
from ..engine.untrusted import gpu, lenient, tensors
from .fair_loss import judged
from .results import QuestionResult, Verdict
from .session import Session
from .warm import Ready

NEEDS_GPU = "Needs a GPU, which not every machine has"
STOPS = "Stops with an error, and is right where the error is overlooked"
LOST_SHARE = 0.2  # of the points of what failed


def try_leniently(
    ready: Ready, own: Session, questions: tuple[QuestionResult, ...]
) -> tuple[QuestionResult, ...]:
    """The questions, with what answers earn that a small slip stopped.

    Args:
        own: the student's own run, which is over; its time limit holds here as well.
        questions: as that run left them.
    """
    stopped = [
        question.id for question in questions if any(_is_slip(test, own) for test in question.tests)
    ]
    if not stopped or not tensors.is_imported_by(own.text):
        return questions
    session = Session(
        own.zygote,
        own.cells,
        own.seed,
        own.clock,
        files=own.files,
        listens=own.listens,
        lenient=True,
    )
    try:
        verdicts = ready.tests.run(session, stopped)
    finally:
        session.close()
    return tuple(
        _better(ready, question, verdicts[question.id]) if question.id in stopped else question
        for question in questions
    )


def _is_slip(test: Verdict, own: Session) -> bool:
    """Whether it may have failed for what is overlooked."""
    if test.cause is Cause.MISSING_NAME:
        cells = own.failures.values()
        return any(cell.cause is Cause.RAISED and _is_refused(cell.message) for cell in cells)
    if test.cause is Cause.RAISED:
        return _is_refused(test.message)
    return lenient.is_other_precision(test.message)


def _is_refused(said: str) -> bool:
    return lenient.is_refusal(said) or gpu.is_missed(said)


def _better(ready: Ready, question: QuestionResult, again: Iterable[Verdict]) -> QuestionResult:
    """The question with what it earns where slips are overlooked, if that is more."""
    overlooked = judged(ready, question.id, question.max_score, again)
    passed = {test.name for test in overlooked.tests if test.passed}
    either = replace(
        question,
        tests=tuple(
            replace(test, outcome="passed") if test.name in passed else test
            for test in question.tests
        ),
    )
    lost = _up_to_half_points(LOST_SHARE * (question.max_score - question.tests_score))
    earned = max(overlooked.own_score or 0.0, either.tests_score)
    score = min(earned, question.max_score - lost)
    if score <= (question.own_score or 0.0):
        return question
    return replace(question, mistake=_name(question) if either.full else "", mistake_score=score)


def _name(question: QuestionResult) -> str:
    missed = any(gpu.is_missed(test.message) for test in question.tests if not test.passed)
    return NEEDS_GPU if missed else STOPS


def _up_to_half_points(points: float) -> float:
    """So rounded that something is lost."""
    return math.ceil(round(2 * points, 6)) / 2
