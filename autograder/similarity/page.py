"""The likenesses of a class as one page: no script, nothing from elsewhere, in both themes."""

import functools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markupsafe import Markup

from ..counted import counted
from ..page_template import policy_of, style_of, templates_in
from ..printable import printable, printable_name
from .fingerprints import LEAST, LENGTH
from .highlight import Piece, Read, pieces
from .likeness import Comparison, Likeness, Side
from .normal_form import Kind, spelling

HERE = Path(__file__).parent
NAMES = 12  # students that are named in a row; the JSON file has all
SHOWN = 15  # likenesses of a question
TOGETHER = 25  # pairs and groups in the first table
NAMED_LIMIT = 30  # students of a group that is looked at there


@dataclass(frozen=True)
class ClassLikeness:
    """What a class has in common, and what was compared."""

    lab: str
    title: str
    threshold: float
    questions: Sequence[str]  # in the order of the lab
    students: Sequence[str]
    comparison: Comparison
    notes: Sequence[str] = ()  # on what was not compared, or not all of it

    def of(self, question: str) -> list[Likeness]:
        """Those of a question, the most unusual first."""
        return [one for one in self.comparison.likenesses if one.question == question]

    def as_json(self) -> dict[str, Any]:
        """All of it as plain data, without texts."""
        counts = self.comparison.counts
        return {
            "lab": self.lab,
            "threshold": self.threshold,
            "students": list(self.students),
            "questions": [
                {
                    "question": question,
                    "compared": counts[question].compared if question in counts else 0,
                    "too_short": counts[question].short if question in counts else 0,
                    "likenesses": [one.as_json() for one in self.of(question)],
                }
                for question in self.questions
            ],
            "notes": list(self.notes),
        }


@dataclass
class Together:
    """Students who are alike in several questions."""

    students: tuple[str, ...]
    questions: list[str] = field(default_factory=list)
    surprise: float = 0.0


def render_likenesses(found: ClassLikeness, read: Read = spelling) -> str:
    """The page as HTML.

    Args:
        read: reads a student's text; it may be asked for the same one several times.
    """

    def marked(side: Side, one: Likeness) -> list[Piece]:
        return pieces(side.text, one.kind, one.shared, read)

    style = style_of(HERE / "page.css")
    return str(
        _environment()
        .get_template("page.html")
        .render(
            found=found,
            counts=found.comparison.counts,
            marked=marked,
            together=_together(found.comparison.likenesses),
            most=TOGETHER,
            shown=SHOWN,
            least=LEAST + LENGTH[Kind.CODE],
            common=found.comparison.common_limit,
            style=Markup(style),
            policy=Markup(policy_of(style)),
        )
    )


def _together(likenesses: Sequence[Likeness]) -> list[Together]:
    """Students who are alike in several questions, also where others are with them in one."""
    by_student: dict[str, list[Likeness]] = defaultdict(list)
    for one in likenesses:
        for student in one.students[:NAMED_LIMIT]:
            by_student[student].append(one)
    found = []
    for students in {one.students for one in likenesses if len(one.students) <= NAMED_LIMIT}:
        row = Together(students)
        for one in by_student[students[0]]:
            if set(students) <= set(one.students):
                row.surprise += one.surprise
                row.questions += [one.question] * (one.question not in row.questions)
        found += [row] * (len(row.questions) > 1)
    return sorted(found, key=lambda row: (-round(row.surprise, 3), row.students))


def _names(students: Sequence[str]) -> Markup:
    shown = [Markup("<bdi>{}</bdi>").format(printable_name(one)) for one in students[:NAMES]]
    more = len(students) - NAMES
    return Markup(", ").join(shown) + (f" and {more} more" if more > 0 else "")


def _percent(share: float) -> str:
    return f"{int(100 * share + 1e-9)} %"  # never 100 for less than all


@functools.cache
def _environment() -> Any:
    environment = templates_in(HERE)
    environment.filters |= {
        "names": _names,
        "percent": _percent,
        "counted": counted,
        "line": printable,
    }
    return environment
