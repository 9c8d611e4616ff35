"""How outcomes of public checks look: small tables, which read on light and on dark pages."""

import html
import re
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["passed", "failed", "open", "stale"]


@dataclass(frozen=True)
class Outcome:
    """One public test: what it looked at, how it went, and a message unless it passed.

    `details` are lines below the message: the call, what was expected of it and what came.
    """

    checked: str
    verdict: Verdict
    message: str = ""
    details: tuple[str, ...] = ()


_BADGES: dict[Verdict, tuple[str, str]] = {
    "passed": ("✓ passed", "#0b6b4b"),
    "failed": ("✗ failed", "#a8410f"),
    "open": ("○ open", "#5f5f5f"),
    "stale": ("↻ run again", "#6a4c00"),
}


def as_table(question_id: str, outcomes: list[Outcome]) -> str:
    """An HTML table, a row per check."""
    rows = [
        (_badge(outcome.verdict), _with_code(outcome.checked), _told(outcome))
        for outcome in outcomes
    ]
    return _table(html.escape(question_id), rows)


def as_summary(results: dict[str, list[Outcome]]) -> str:
    """An HTML table, a row per question, and in its caption how many questions pass."""
    rows, num_passed = [], 0
    for question_id, outcomes in results.items():
        missed = [outcome for outcome in outcomes if outcome.verdict != "passed"]
        num_passed += not missed
        count = f"{len(outcomes) - len(missed)} of {len(outcomes)} checks"
        rows.append((_badge(worst(outcomes)), f"{html.escape(question_id)}", count))
    caption = f"{num_passed} of {len(results)} questions pass their public checks"
    return _table(caption, rows)


def worst(outcomes: list[Outcome]) -> Verdict:
    """The verdict that a question has: what needs a hand first."""
    order: tuple[Verdict, ...] = ("stale", "failed", "open", "passed")
    verdicts = {outcome.verdict for outcome in outcomes}
    return next((one for one in order if one in verdicts), "passed")


def _told(outcome: Outcome) -> str:
    lines = [_with_code(outcome.message)]
    lines += [f"<code>{html.escape(line)}</code>" for line in outcome.details]
    return "<br>".join(lines)


def _with_code(text: str) -> str:
    """Text with what stands between backticks as code."""
    return re.sub(r"`([^`\n]+)`", r"<code>\1</code>", html.escape(text))


def _badge(verdict: Verdict) -> str:
    # Sign and word besides colour; a ground of its own, so that it reads on a dark page too.
    label, ground = _BADGES[verdict]
    style = f"background-color:{ground};color:#ffffff;padding:1px 6px;white-space:nowrap"
    return f"<span style='{style}'><b>{label}</b></span>"


def _table(caption: str, rows: list[tuple[str, str, str]]) -> str:
    cells = (
        "".join(f"<td style='text-align:left'>{column}</td>" for column in row) for row in rows
    )
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    return f"<table><caption>{caption}</caption>{body}</table>"
