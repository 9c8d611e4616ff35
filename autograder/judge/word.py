"""The worker's word counts only where no code could have changed it.

A lab lists the tests that take the worker's word (`autograder.on_word`). Where all of a notebook's
cells are plain, it counts. Else these tests run once more, without the cells that reach out; what
fails there is lost, even if it passed before. Values are judged as ever, in the student's own run.
"""

import functools
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ..assignment import is_answer, is_own
from .dependencies import runs
from .plain_code import MOST, reaches_out, surroundings
from .results import QuestionResult, Verdict
from .session import Session
from .warm import Ready


def with_word_of_plain_code(
    ready: Ready, session: Session, questions: tuple[QuestionResult, ...]
) -> tuple[QuestionResult, ...]:
    """The questions, where the worker's word gives nothing that plain code doesn't earn.

    Who loses a test so has no fair loss either: what it rests on may be said by the same cells.

    Args:
        session: of the run that the tests judged; its time limit holds here as well.
    """
    assignment = ready.grader.assignment
    doubted = [question for question in questions if _on_word(question, assignment.on_word)]
    if not doubted:
        return questions
    strange = reaching_out(session.cells, assignment.imports)
    if not strange:
        return questions
    verdicts, _ = run_without(ready, session, strange, [question.id for question in doubted])
    told = {
        question: {verdict.name: verdict for verdict in of} for question, of in verdicts.items()
    }
    return tuple(
        _lowered(question, told[question.id], assignment.on_word, _why(strange))
        if question.id in told
        else question
        for question in questions
    )


def run_without(
    ready: Ready, session: Session, cells: Iterable[str], questions: list[str]
) -> tuple[dict[str, list[Verdict]], dict[str, set[str]]]:
    """What tests of some questions say without some cells, and which slips were overlooked."""
    session.close()
    plain = session.leaving_out(cells)
    try:
        return ready.tests.run(plain, questions), plain.slips
    finally:
        plain.close()


def reaching_out(cells: Iterable[Any], imports: Iterable[str]) -> dict[str, str]:
    """Of the student's cells those that are not plain: cell id -> what stands there."""
    running = [cell for cell in cells if runs(cell)]
    students = {cell.id: cell.source for cell in running if is_answer(cell) or is_own(cell)}
    given = tuple(cell.source for cell in running if cell.id not in students)
    found = _found(given, tuple(students.values()), tuple(imports))
    return {id: what for id, what in zip(students, found, strict=True) if what}


@functools.lru_cache(maxsize=4)  # a submission may be read several times
def _found(given: tuple[str, ...], own: tuple[str, ...], imports: tuple[str, ...]) -> list[str]:
    if sum(map(len, own)) > MOST:
        return ["too much code"] * len(own)
    around = surroundings(given, own, imports)
    return [reaches_out(source, around) for source in own]


def _on_word(question: QuestionResult, on_word: frozenset[str]) -> bool:
    """Whether it earned anything on the worker's word."""
    return any(test.passed and _takes_word(test, on_word) for test in question.tests)


def _takes_word(test: Verdict, on_word: frozenset[str]) -> bool:
    return test.name.partition("[")[0] in on_word


def _lowered(
    question: QuestionResult, plain: dict[str, Verdict], on_word: frozenset[str], why: str
) -> QuestionResult:
    tests = tuple(
        _failed_as(plain[test.name], why)
        if test.passed and _takes_word(test, on_word) and not plain[test.name].passed
        else test
        for test in question.tests
    )
    if tests == question.tests:
        return question
    return replace(question, tests=tests, mistake="", mistake_score=None, read_on=False)


def _failed_as(plain: Verdict, why: str) -> Verdict:
    return replace(plain, message=f"{plain.message}. {why}")


def _why(strange: dict[str, str]) -> str:
    cell, what = next(iter(strange.items()))
    more = f" and {len(strange) - 1} more" if len(strange) > 1 else ""
    return f"This was tried without cell {cell}{more}: {what} in it can change what a check sees"
