"""What students read about their results, as HTML and as plain text.

Everything that comes from a submission or a test is escaped here.
"""

import html

from ..judge.results import QuestionResult, SubmissionResult, Verdict


def summary(result: SubmissionResult) -> str:
    """The whole submission at a glance: points per question, and what to look at first."""
    rows = "".join(
        f"<tr><td>{html.escape(question.id)}</td><td>{_points(question)}</td>"
        f"<td>{html.escape(' '.join([credit(question), _first_hint(question)]).strip())}</td></tr>"
        for question in result.questions
    )
    notes = "".join(f"<li>{html.escape(remark)}</li>" for remark in result.remarks)
    table = _table(("question", "points", "what to look at first"), rows)
    return f"## Feedback at a glance\n\n{table}\n\n" + (f"<ul>{notes}</ul>" if notes else "")


def as_html(question: QuestionResult) -> str:
    """A row per test: a tick or a cross, its points, what was checked, what to look at."""
    rows = "".join(
        f"<tr><td>{'✓' if test.passed else '✗'}</td><td>{_earned(test)}</td>"
        f"<td>{html.escape(test.checked)}</td><td>{html.escape(test.message)}</td></tr>"
        for test in question.tests
    )
    table = _table(("", "points", "what was checked", "what to look at"), rows)
    return table + (f"<p>{html.escape(credit(question))}</p>" if question.carried else "")


def as_text(question: QuestionResult) -> str:
    """The same for readers without HTML."""
    lines = [
        f"{'passed' if test.passed else 'FAILED'}  {test.checked}"
        + (f"  --  {test.message}" if test.message else "")
        for test in question.tests
    ]
    return "\n".join(lines + [credit(question)] * question.carried)


def _table(names: tuple[str, ...], rows: str) -> str:
    head = "".join(f"<th>{name}</th>" for name in names)
    return f'<table class="table"><tr>{head}</tr>{rows}</table>'  # as formgrader styles tables


def _points(question: QuestionResult) -> str:
    earned = "by hand" if question.score is None else f"{question.score:g}"
    return f"{earned} / {question.max_score:g}"


def _earned(test: Verdict) -> str:
    return f"{test.points if test.passed else 0:g} / {test.points:g}"


def credit(question: QuestionResult) -> str:
    """What was carried forward; of that run no more than its score is known."""
    if not question.carried:
        return ""
    return (
        f"An early mistake costs once: with right answers to {', '.join(question.builds_on)} "
        f"before it, this answer earns {question.score:g} points, which count "
        f"({question.own_score:g} without). The checks shown are those of your notebook as it is."
    )


def _first_hint(question: QuestionResult) -> str:
    return next((test.message for test in question.tests if not test.passed), "")
