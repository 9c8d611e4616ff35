"""The page that a student reads: what to do next, points, reasons beside code, on its own and
without a script.

It is made from the result, the release and what people gave by hand, of nothing else. The template
escapes whatever it is given; nothing of a student's, a test's or a grader's gets past it as HTML,
and ids are counted, never named. The sanitiser has the last word, and the page's own policy lets a
browser do nothing but draw it. Signs come with words, so that colour is never all there is.
"""

import base64
import functools
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ..assignment import nbgrader_tag
from ..judge.results import (
    CellFailure,
    HandedFile,
    QuestionResult,
    SubmissionResult,
    Verdict,
    predicate,
)
from ..judge.submission import UNREADABLE, compose
from ..printable import printable_text
from .excerpt import CodeLine, own_lines
from .next_steps import Loss, Step, next_steps
from .notebook import as_it_is, carried_credit, credit, fair_loss, said_of, work_by_question
from .open_blanks import Blank, open_blanks
from .outline import Outline
from .reasons import Reason, Reasons, shares
from .recorded import RecordedGrade, RecordedSubmission
from .sanitise import clean_page
from .titles import exercise_of

# What is longer is cut, and says so; a page stays small whatever somebody hands in.
MESSAGE_LIMIT = 1_000  # characters
STEP_LIMIT = 240  # characters of a message under what to do next
TEXT_LIMIT = 6_000  # characters of a written answer or a comment
CODE_LIMIT = 4_000  # characters of the code for a question
CODE_LINES = 100  # of a cell
CELL_LIMIT = 40_000  # characters of a cell that are looked at
FILE_LINES = 200  # of a file that was handed in besides the notebook
CELLS_LIMIT = 6  # cells of code for a question
REMARKS_LIMIT = 30
STEPS_LIMIT = 3
REASONS_LIMIT = 12  # of a question

CUT = "… (cut here)"
THIS_CELL = "this cell "
CODE_SPAN = re.compile(r"(`{1,2})([^`\n]+)\1")


@dataclass(frozen=True)
class _Question:
    """A question and all that is known about it."""

    number: int  # on the page, from 1
    result: QuestionResult
    grade: RecordedGrade
    title: str
    comments: list[str] = field(default_factory=list)
    work: list[Any] = field(default_factory=list)  # cells that the student wrote
    blanks: list[Blank] = field(default_factory=list)  # that are open
    untouched: bool = False  # a written answer that stands as it was released
    reasons: list[Reason] = field(default_factory=list)

    @property
    def written(self) -> bool:
        return not self.result.tests

    @property
    def score(self) -> float | None:
        """None as long as a person is awaited."""
        return 0.0 if self.grade.score is None and self.untouched else self.grade.score

    @property
    def waits(self) -> bool:
        return self.score is None

    @property
    def lost(self) -> float:
        """Points that are not there, and that nobody is awaited for."""
        if self.waits or self.result.extra:
            return 0.0
        return max(0.0, self.result.max_score - (self.score or 0.0))

    @property
    def by_person(self) -> bool:
        return self.grade.manual_score is not None

    @property
    def is_open(self) -> bool:
        """Whether nothing is wrong but what is not written yet, here or in a question before."""
        if self.written:
            return self.untouched and not self.score
        if self.blanks and not self.work and not self.score:  # nobody began, whatever tests say
            return True
        return bool(self.reasons) and all(reason.is_open for reason in self.reasons)


def render_page(
    result: SubmissionResult, outline: Outline, recorded: RecordedSubmission, title: str
) -> str:
    """One student's feedback to one lab as a page of HTML.

    Args:
        result: what grading found.
        outline: of the release.
        recorded: the student's row in the gradebook.
        title: of the lab.
    """
    questions = _questions(result, outline, recorded)
    shown = [_shown(question, outline, result.files) for question in questions]
    parts: dict[str, list[int]] = {}
    for number, question in enumerate(questions):
        parts.setdefault(exercise_of(question.result.id), []).append(number)
    steps = next_steps(_losses(questions))
    penalty = recorded.penalty or 0.0
    body = _template("body.html").render(
        title=_line(title),
        total=_sum(questions, penalty),
        penalty=_points(penalty) if penalty else "",
        readable=result.status != UNREADABLE,
        steps=[_step(step, questions) for step in steps[:STEPS_LIMIT]],
        more_steps=len(steps[STEPS_LIMIT:]),
        late=_line(recorded.late),
        remarks=[_prose(remark) for remark in result.first_remarks(REMARKS_LIMIT)],
        exercises=[
            {
                "title": _title(outline.exercises.get(name, name)),
                "questions": [shown[number] for number in numbers],
                **_sum([questions[number] for number in numbers]),
            }
            for name, numbers in parts.items()
        ],
        files=[
            {"name": _line(file.name), "said": _prose(said_of(file)), "text": _file_text(file)}
            for file in result.files
        ],
    )
    style = _style()
    return str(
        _template("page.html").render(
            title=_line(title),
            style=Markup(style),
            style_hash=_hash(style),
            body=Markup(clean_page(body)),
        )
    )


