"""A question as the page shows it: a line, and what opens below it."""

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from ..judge.results import HandedFile, Verdict
from . import wording
from .notebook import as_it_is, carried_credit, credit, fair_loss
from .outline import Outline
from .reasons import Reason, stopped
from .standing import Standing
from .student_code import student_code

TEXT_LIMIT = 6_000  # characters of a written answer or a comment
REASONS_LIMIT = 12  # of a question


def question_view(
    question: Standing, outline: Outline, files: Sequence[HandedFile]
) -> dict[str, Any]:
    result, score, titles = question.result, question.score, outline.questions
    kind, sign = _sign(question)
    passed = [test for test in result.tests if test.passed]
    waiting = [test for test in result.tests if question.is_open and not test.passed]
    reasons = [] if question.is_open else question.reasons
    earned = "by a person: –" if score is None else wording.number(score)
    most = f"{wording.number(result.max_score)}{' extra' if result.extra else ''}"
    return {
        "number": question.number,
        "title": wording.title(question.title),
        "name": wording.line(result.id),
        "kind": kind,
        "sign": sign,
        "points": f"{earned} / {most}",
        "lead": wording.prose(lead(question, titles)),
        "unfold": _unfolds(question),
        "notes": [wording.prose(note, TEXT_LIMIT) for note in notes_on(question)],
        "reasons": [_reason(reason, question, titles) for reason in reasons[:REASONS_LIMIT]],
        "more_reasons": len(reasons[REASONS_LIMIT:]),
        "waiting": len(waiting),
        "waiting_checks": _titles(waiting),
        "passed": len(passed),
        "passed_checks": _titles(passed),
        "fold_passed": bool(reasons),
        "answers": [
            wording.cut(cell["source"], TEXT_LIMIT) for cell in question.work * question.written
        ],
        "code": [] if question.written else student_code(question, outline.sources, files),
    }


def _sign(question: Standing) -> tuple[str, str]:
    score, most = question.score, question.result.max_score
    if question.waits:
        return "open", "… waits"
    if question.is_open and not score:
        return "open", "○ open"
    if (score or 0.0) >= most:
        return "full", "✓ full"
    return ("part", "◐ part") if score else ("none", "✗ none")


def _unfolds(question: Standing) -> bool:
    if question.comments or question.by_person or question.grade.extra_credit:
        return True
    return bool(question.lost and question.reasons) and not question.is_open


def lead(question: Standing, titles: Mapping[str, str]) -> str:
    """The one sentence that is seen before anything is opened, if there is one to say."""
    if question.written:
        if question.is_open:
            return "Still open: nothing was written here."
        return ""
    if question.result.carried and not question.by_person:
        return carried_credit(question.result, titles)
    if not question.is_open:
        return ""
    if question.blanks:
        first, more = question.blanks[0].text, len(question.blanks) - 1
        return f"Still open: {first}" + (
            f" (and {wording.many(more, 'more blank')})" if more else ""
        )
    reason = question.reasons[0]
    if reason.blamed in titles and reason.blamed != question.result.id:
        return f"Waits for {titles[reason.blamed]}: a blank there is still open."
    return wording.capital(reason.message)


def notes_on(question: Standing) -> list[str]:
    """What there is to know besides the tests: credit, hands, words."""
    result, grade = question.result, question.grade
    notes = []
    if result.carried and not question.by_person:
        notes.append(as_it_is(result))
    elif not (question.by_person or question.is_open or result.is_one_mistake):  # told by checks
        notes += [why] if (why := credit(result)) else []
    if result.extra:
        notes.append("Extra credit: these points come on top of the maximum.")
    if question.by_person and grade.needs_manual_grade:
        notes.append("The points are those of an earlier answer; a person will look at this one.")
    elif question.by_person:
        notes.append("These points were given by a person.")
    if grade.extra_credit:
        notes.append(f"{wording.number(grade.extra_credit)} points of extra credit are in them.")
    return notes + [f"Comment: {comment}" for comment in question.comments]


def _reason(reason: Reason, question: Standing, titles: Mapping[str, str]) -> dict[str, Any]:
    """One reason: how many checks and points it covers, what to look at, where it lies."""
    return {
        "kind": "open" if reason.is_open else "none",
        "sign": "○ open" if reason.is_open else "✗ failed",
        "worth": wording.points(reason.points),
        "message": wording.prose(message_of(reason, question, titles)),
        "first": wording.title(reason.tests[0].checked),
        "count": len(reason.tests),
        "checks": _with_messages(reason),
    }


def message_of(reason: Reason, question: Standing, titles: Mapping[str, str]) -> str:
    """What a reason says to the student."""
    elsewhere = reason.blamed if reason.blamed != question.result.id else ""
    message = reason.message
    if reason.is_known_mistake:
        message = fair_loss(question.result)
    elif reason.is_open and reason.blamed == question.result.id and question.blanks:
        message = f"Still open: {question.blanks[0].text}"
    elif reason.is_open and elsewhere in titles:
        message = f"Waits for {titles[elsewhere]}: a blank there is still open."
    elif reason.failure is not None:
        message = stopped(reason.failure, titles.get(elsewhere, ""))
    return wording.capital(message)


def _with_messages(reason: Reason) -> Markup:
    """What its tests look at, with what they say if it is not what is said above."""
    hints, before = [], "" if reason.is_known_mistake else reason.message
    for test in reason.tests:
        is_new = test.message and test.message != before
        hints.append(f'<div class="hint">{wording.prose(test.message)}</div>' if is_new else "")
        before = test.message
    return _items([test.checked for test in reason.tests], hints)


def _titles(tests: Iterable[Verdict]) -> Markup:
    return _plain_items(tuple(test.checked for test in tests))


@functools.lru_cache(2_000)
def _plain_items(checked: tuple[str, ...]) -> Markup:
    """The same for most students."""
    return _items(checked, [""] * len(checked))


def _items(checked: Iterable[str], hints: Iterable[str]) -> Markup:
    items = zip(map(wording.title, checked), hints, strict=True)
    return Markup("\n".join(f"<li>{item}{hint}</li>" for item, hint in items))
