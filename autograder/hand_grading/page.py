"""A sheet as one page: each answer beside the rubric, and a form that fills in the CSV.

The form is kept in the browser, and a button writes it as a file; nothing is sent. The page's own
policy allows our style and our script by their hashes, pictures that lie in the page, nothing else.
Printed, it is a form for a pen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from ..course import wording
from ..page_template import policy_of, style_of, templates_in
from ..rubric import Rubric
from .table import columns_of

HERE = Path(__file__).parent


@dataclass(frozen=True)
class ShownAnswer:
    """An answer as the page has it."""

    code: str
    html: str  # sanitised
    stand: str
    is_graded: bool


@dataclass(frozen=True)
class SheetPage:
    """All that the page shows."""

    lab: str
    question: str
    title: str  # of the lab
    question_title: str
    task: str  # sanitised HTML; may be empty, as the next
    solution: str
    max_score: float
    is_extra: bool
    rubric: Rubric
    answers: Sequence[ShownAnswer]
    num_untouched: int
    only_waiting: bool
    comments: Sequence[str]  # used before
    key: str  # under which the browser keeps the form


def render_sheet(page: SheetPage) -> str:
    """The page as HTML."""
    style = style_of(HERE / "page.css")
    script = (HERE / "page.js").read_text("utf-8")
    return str(
        templates_in(HERE)
        .get_template("page.html")
        .render(
            page=page,
            title=wording.line(page.title),
            question_title=wording.title(page.question_title),
            task=Markup(page.task),
            solution=Markup(page.solution),
            answers=[(answer, Markup(answer.html)) for answer in page.answers],
            items=[(item, wording.prose(item.text), _signed(item.points))
                   for item in page.rubric.items],
            columns="\n".join(columns_of(page.rubric)),
            most=wording.number(page.max_score),
            style=Markup(style),
            policy=Markup(policy_of(style, script, shows_pictures=True)),
            script=Markup(script),
        )
    )  # fmt: skip


def _signed(points: float) -> str:
    return f"{points:+g}".replace("-", "−")
