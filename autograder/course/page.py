"""The page that a student reads: points, ticks, hints and code, on its own and without a script.

It is made from the result, the release and what people gave by hand, of nothing else. The template
escapes whatever it is given; nothing of a student's, a test's or a grader's gets past it as HTML,
and ids are counted, never named. The sanitiser has the last word, and the page's own policy lets a
browser do nothing but draw it. Signs come with words, so that colour is never all there is.
"""

import base64
import functools
import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ..assignment import nbgrader_tag
from ..judge.results import HandedFile, QuestionResult, SubmissionResult, Verdict
from ..printable import printable_text
from .notebook import credit, said_of, untouched_answers, with_cells, work_by_question
from .recorded import RecordedGrade, RecordedSubmission
from .sanitise import clean_page

# What is longer is cut, and says so; a page stays small whatever somebody hands in.
MESSAGE_LIMIT = 1_000  # characters
TEXT_LIMIT = 6_000  # characters of a written answer or a comment
CODE_LIMIT = 4_000  # characters of the code for a question
CODE_LINES = 100
FILE_LINES = 200  # of a file that was handed in besides the notebook
CELLS_LIMIT = 6  # cells of code for a question
REMARKS_LIMIT = 30

CUT = "… (cut here)"
CODE_SPAN = re.compile(r"`([^`\n]+)`")


def render_page(
    result: SubmissionResult,
    release: Any,
    exercises: Mapping[str, str],
    recorded: RecordedSubmission,
    title: str,
) -> str:
    """One student's feedback to one lab as a page of HTML.

    Args:
        result: what grading found.
        release: the released notebook.
        exercises: titles, by what stands before the "-" in the questions' ids.
        recorded: the student's row in the gradebook.
        title: of the lab.
    """
    notebook = with_cells(release, result.cells)
    untouched = untouched_answers(release, notebook)
    work = {
        question: [cell for cell in cells if nbgrader_tag(cell).get("grade_id") not in untouched]
        for question, cells in work_by_question(notebook).items()
    }
    comments = _comments_by_question(release, recorded)
    parts: dict[str, list[dict[str, Any]]] = {}
    for question in result.questions:
        grade = recorded.grades.get(question.id, RecordedGrade(question.score))
        said = comments.get(question.id, [])
        notes = _notes(question, grade, said, question.id in untouched)
        view = _question(question, grade, notes, work.get(question.id, []))
        parts.setdefault(question.id.partition("-")[0], []).append(view)
    everything = [question for some in parts.values() for question in some]
    penalty = recorded.penalty or 0.0
    body = _template("body.html").render(
        title=_line(title),
        total=_sum(everything, penalty),
        penalty=_number(penalty) if penalty else "",
        late=_line(recorded.late),
        remarks=[_prose(remark) for remark in result.first_remarks(REMARKS_LIMIT)],
        exercises=[
            {"title": _line(exercises.get(name, name)), "questions": some, **_sum(some)}
            for name, some in parts.items()
        ],
        files=[
            {"name": _line(file.name), "said": _prose(said_of(file)), "text": _file_text(file)}
            for file in result.files
        ],
    )
    style = _style()
    return str(
        _template("page.html").render(
            style=Markup(style), style_hash=_hash(style), body=Markup(clean_page(body))
        )
    )


def _question(
    question: QuestionResult,
    grade: RecordedGrade,
    notes: list[str],
    cells: list[Any],
) -> dict[str, Any]:
    score = grade.score
    kind, sign = _sign(score, question.max_score)
    earned = "by hand" if score is None else _number(score)
    carried = "carried, " if question.carried and grade.manual_score is None else ""
    extra = " extra" if question.extra else ""
    failed = any(not test.passed for test in question.tests)
    lost = score is not None and score < question.max_score
    return {
        "score": score,
        "most": 0.0 if question.extra else question.max_score,
        "extra": (score or 0.0) if question.extra else grade.extra_credit or 0.0,
        "name": _line(question.id),
        "kind": kind,
        "sign": sign,
        "points": f"{carried}{earned} / {_number(question.max_score)}{extra}",
        "unfold": (lost and not question.extra) or failed or bool(notes),
        "notes": [_prose(note, TEXT_LIMIT) for note in notes],
        "tests": _tests(question.tests),
        "answers": [] if question.tests else [_cut(cell["source"], TEXT_LIMIT) for cell in cells],
        "code": _code(cells) if failed else [],
    }


def _notes(
    question: QuestionResult, grade: RecordedGrade, said: list[str], untouched: bool
) -> list[str]:
    """What there is to know besides the tests: credit, hands, words."""
    notes = [why] if grade.manual_score is None and (why := credit(question)) else []
    if not question.tests and untouched:
        notes.append("No response: the answer stands as it was released.")
    if question.extra:
        notes.append("Extra credit: these points come on top of the maximum.")
    if grade.manual_score is not None and grade.needs_manual_grade:
        notes.append("The points are those of an earlier answer; a person will look at this one.")
    elif grade.manual_score is not None:
        notes.append("These points were given by a person.")
    if grade.extra_credit:
        notes.append(f"{_number(grade.extra_credit)} points of extra credit are in them.")
    return notes + [f"Comment: {comment}" for comment in said]


