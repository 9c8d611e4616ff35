"""An answer that needs a GPU, judged once more where the CPU passes for one.

Who wrote "cuda" where the notebook's own choice of a device belongs never saw it fail at a desk
with a GPU. A grader without one would see an exception and nothing else of the answer. So the
notebook runs again in a worker that pretends to have a GPU, and what the answer earns there counts.
It loses a fifth of what failed, because an answer should run on any machine.
"""

import math
from dataclasses import replace

from ..engine.untrusted import gpu
from .fair_loss import judged
from .results import QuestionResult
from .session import Session
from .warm import Ready

NEEDS_GPU = "Needs a GPU, which not every machine has"
LOST_SHARE = 0.2  # of the points of what failed without a GPU


def try_with_gpu(
    ready: Ready, own: Session, questions: tuple[QuestionResult, ...]
) -> tuple[QuestionResult, ...]:
    """The questions, with what answers earn that failed for want of a GPU.

    Args:
        own: the student's own run, which is over; its time limit holds here as well.
        questions: as that run left them.
    """
    wanting = [question.id for question in questions if _misses_gpu(question)]
    if not wanting:
        return questions
    session = Session(
        own.zygote,
        own.cells,
        own.seed,
        own.clock,
        files=own.files,
        listens=own.listens,
        pretends_gpu=True,
    )
    try:
        verdicts = ready.tests.run(session, wanting)
    finally:
        session.close()
    return tuple(
        _better(question, judged(ready, question.id, question.max_score, verdicts[question.id]))
        if question.id in wanting
        else question
        for question in questions
    )


def _misses_gpu(question: QuestionResult) -> bool:
    return any(not test.passed and gpu.is_missed(test.message) for test in question.tests)


def _better(question: QuestionResult, pretended: QuestionResult) -> QuestionResult:
    """The question with what it earns by a pretended GPU, if that is more."""
    lost = _up_to_half_points(LOST_SHARE * (question.max_score - question.tests_score))
    score = min(pretended.own_score or 0.0, question.max_score - lost)
    if score <= (question.own_score or 0.0):
        return question
    mistake = NEEDS_GPU if pretended.full else ""
    return replace(question, mistake=mistake, mistake_score=score)


def _up_to_half_points(points: float) -> float:
    """So rounded that something is lost."""
    return math.ceil(round(2 * points, 6)) / 2