# -- what is known -------------------------------------------------------------------------------


def _questions(
    result: SubmissionResult, outline: Outline, recorded: RecordedSubmission
) -> list[_Question]:
    notebook = compose(outline.skeleton, result.cells)
    untouched = outline.untouched(result.cells)
    comments = _comments_by_question(outline.skeleton, recorded) if recorded.comments else {}
    work = work_by_question(notebook)
    blanks = {
        question: [
            blank
            for cell in cells
            for blank in open_blanks(
                outline.blanks.get(cell["id"], ()), cell["source"][:CELL_LIMIT]
            )
        ]
        for question, cells in work.items()
    }
    reasons = Reasons(result, notebook, blanks)
    return [
        _Question(
            number,
            question,
            recorded.grades.get(question.id, RecordedGrade(question.score)),
            outline.questions.get(question.id, question.id),
            comments.get(question.id, []),
            [
                cell
                for cell in work.get(question.id, ())
                if nbgrader_tag(cell).get("grade_id") not in untouched
            ],
            blanks.get(question.id, []),
            not question.tests and question.id in untouched,
            reasons.of(question),
        )
        for number, question in enumerate(result.questions, start=1)
    ]


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


# -- what to do next -----------------------------------------------------------------------------


def _losses(questions: Sequence[_Question]) -> Iterable[Loss]:
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


def _to_do_by_hand(question: _Question) -> str:
    if question.is_open:
        return "Write your answer."
    return "Read the comment." if question.comments else "A person gave these points."


def _to_fill(blanks: Sequence[Blank]) -> str:
    first = blanks[0].text
    if len(blanks) == 1:
        return f"Fill the blank: {first}"
    return f"Fill the {len(blanks)} blanks. The first: {first}"


def _wrong(reason: Reason, question: _Question) -> str:
    if reason.is_known_mistake:
        return f"Your answer {predicate(question.result.mistake)}."
    if reason.failure is not None:
        return _stopped(reason.failure)
    return reason.message or "Not as asked."


def _stopped(failure: CellFailure, title: str = "") -> str:
    """What became of a cell above, so that names are not defined."""
    return f"A cell {f'of {title}' if title else 'above'} {failure.message.removeprefix(THIS_CELL)}"


def _step(step: Step, questions: Sequence[_Question]) -> dict[str, Any]:
    question = next(one for one in questions if one.result.id == step.question)
    return {
        "points": _points(step.points),
        "questions": step.questions,
        "number": question.number,
        "title": _title(question.title),
        "text": _prose(_shortened(_upper(step.text))),
    }


# -- a question ----------------------------------------------------------------------------------


def _shown(question: _Question, outline: Outline, files: Sequence[HandedFile]) -> dict[str, Any]:
    result, score, titles = question.result, question.score, outline.questions
    kind, sign = _sign(question)
    passed = [test for test in result.tests if test.passed]
    waiting = [test for test in result.tests if question.is_open and not test.passed]
    reasons = [] if question.is_open else question.reasons
    earned = "by a person: –" if score is None else _number(score)
    return {
        "number": question.number,
        "title": _title(question.title),
        "name": _line(result.id),
        "kind": kind,
        "sign": sign,
        "points": f"{earned} / {_number(result.max_score)}{' extra' if result.extra else ''}",
        "lead": _prose(_lead(question, titles)),
        "unfold": _unfolds(question),
        "notes": [_prose(note, TEXT_LIMIT) for note in _notes(question)],
        "reasons": [_reason(reason, question, titles) for reason in reasons[:REASONS_LIMIT]],
        "more_reasons": len(reasons[REASONS_LIMIT:]),
        "waiting": len(waiting),
        "waiting_checks": _titles(waiting),
        "passed": len(passed),
        "passed_checks": _titles(passed),
        "fold_passed": bool(reasons),
        "answers": [_cut(cell["source"], TEXT_LIMIT) for cell in question.work * question.written],
        "code": [] if question.written else _code(question, outline.sources, files),
    }


def _sign(question: _Question) -> tuple[str, str]:
    score, most = question.score, question.result.max_score
    if question.waits:
        return "open", "… waits"
    if question.is_open and not score:
        return "open", "○ open"
    if (score or 0.0) >= most:
        return "full", "✓ full"
    return ("part", "◐ part") if score else ("none", "✗ none")


def _unfolds(question: _Question) -> bool:
    if question.comments or question.by_person or question.grade.extra_credit:
        return True
    return bool(question.lost and question.reasons) and not question.is_open


