"""The report as one page: no script, nothing from elsewhere, readable in both themes."""

import base64
import functools
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..printable import printable, printable_name
from .charts import WORDS, difficulty_and_discrimination, histogram, outcome_map, pass_bars
from .items import LEAST_STUDENTS, Estimate
from .summary import ClassReport

NAMES = 8  # students that are named in a row; the JSON file has all
GROUPS = 25  # of equal failures
MESSAGE_LIMIT = 300  # characters


def render_report(report: ClassReport) -> str:
    """The page of a class as HTML."""
    style = _style()
    return (
        _environment()
        .get_template("page.html")
        .render(
            report=report,
            style=Markup(style),
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
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


def _students(number: int) -> str:
    return "1 student" if number == 1 else f"{number} students"


@functools.cache
def _environment() -> Any:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": _number,
        "percent": _percent,
        "coefficient": _coefficient,
        "names": _names,
        "students": _students,
        "line": lambda text: printable(text, MESSAGE_LIMIT),
    }
    return environment


@functools.cache
def _style() -> str:
    return " ".join(Path(__file__).with_suffix(".css").read_text("utf-8").split())
