"""Which points were lost, why, and what to do about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..judge.results import predicate
from .open_blanks import Blank
from .reasons import Key, Reason, shares, stopped
from .standing import Standing


@dataclass(frozen=True)
class Loss:
    """Points that `losing`, a question, lost for a reason; `question` is where that lies."""

    key: Key
    points: float
    losing: str
    question: str
    text: str


def losses(questions: Sequence[Standing]) -> Iterable[Loss]:
    """Where points were lost, in the notebook's order."""
    known = {question.result.id: question for question in questions}
    for question in questions:
        name, lost = question.result.id, question.lost
        if question.written or question.by_person:
            yield Loss(("written", name), lost, name, name, _to_do_by_hand(question))
        elif question.is_open and question.blanks:
            yield Loss(("open", name), lost, name, name, _to_fill(question.blanks))
        else:
            for reason in question.reasons:
                points = shares(question.reasons, lost)[reason.key]
                blamed = known.get(reason.blamed, question)
                is_blank = reason.is_open and reason.blamed and blamed.blanks
                text = _to_fill(blamed.blanks) if is_blank else _wrong(reason, question)
                yield Loss(reason.key, points, name, blamed.result.id, text)


def _to_do_by_hand(question: Standing) -> str:
    if question.is_open:
        return "Write your answer."
    return "Read the comment." if question.comments else "A person gave these points."


def _to_fill(blanks: Sequence[Blank]) -> str:
    first = blanks[0].text
    if len(blanks) == 1:
        return f"Fill the blank: {first}"
    return f"Fill the {len(blanks)} blanks. The first: {first}"


def _wrong(reason: Reason, question: Standing) -> str:
    if reason.is_known_mistake:
        return f"Your answer {predicate(question.result.mistake)}."
    if reason.failure is not None:
        return stopped(reason.failure)
    return reason.message or "Not as asked."