def _lead(question: _Question, titles: Mapping[str, str]) -> str:
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
        return f"Still open: {first}" + (f" (and {_many(more, 'more blank')})" if more else "")
    reason = question.reasons[0]
    if reason.blamed in titles and reason.blamed != question.result.id:
        return f"Waits for {titles[reason.blamed]}: a blank there is still open."
    return _upper(reason.message)


def _notes(question: _Question) -> list[str]:
    """What there is to know besides the tests: credit, hands, words."""
    result, grade = question.result, question.grade
    notes = []
    if question.by_person:
        pass
    elif result.carried:
        notes.append(as_it_is(result))
    elif not question.is_open and not fair_loss(result):  # which is told beside the checks
        notes += [why] if (why := credit(result)) else []
    if result.extra:
        notes.append("Extra credit: these points come on top of the maximum.")
    if question.by_person and grade.needs_manual_grade:
        notes.append("The points are those of an earlier answer; a person will look at this one.")
    elif question.by_person:
        notes.append("These points were given by a person.")
    if grade.extra_credit:
        notes.append(f"{_number(grade.extra_credit)} points of extra credit are in them.")
    return notes + [f"Comment: {comment}" for comment in question.comments]


def _reason(reason: Reason, question: _Question, titles: Mapping[str, str]) -> dict[str, Any]:
    """One reason: how many checks and points it covers, what to look at, where it lies."""
    elsewhere = reason.blamed if reason.blamed != question.result.id else ""
    message = reason.message
    if reason.is_known_mistake:
        message = fair_loss(question.result)
    elif reason.is_open and reason.blamed == question.result.id and question.blanks:
        message = f"Still open: {question.blanks[0].text}"
    elif reason.is_open and elsewhere in titles:
        message = f"Waits for {titles[elsewhere]}: a blank there is still open."
    elif reason.failure is not None:
        message = _stopped(reason.failure, titles.get(elsewhere, ""))
    return {
        "kind": "open" if reason.is_open else "none",
        "sign": "○ open" if reason.is_open else "✗ failed",
        "worth": _points(reason.points),
        "message": _prose(_upper(message)),
        "first": _title(reason.tests[0].checked),
        "count": len(reason.tests),
        "checks": _with_messages(reason),
    }


def _with_messages(reason: Reason) -> Markup:
    """What its tests look at, with what they say if it is not what is said above."""
    hints, before = [], "" if reason.is_known_mistake else reason.message
    for test in reason.tests:
        is_new = test.message and test.message != before
        hints.append(f'<div class="hint">{_prose(test.message)}</div>' if is_new else "")
        before = test.message
    return _items([test.checked for test in reason.tests], hints)


def _titles(tests: Iterable[Verdict]) -> Markup:
    return _plain_items(tuple(test.checked for test in tests))


@functools.lru_cache(2_000)
def _plain_items(checked: tuple[str, ...]) -> Markup:
    """The same for most students."""
    return _items(checked, [""] * len(checked))


def _items(checked: Iterable[str], hints: Iterable[str]) -> Markup:
    items = zip(map(_title, checked), hints, strict=True)
    return Markup("\n".join(f"<li>{item}{hint}</li>" for item, hint in items))


# -- a student's code ----------------------------------------------------------------------------


def _code(
    question: _Question, released: Mapping[str, str], files: Sequence[HandedFile]
) -> list[dict[str, Any]]:
    """The student's own lines for a question, in order, as much of them as fits, and what is near
    a failure in a file that was handed in."""
    reasons = [reason for reason in question.reasons if not reason.is_open]
    cells = [cell for cell in question.work if cell["cell_type"] == "code"]
    cells = [cell for cell in cells if cell["source"].strip()]
    shown, room = [], CODE_LIMIT
    for cell in cells[:CELLS_LIMIT]:
        if room <= 0:
            break
        source = cell["source"][:CELL_LIMIT]
        marked = _marked_line(cell["id"], source, reasons, len(cells) == 1)
        lines = own_lines(released.get(cell["id"], ""), source, marked)
        lines += [CodeLine(0)] * (len(source) < len(cell["source"]))
        shown += [{"label": "", "text": _lines(lines, room)}] * bool(lines)
        room -= sum(len(line.text) for line in lines)
    if (more := len(cells) - CELLS_LIMIT) > 0:
        shown.append({"label": "", "text": f"({_many(more, 'more cell')} not shown)"})
    return shown + _near_in_files(reasons, files)


