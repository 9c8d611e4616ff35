"""The report as one page: no script, nothing from elsewhere, readable in both themes."""

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from ..counted import counted
from ..page_template import policy_of, style_of, templates_in
from ..printable import printable, printable_name
from .charts import WORDS, difficulty_and_discrimination, histogram, outcome_map, pass_bars
from .items import LEAST_STUDENTS, Estimate
from .summary import ClassReport

HERE = Path(__file__).parent
NAMES = 8  # students that are named in a row; the JSON file has all
GROUPS = 25  # of equal failures
MESSAGE_LIMIT = 300  # characters


def render_report(report: ClassReport) -> str:
    """The page of a class as HTML."""
    style = style_of(HERE / "page.css")
    return (
        _environment()
        .get_template("page.html")
        .render(
            report=report,
            style=Markup(style),
            policy=Markup(policy_of(style)),
            bars=pass_bars(report.questions),
            histogram=histogram(report.scores, report.max_score),
            scatter=None if report.is_small else difficulty_and_discrimination(report.tests),
            map=outcome_map(report.outcomes),
            words=WORDS,
            least=LEAST_STUDENTS,
            groups=GROUPS,
        )
    )


def _number(value: float) -> str:
    return f"{round(value, 2):g}"


def _percent(estimate: Estimate | None) -> str:
    if estimate is None:
        return "–"
    return f"{100 * estimate.value:.0f} % ({100 * estimate.low:.0f} to {100 * estimate.high:.0f})"


def _coefficient(estimate: Estimate | None) -> str:
    if estimate is None:
        return "–"
    return f"{estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f})"


def _names(students: Sequence[str]) -> str:
    shown = ", ".join(map(printable_name, students[:NAMES]))
    more = len(students) - NAMES
    return f"{shown} and {more} more" if more > 0 else shown


@functools.cache
def _environment() -> Any:
    environment = templates_in(HERE)
    environment.filters |= {
        "number": _number,
        "percent": _percent,
        "coefficient": _coefficient,
        "names": _names,
        "counted": counted,
        "line": lambda text: printable(text, MESSAGE_LIMIT),
    }
    return environment
