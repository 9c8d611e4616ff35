"""What a student sees first in the feedback: points, ticks and hints on one screen of a phone.

Signs come with words, so that colour is never all there is; everything from a submission, a test
or a grader's comment is escaped.
"""

import html
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..judge.results import QuestionResult, SubmissionResult, Verdict
from .feedback import credit

STYLE = Path(__file__).with_suffix(".css")
MOBILE = '<meta name="viewport" content="width=device-width, initial-scale=1">'


@dataclass(frozen=True)
class ByHand:
    """What a person gave: points (None as long as there are none) and words."""

    score: float | None = None
    comment: str = ""


def glance(result: SubmissionResult, by_hand: Mapping[str, ByHand]) -> str:
    """The page's first part as HTML, without an empty line in it: Markdown would end it there."""
    exercises: dict[str, list[QuestionResult]] = {}
    for question in result.questions:
        exercises.setdefault(question.id.split("-")[0], []).append(question)
    of_exercises = "".join(_exercise(name, some, by_hand) for name, some in exercises.items())
    style = " ".join(STYLE.read_text("utf-8").split())
    return (
        f'<div class="glance">{MOBILE}<style>{style}</style>{_total(result, by_hand)}'
        f"{_remarks(result)}{of_exercises}</div>"
    )


def _total(result: SubmissionResult, by_hand: Mapping[str, ByHand]) -> str:
    scores = [_score(question, by_hand) for question in result.questions]
    earned = sum(score or 0.0 for score in scores)
    waiting = sum(
        question.max_score
        for question, score in zip(result.questions, scores, strict=True)
        if score is None
    )
    later = f", {waiting:g} more to be graded by a person" if waiting else ""
    decided = result.max_score - waiting
    return f"<h1>{earned:g} of {decided:g} points{later}</h1>{_bar(earned, decided)}"


def _remarks(result: SubmissionResult) -> str:
    notes = "".join(f'<div class="note">{_text(note)}</div>' for note in result.remarks)
    return f"<h2>About your file</h2>{notes}" if notes else ""


def _exercise(name: str, questions: list[QuestionResult], by_hand: Mapping[str, ByHand]) -> str:
    earned = sum(_score(question, by_hand) or 0.0 for question in questions)
    most = sum(question.max_score for question in questions)
    rows = "".join(_question(question, by_hand) for question in questions)
    heading = f"<h2>{html.escape(name)}: {earned:g} of {most:g} points</h2>"
    return f"{heading}{_bar(earned, most)}{rows}"


def _question(question: QuestionResult, by_hand: Mapping[str, ByHand]) -> str:
    score = _score(question, by_hand)
    kind, sign = _sign(score, question.max_score)
    points = "by hand" if score is None else f"{score:g}"
    carried = "carried, " if question.carried else ""
    said = by_hand.get(question.id, ByHand())
    parts = f"<ul>{_tests(question.tests)}</ul>" if question.tests else ""
    if question.carried:
        parts += f'<div class="note">{_text(credit(question))}</div>'
    if said.score is not None and question.tests:
        parts += '<div class="note">These points were set by a person.</div>'
    if said.comment:
        parts += f'<div class="note">Comment: {_text(said.comment)}</div>'
    is_open = " open" if score is not None and score < question.max_score else ""
    name = html.escape(question.id)
    return (
        f"<details{is_open or (' open' if said.comment else '')}><summary>"
        f'<span class="sign {kind}">{sign}</span><a href="#{name}">{name}</a>'
        f'<span class="points">{carried}{points} / {question.max_score:g}</span></summary>'
        f"{parts}</details>"
    )


def _tests(tests: tuple[Verdict, ...]) -> str:
    """A line per test; one cause behind several failures is told once."""
    told = {""}
    rows = []
    for test in tests:
        rows.append(_test(test, "as above" if test.message in told else test.message))
        told.add(test.message)
    return "".join(rows)


def _test(test: Verdict, message: str) -> str:
    kind, sign = ("full", "✓ passed") if test.passed else ("none", "✗ failed")
    hint = f'<span class="hint">{_text(message)}</span>' if test.message else ""
    return f'<li><span class="sign {kind}">{sign}</span> {_text(test.checked)}{hint}</li>'


def _sign(score: float | None, most: float) -> tuple[str, str]:
    if score is None:
        return "open", "… open"
    if score >= most:
        return "full", "✓ full"
    return ("part", "◐ part") if score > 0 else ("none", "✗ none")


def _score(question: QuestionResult, by_hand: Mapping[str, ByHand]) -> float | None:
    given = by_hand.get(question.id, ByHand()).score
    return question.score if given is None else given


def _bar(earned: float, most: float) -> str:
    share = 100 * earned / most if most else 0.0
    label = f"{share:.0f} percent"
    return (
        f'<div class="bar" role="img" aria-label="{label}">'
        f'<span style="width:{max(0.0, min(share, 100.0)):.1f}%"></span></div>'
    )


def _text(text: str) -> str:
    """Escaped, and on one line, since an empty line would end the HTML."""
    return html.escape(" ".join(text.split()))
