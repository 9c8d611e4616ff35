"""An answer that a small slip stops with an error, judged once more where slips are overlooked.

A number where a tensor is asked for, a batch size typed as a number, the name of another cell's
model, "cuda" where the grader has no GPU: a test sees an exception, and nothing of the answer's
rest. Who marks an exam by hand reads on.
So the notebook runs again in a worker that overlooks slips (`engine.untrusted.lenient`), and the
tests that a slip may have stopped count where they pass there. The answer loses a fifth of what it
so earns, because it does not run. Tests judge there what they always judge: values; and the loss of
a known mistake holds there too.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..assignment import is_answer
from ..engine import Cause
from ..engine.untrusted import gpu, lenient, names, tensors
from .dependencies import defined_names, names_in
from .fair_loss import judged
from .results import QuestionResult, Verdict
from .session import Session
from .warm import Ready

NEEDS_GPU = "Needs a GPU, which not every machine has"
STOPS = "Stops with an error, and is right where the error is overlooked"
LOST_SHARE = 0.2  # of the points that it earns so


def try_leniently(
    ready: Ready, own: Session, questions: tuple[QuestionResult, ...]
) -> tuple[QuestionResult, ...]:
    """The questions, with what answers earn that a small slip stopped.

    Args:
        own: the student's own run, which is over; its time limit holds here as well.
        questions: as that run left them.
    """
    if all(question.full for question in questions) or not tensors.is_imported_by(own.text):
        return questions
    given = _names_of(ready.grader.assignment.notebook.cells)
    slips = {
        question.id: {test.name for test in question.tests if _is_slip(test, own, given)}
        for question in questions
    }
    stopped = [question for question, tests in slips.items() if tests]
    if not stopped:
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
        _better(
            question,
            judged(ready, question.id, question.max_score, verdicts[question.id]),
            slips[question.id],
        )
        if question.id in stopped
        else question
        for question in questions
    )


def _names_of(cells: Sequence[Any]) -> set[str]:
    """The names that a notebook's cells set, as far as its text says which."""
    answers = [cell for cell in cells if is_answer(cell)]
    given = [cell for cell in cells if cell.cell_type == "code" and not is_answer(cell)]
    return names_in(answers).union(*(defined_names(cell.source) for cell in given))


def _is_slip(test: Verdict, own: Session, given: set[str]) -> bool:
    """Whether it may have failed for what is overlooked.

    Args:
        given: the notebook's own names; if one of them is missing, an earlier cell stopped.
    """
    if test.passed:
        return False
    if test.cause is Cause.MISSING_NAME:
        cells = own.failures.values()
        return any(
            cell.cause is Cause.RAISED
            and _is_refused(said := f"{cell.name}: {cell.message}")
            and given.isdisjoint(names.missing_in(said))
            for cell in cells
        )
    raised = test.cause is Cause.RAISED and _is_refused(test.message)
    return raised or lenient.is_other_form(test.message)


def _is_refused(said: str) -> bool:
    return lenient.is_refusal(said) or gpu.is_missed(said) or names.is_missed(said)


def _better(question: QuestionResult, again: QuestionResult, slips: set[str]) -> QuestionResult:
    """The question with what it earns where slips are overlooked, if that is more.

    Args:
        again: what the same tests made of it there.
    """
    passed = {test.name for test in again.tests if test.passed} & slips
    overlooked = replace(
        question,
        tests=tuple(
            replace(test, outcome="passed") if test.name in passed else test
            for test in question.tests
        ),
    )
    reached = overlooked.tests_score
    if all(test.passed or test.name in slips for test in question.tests):
        reached = max(reached, again.mistake_score or 0.0)
    earned = reached - question.tests_score
    score = reached - _up_to_half_points(LOST_SHARE * earned)
    if score <= (question.own_score or 0.0):
        return question
    return replace(
        question, mistake=_name(question) if overlooked.full else "", mistake_score=score
    )


def _name(question: QuestionResult) -> str:
    failed = [test for test in question.tests if not test.passed]
    return NEEDS_GPU if all(gpu.is_missed(test.message) for test in failed) else STOPS


def _up_to_half_points(points: float) -> float:
    """So rounded that something is lost."""
    return math.ceil(round(2 * points, 6)) / 2
