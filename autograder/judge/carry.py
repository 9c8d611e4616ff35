"""Carry-forward credit: an early mistake costs once.

A question that lost points, and that builds on an earlier one which lost some, is tried again on
top of the solution's answers to all that comes before it. The better of the two scores counts.

Student code never stands beside the solution. It runs in a worker of its own, with the lab's given
cells; what earlier answers define, another worker holds, which has run the solution up to there.
Functions of it are called by way of the grader, with arguments and results by value, and nothing
else of it can be reached: no text, code, name or exception (see `engine.loan`). So the student's
code learns what earlier answers compute, and not how. An answer finds what the right answer builds
on: functions that it could only use to have its own work done elsewhere are not there. The answer
to the question itself, or to a later one, is in neither worker. Files that are handed in besides
the notebook stay apart like cells: the student's with the student's, the solution's with it.

Nothing that such a run says is shown to anybody. One number is kept, what the answer is worth, and
only where it is more than before: a `float` is all that leaves `_carried_score`.
"""

from dataclasses import replace
from typing import Any

from ..assignment import Assignment, is_answer, is_own
from .carried_session import CarriedSession
from .content import extra_files
from .dependencies import builds_on, lent_names, names_in, runs, spans
from .fair_loss import judged
from .lenient import try_leniently
from .results import QuestionResult
from .session import Session
from .warm import Ready
from .word import with_word_of_plain_code


def carry_forward(
    ready: Ready, session: Session, questions: tuple[QuestionResult, ...]
) -> tuple[QuestionResult, ...]:
    """The questions, with credit where only earlier mistakes had spoilt an answer.

    A question whose answer is still the release's blank earns nothing so.

    Args:
        ready: where its assignment has no solution, all stays as it is.
        session: of the student's own run, which is over; its time limit holds here as well.
        questions: as that run left them.
    """
    assignment = ready.grader.assignment
    wrong = [question.id for question in questions if not question.full]
    if assignment.solution is None or len(wrong) < 2:
        return questions
    needed = builds_on(session.cells, assignment.solution, session.asked)
    return tuple(
        _with_credit(ready, session, question, spoilt_by)
        if question.id in wrong and (spoilt_by := [o for o in wrong if o in needed[question.id]])
        else question
        for question in questions
    )


def _with_credit(
    ready: Ready, session: Session, question: QuestionResult, spoilt_by: list[str]
) -> QuestionResult:
    if not _is_answered(ready.grader.assignment, session.cells, question.id):
        return question
    score = _carried_score(ready, session, question)
    if score <= (question.own_score or 0.0):
        return question
    return replace(question, carried_score=score, builds_on=tuple(spoilt_by))


def _carried_score(ready: Ready, own: Session, question: QuestionResult) -> float:
    """What the answer to one question earns on top of the solution's earlier answers."""
    assignment = ready.grader.assignment
    start, check = spans(own.cells)[question.id]
    before = [cell for cell in own.cells[:start] if not is_own(cell)]
    span = own.cells[start : check + 1]
    solved = {cell.id: cell for cell in assignment.solution.cells}
    files = extra_files(assignment.files, assignment.solution_files)
    solution = Session(
        own.zygote, [solved[cell.id] for cell in before], own.seed, own.clock, files=files
    )
    lent = lent_names(solution.cells)
    released = names_in(assignment.notebook.cells)
    running = [cell for cell in [*before, *span] if runs(cell) and cell.id not in lent]
    session = CarriedSession(
        own.zygote,
        [*before, *span],
        own.seed,
        own.clock,
        solution=solution,
        lent={id: names & released for id, names in lent.items()},
        files=own.files,  # never the solution's, nor the other way round
        needed=names_in(solved[cell.id] for cell in running if not is_own(cell))
        | own.asked.get(question.id, set()),
        listens=own.listens,
    )
    try:
        verdicts = ready.tests.run(session, {question.id}).get(question.id, ())
        strictly = judged(ready, question.id, question.max_score, verdicts)
        leniently = try_leniently(ready, session, (strictly,))
        (result,) = with_word_of_plain_code(ready, session, leniently)
    finally:
        session.close()
        solution.close()
    return float(result.own_score or 0.0)


def _is_answered(assignment: Assignment, cells: list[Any], question: str) -> bool:
    """Whether any blank that leads up to the question was touched."""
    blank = {cell.id: _code(cell.source) for cell in assignment.notebook.cells}
    start, check = spans(cells)[question]
    answers = [cell for cell in cells[start:check] if is_answer(cell) and cell.cell_type == "code"]
    return any(_code(cell.source) != blank[cell.id] for cell in answers)


def _code(source: str) -> list[str]:
    """Its lines without comments of their own, blanks at the ends and empty ones."""
    lines = (line.rstrip() for line in source.splitlines())
    return [line for line in lines if line and not line.lstrip().startswith("#")]