def _tests(tests: tuple[Verdict, ...]) -> list[dict[str, Any]]:
    """A row per test; one cause behind several failures is told once."""
    rows: list[dict[str, Any]] = []
    told: dict[str, str] = {}  # message -> the check that it stands at
    just_told = ""
    for test in tests:
        kind, sign = ("full", "✓ passed") if test.passed else ("none", "✗ failed")
        message = test.message
        if message and message == just_told:
            message = "as above"
        elif message and message in told:
            message = f"as for “{told[message]}”"
        told.setdefault(test.message, test.checked)
        just_told = test.message
        rows.append(
            {
                "kind": kind,
                "sign": sign,
                "checked": _prose(test.checked),
                "message": _prose(message),
            }
        )
    return rows


def _code(cells: Iterable[Any]) -> list[str]:
    """The code that a failed check is about, in order, as much of it as fits."""
    sources = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
    sources = [source for source in sources if source.strip()]
    shown, room = [], CODE_LIMIT
    for source in sources[:CELLS_LIMIT]:
        lines = source.splitlines()
        text = _cut("\n".join(lines[:CODE_LINES]), room)
        if len(lines) > CODE_LINES:
            text += f"\n… ({len(lines) - CODE_LINES} more lines are not shown)"
        shown.append(text)
        room -= len(text)
        if room <= 0:
            break
    if len(sources) > len(shown):
        shown.append(f"… ({len(sources) - len(shown)} more cells are not shown)")
    return shown


def _file_text(file: HandedFile) -> str:
    lines = file.text.splitlines()
    text = _cut("\n".join(lines[:FILE_LINES]), TEXT_LIMIT)
    more = len(lines) - FILE_LINES
    return f"{text}\n… ({more} more lines are not shown)" if more > 0 else text


def _comments_by_question(release: Any, recorded: RecordedSubmission) -> dict[str, list[str]]:
    """Comments stand at cells with answers; a question has those since the check before."""
    comments: dict[str, list[str]] = {}
    since_check: list[str] = []
    for cell in release["cells"]:
        tag = nbgrader_tag(cell)
        said = recorded.comments.get(tag.get("grade_id", ""))
        if tag.get("grade"):
            own = [said] if said else []
            if tag.get("solution"):
                comments[tag["grade_id"]] = own
            else:
                comments[tag["grade_id"]] = since_check + own
                since_check = []
        elif said:
            since_check.append(said)
    return comments


def _sum(questions: list[dict[str, Any]], penalty: float = 0.0) -> dict[str, Any]:
    """Points earned, decided and waiting for a person, and their share for the bar."""
    earned = sum(question["score"] or 0.0 for question in questions) - penalty
    extra = sum(question["extra"] for question in questions)
    most = sum(question["most"] for question in questions)
    waiting = sum(question["most"] for question in questions if question["score"] is None)
    decided = most - waiting
    share = 100 * earned / decided if decided else 100.0 * (earned > 0)
    return {
        "earned": _number(earned),
        "decided": _number(decided),
        "waiting": _number(waiting) if waiting else "",
        "extra": _number(extra) if extra else "",
        "points": (
            f"{_number(earned)} / {_number(decided)}" if most else f"{_number(earned)} extra"
        )
        + (f" (+ {_number(waiting)} by hand)" if waiting else ""),
        "percent": f"{max(0.0, min(share, 100.0)):.0f}",
    }


def _sign(score: float | None, most: float) -> tuple[str, str]:
    if score is None:
        return "open", "… open"
    if score >= most:
        return "full", "✓ full"
    return ("part", "◐ part") if score > 0 else ("none", "✗ none")


def _number(value: float) -> str:
    return f"{round(value, 2):g}"


def _prose(text: str, limit: int = MESSAGE_LIMIT) -> Markup:
    """Escaped text with its `code` shown as such."""
    return Markup(CODE_SPAN.sub(r"<code>\1</code>", str(escape(_cut(text.strip(), limit)))))


def _line(text: str) -> str:
    return " ".join(_cut(text, MESSAGE_LIMIT).split())


def _cut(text: str, limit: int) -> str:
    """Text without what can't be seen, and not longer than a page can bear."""
    return printable_text(text, limit, CUT)


@functools.cache
def _template(name: str) -> Any:
    folder = FileSystemLoader(Path(__file__).parent)
    environment = Environment(
        loader=folder,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


@functools.cache
def _style() -> str:
    return " ".join(Path(__file__).with_suffix(".css").read_text("utf-8").split())


@functools.cache
def _hash(text: str) -> str:
    """As a content security policy names what it allows."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
