"""An answer that a small slip stops with an error, judged once more where slips are overlooked.

A number where a tensor is asked for, a batch size typed as a number, the name of another cell's
model, "cuda" where the grader has no GPU: a test sees an exception, and nothing of the answer's
rest. Who marks an exam by hand reads on.
So the notebook runs again in a worker that overlooks slips (`engine.untrusted.lenient`), and the
tests that a slip may have stopped count where they pass there. The answer loses a fifth of what it
so earns, because it does not run, and more if several slips stop it; how many, the worker says. No
known mistake that stops an answer costs less than a fair teacher takes off for it. Tests judge
there what they always judge: values; and the loss of a known mistake behind a slip holds there too.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..assignment import is_answer
from ..engine import Cause
from ..engine.untrusted import gpu, lenient, names, tensors
from .dependencies import defined_names, names_in, spans
from .fair_loss import judged, known_loss
from .results import QuestionResult, Verdict
from .session import Session
from .warm import Ready
from .word import reaching_out, run_without, with_word_of_plain_code

NEEDS_GPU = "Needs a GPU, which not every machine has"
STOPS = "Stops with an error, and is right where the error is overlooked"
LOST_SHARE = 0.2  # of the points that it earns so
FURTHER_SHARE = 0.1  # for each further kind of slip
MOST_SHARE = 0.6
MANY = 100  # slips


def try_leniently(
    ready: Ready, own: Session, questions: tuple[QuestionResult, ...]
) -> tuple[QuestionResult, ...]:
    """The questions, with what answers earn that a small slip stopped.

    Args:
        own: the run that the tests have just judged; its time limit holds here as well.
        questions: as that run left them.

    Raises:
        NotLearnt: if it failed tests in another way, and what mistakes answer is not known.
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
    losses = {question: known_loss(ready, question) for question in stopped}
    own.close()
    session = own.leniently()
    max_scores = {question.id: question.max_score for question in questions}
    try:
        verdicts = ready.tests.run(session, stopped)
        read_on = tuple(judged(ready, id, max_scores[id], verdicts[id]) for id in stopped)
        read_on = with_word_of_plain_code(ready, session, read_on)
        num_slips = _num_slips(ready, session, stopped)
    finally:
        session.close()
    again = {question.id: question for question in read_on}
    return tuple(
        _better(
            question,
            again[question.id],
            slips[question.id],
            num_slips[question.id],
            question.max_score - losses[question.id],
        )
        if question.id in stopped
        else question
        for question in questions
    )


def _num_slips(ready: Ready, session: Session, questions: list[str]) -> dict[str, int]:
    """How many kinds of slips were overlooked in each question. The worker says so: cells that
    could make it say something else are left out, and an answer among them counts as full of
    slips."""
    slips = session.slips
    strange = reaching_out(session.cells, ready.grader.assignment.imports)
    if strange:
        _, slips = run_without(ready, session, strange, questions)
    places = spans(session.cells)
    return {
        question: MANY
        if any(cell.id in strange for cell in session.cells[slice(*places[question])])
        else len(slips.get(question, ()))
        for question in questions
    }


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


def _better(
    question: QuestionResult, again: QuestionResult, stopped: set[str], num_slips: int, most: float
) -> QuestionResult:
    """The question with what it earns where slips are overlooked, if that is more.

    Args:
        again: what the same tests made of it there.
        stopped: the tests that a slip may have stopped.
        num_slips: how many kinds were overlooked.
        most: what is left for a known mistake that stops it so.
    """
    passed = {test.name for test in again.tests if test.passed}
    tests = tuple(
        replace(test, outcome="passed") if test.name in passed & stopped else test
        for test in question.tests
    )
    overlooked = replace(question, tests=tests)
    changed = sum(test.points for test in tests if not test.passed and test.name in passed)
    reached = max(overlooked.tests_score, (again.mistake_score or 0.0) - changed)
    earned = reached - question.tests_score
    share = min(LOST_SHARE + FURTHER_SHARE * (max(num_slips, 1) - 1), MOST_SHARE)
    score = min(reached - _up_to_half_points(share * earned), most)
    if score <= (question.own_score or 0.0):
        return question
    mistake = _name(question) if overlooked.full else ""
    return replace(question, mistake=mistake, mistake_score=score, read_on=True)


def _name(question: QuestionResult) -> str:
    failed = [test for test in question.tests if not test.passed]
    return NEEDS_GPU if all(gpu.is_missed(test.message) for test in failed) else STOPS


def _up_to_half_points(points: float) -> float:
    """So rounded that something is lost."""
    return math.ceil(round(2 * points, 6)) / 2