def _marked_line(cell_id: str, source: str, reasons: Iterable[Reason], only: bool) -> int:
    """The line of a cell where something went wrong, 0 if no reason says so of this cell."""
    count = source.count("\n") + 1
    for reason in reasons:
        place = reason.place
        if place is None or place.home or place.line > count:
            continue
        if reason.failure is not None:
            is_here = reason.failure.cell_id == cell_id
        else:
            is_here = f"def {place.function}(" in source if place.function else only
        if is_here:
            return place.line
    return 0


def _near_in_files(reasons: Iterable[Reason], files: Sequence[HandedFile]) -> list[dict[str, Any]]:
    texts = {file.name: file.text for file in files if file.text}
    places = [reason.place for reason in reasons]
    found = dict.fromkeys((place.home, place.line) for place in places if place)
    return [
        {
            "label": _line(name),
            "text": _lines(own_lines(texts[name], texts[name], line), CODE_LIMIT),
        }
        for name, line in found
        if name in texts
    ]


def _lines(lines: Sequence[CodeLine], room: int) -> Markup:
    """Code as HTML; its lines have numbers if one is marked, which a message names by its own."""
    text = "\n".join(line.text if line.number else "⋮" for line in lines[:CODE_LINES])
    shown = str(escape(_cut(text, room))).split("\n")
    more = len(lines) - len(shown)
    if any(line.marked for line in lines):
        shown = [_numbered(line, html) for line, html in zip(lines, shown, strict=False)]
    if more:
        shown.append(f"({_many(more, 'more line')} not shown)")
    return Markup("\n".join(shown))


def _numbered(line: CodeLine, html: str) -> str:
    if not line.number:
        return '<span class="no">   ⋮</span>'
    if line.marked:
        return f'<mark><span class="no">▶{line.number:3}</span> {html}</mark>'
    return f'<span class="no">{line.number:4}</span> {html}'


def _file_text(file: HandedFile) -> str:
    lines = file.text.splitlines()
    text = _cut("\n".join(lines[:FILE_LINES]), TEXT_LIMIT)
    more = len(lines) - FILE_LINES
    return f"{text}\n… ({more} more lines are not shown)" if more > 0 else text


# -- sums and words ------------------------------------------------------------------------------


def _sum(questions: Sequence[_Question], penalty: float = 0.0) -> dict[str, Any]:
    """Points earned and decided, apart for tests and for people, and what waits for a person."""
    tested = [question for question in questions if not question.written]
    written = [question for question in questions if question.written]
    earned = sum(question.score or 0.0 for question in questions) - penalty
    waiting = sum(_most(question) for question in questions if question.waits)
    decided = sum(map(_most, questions)) - waiting
    extra = sum(map(_extra, questions))
    share = 100 * earned / decided if decided else 100.0 * (earned > 0)
    return {
        "earned": _number(earned),
        "decided": _number(decided),
        "extra": _number(extra) if extra else "",
        "tested": _share(tested),
        "written": _share(written),
        "waiting": _number(waiting) if waiting else "",
        "more": f"{_number(waiting)} more point{_s(waiting)}" if waiting else "",
        "percent": f"{max(0.0, min(share, 100.0)):.0f}",
    }


def _share(questions: Sequence[_Question]) -> str:
    """Points earned of those decided; empty if there are none."""
    decided = [question for question in questions if not question.waits]
    if not decided:
        return ""
    earned = _number(sum(question.score or 0.0 for question in decided))
    most = sum(map(_most, decided))
    return f"{earned} / {_number(most)}" if most else f"{earned} extra"


def _most(question: _Question) -> float:
    return 0.0 if question.result.extra else question.result.max_score


def _extra(question: _Question) -> float:
    given = question.score if question.result.extra else question.grade.extra_credit
    return given or 0.0


def _number(value: float) -> str:
    return f"{round(value, 2):g}"


def _points(value: float) -> str:
    return f"{_number(value)} point{_s(value)}"


def _many(count: int, what: str) -> str:
    return f"{count} {what}{_s(count)}"


def _s(count: float) -> str:
    return "" if _number(count) == "1" else "s"


def _upper(text: str) -> str:
    """With a capital, unless it may begin with a name."""
    is_word = text.partition(" ")[0] in ("a", "an", "it", "not", "the", "this", "your")
    return text[:1].upper() + text[1:] if is_word else text


def _shortened(text: str) -> str:
    """As many of its words as fit."""
    if len(text) <= STEP_LIMIT:
        return text
    return f"{text[:STEP_LIMIT].rpartition(' ')[0] or text[:STEP_LIMIT]} …"


def _prose(text: str, limit: int = MESSAGE_LIMIT) -> Markup:
    """Escaped text with its `code` shown as such."""
    return Markup(CODE_SPAN.sub(r"<code>\2</code>", str(escape(_cut(text.strip(), limit)))))


@functools.lru_cache(2_000)
def _title(text: str) -> Markup:
    """The same of what is ours, and on the page of each student."""
    return _prose(text)


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
