"""The notebook that graders see in formgrader: the release with what a student wrote in it.

Text of a student's is HTML there, rendered and sanitised when it is published and kept on one line:
nothing that shows the notebook later, be it formgrader with or without our settings or JupyterLab,
has any of it to render. Of code it has only the colours to add, which are found here, too. What is
long is cut, and says so; all of it lies in `submitted/`.
"""

import html
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from ..assignment import is_answer, is_own, nbgrader_tag, question_id
from ..judge.results import CellFailure, HandedFile, QuestionResult, SubmissionResult, predicate
from ..judge.submission import CellContent, StudentCell, compose, content_of
from ..printable import printable, printable_text
from .colours import RUNS_LIMIT, Colours
from .frames import ours, own
from .markdown import Formulas, Pictures, as_html, as_typed
from .sanitise import clean_text

SUMMARY_ID, FILES_ID = "feedback-summary", "feedback-files"  # of cells that we add
ADDED_LIMIT = 300  # cells that a student added; each takes a server a millisecond
CELL_LIMIT = 20_000  # characters of a student's cell
CELL_LINES = 1_000
STUDENT_LIMIT = 300_000  # characters of all cells of a student
STUDENT_LINES = 5_000
RENDERED_LIMIT = 50_000  # of those, of texts that are rendered; the others are shown as typed
FILE_LIMIT = 6_000  # characters of a file that was handed in besides the notebook
REMARKS_LIMIT = 30
MESSAGE_LIMIT = 1_000  # characters of a remark, or of what a test says
SPELT = {ord(one): f"&#{ord(one)};" for one in "\n$\\`["}  # what Markdown would see in HTML
OURSELVES, COLOURS = "autograder", "colours"  # in a cell's metadata: the runs of its code
STOPPED = "The student's cell stopped with this error:\n"  # what follows may be in their words
NO_COLOURS = "text"  # how nbconvert calls code that it is to leave alone
CUT = "\n… (cut here: what was handed in is longer)"
Work = Mapping[str, tuple[Any, ...]]  # question -> the cells that the student wrote for it


def with_cells(release: Any, cells: Sequence[StudentCell]) -> dict[str, Any]:
    """The notebook that was graded, no cell of it with outputs."""
    filled = compose(release, cells)
    return {**filled, "cells": [_without_outputs(cell) for cell in filled["cells"]]}


def graded_notebook(
    notebook: Mapping[str, Any],
    result: SubmissionResult,
    released_pictures: Collection[str] = (),
    rendered_limit: int = RENDERED_LIMIT,
) -> dict[str, Any]:
    """The same with a summary in front, the files that were handed in besides it, each check's
    tests and score, each failed cell's error.

    Args:
        notebook: the one that was graded, with the cells of the result.
        released_pictures: files that lie beside the notebook, by their paths there.
        rendered_limit: 0 shows all text as it was typed.
    """
    cells, left_out = _first_added(notebook["cells"])
    questions = {question.id: question for question in result.questions}
    failures = {failure.cell_id: failure for failure in result.cell_failures}
    shown = _Shown(Pictures(released_pictures), rendered_limit)
    for cell in cells:
        question = questions.get(question_id(cell) or "")
        if question is not None:
            cell["outputs"] = _question_outputs(question)
        elif cell["cell_type"] == "code" and cell["id"] in failures:
            cell["outputs"] = [_failure_output(failures[cell["id"]])]
        if is_answer(cell) or is_own(cell):
            shown.show(cell)
    added = [_text_cell(SUMMARY_ID, ours, _summary(result, left_out))]
    if result.files:
        added.append(_text_cell(FILES_ID, own, "".join(map(_file, result.files))))
    return {**notebook, "metadata": _plain_code(notebook["metadata"]), "cells": [*added, *cells]}


def _text_cell(cell_id: str, frame: Callable[[str], str], block: str) -> dict[str, Any]:
    source = frame(_on_one_line(clean_text(block)))
    return {"cell_type": "markdown", "id": cell_id, "metadata": {}, "source": source}


def shown_text(source: str, limit: int = CELL_LIMIT, lines: int = CELL_LINES) -> str:
    """What is shown of a student's cell: so many characters and so many lines."""
    end = -1
    for _ in range(lines):
        end = source.find("\n", end + 1)
        if end < 0:
            return printable_text(source, limit, CUT)
    return printable_text(source, min(limit, max(0, end)), CUT)


def _first_added(cells: Sequence[Any]) -> tuple[list[dict[str, Any]], int]:
    """The lab's cells and the first of a student's own, and how many others there are."""
    own_ids = [cell["id"] for cell in cells if is_own(cell)]
    left_out = {*own_ids[ADDED_LIMIT:]}
    return [dict(cell) for cell in cells if cell["id"] not in left_out], len(left_out)


class _Shown:
    """What is shown of a student's cells, as long as there is room."""

    def __init__(self, pictures: Pictures, rendered_limit: int) -> None:
        self._pictures, self._formulas = pictures, Formulas()
        self._colours = Colours(RUNS_LIMIT if rendered_limit else 0)
        self._left, self._lines_left = STUDENT_LIMIT, STUDENT_LINES
        self._rendered_left = rendered_limit

    def show(self, cell: dict[str, Any]) -> None:
        """Put what is shown in place of what the student wrote."""
        limit, lines = min(CELL_LIMIT, self._left), min(CELL_LINES, self._lines_left)
        source = shown_text(cell["source"], limit, lines)
        self._left -= min(len(cell["source"]), limit)
        self._lines_left -= min(source.count("\n") + 1, lines)
        if cell["cell_type"] == "markdown":
            source = self._text(source, cell.pop("attachments", {}))
            source = own(source) if is_own(cell) else source
        else:
            runs = self._colours.of(source)
            cell["metadata"] = {**cell["metadata"], OURSELVES: {COLOURS: runs}}
        cell["source"] = source

    def _text(self, source: str, attached: Mapping[str, Any]) -> str:
        if len(source) > self._rendered_left:
            return _on_one_line(as_typed(source))
        self._rendered_left -= len(source)
        return _on_one_line(as_html(source, self._pictures, attached, self._formulas))


def _plain_code(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """A notebook's metadata, by which formgrader without our settings looks for no colours."""
    language = {**metadata.get("language_info", {}), "pygments_lexer": NO_COLOURS}
    return {**metadata, "language_info": language}


def _on_one_line(block: str) -> str:
    """HTML that Markdown, whose blocks of it end at an empty line, leaves as it is."""
    return block.translate(SPELT)


def work_by_question(notebook: Any) -> Work:
    """For each question of a filled notebook the cells that the student wrote for it.

    Of a question with tests these are the answers and the own cells since the check before; of a
    written answer it is the answer alone.
    """
    work: dict[str, tuple[Any, ...]] = {}
    since_check: list[Any] = []
    for cell in notebook["cells"]:
        tag = nbgrader_tag(cell)
        if tag.get("grade") and tag.get("solution"):
            work[tag["grade_id"]] = (cell,)
        elif tag.get("grade"):
            work[tag["grade_id"]] = tuple(since_check)
            since_check = []
        elif is_own(cell) or is_answer(cell):
            since_check += [cell] if cell.get("id") not in (SUMMARY_ID, FILES_ID) else []
    return work


def untouched_answers(release: Any, notebook: Any) -> frozenset[str]:
    """The grade ids of the answers in a filled notebook that stand as they were released."""
    released = _answers(release)
    return frozenset(
        grade_id
        for grade_id, content in _answers(notebook).items()
        if released.get(grade_id) == content
    )


def _answers(notebook: Any) -> dict[str, CellContent]:
    return {
        nbgrader_tag(cell)["grade_id"]: content_of(cell)
        for cell in notebook["cells"]
        if is_answer(cell)
    }


def credit(question: QuestionResult) -> str:
    """Why a question counts more or less than the tests that passed; empty if it doesn't."""
    if question.kept_score is not None:
        return (
            f"An earlier grading of this answer gave {question.score:g} points. The grading was "
            f"corrected since, and would give {question.earned or 0:g}; the better points stay."
        )
    if not question.carried:
        return fair_loss(question) or _public_only(question)
    return f"{carried_credit(question, {})} {as_it_is(question)}"


def carried_credit(question: QuestionResult, titles: Mapping[str, str]) -> str:
    """What an answer earned by right answers before it; questions without a title have their id."""
    earlier = " and ".join(titles.get(name, name) for name in question.builds_on)
    return (
        f"This answer uses {earlier}, where points were lost. A mistake costs once: with right "
        f"answers there, this one earns {question.score:g} of {question.max_score:g} points, and "
        "these count."
    )


def as_it_is(question: QuestionResult) -> str:
    """What the checks that are shown mean where credit was carried."""
    return (
        f"The checks ran on the notebook as it is, which would earn {question.own_score:g} points."
    )


def fair_loss(question: QuestionResult) -> str:
    """What it costs that one known mistake is behind what failed, or that a slip stops the answer;
    else empty."""
    if question.mistake_score is None or question.mistake_score <= question.tests_score:
        return ""
    cost = f"{question.max_score - question.mistake_score:g} of {question.max_score:g} points"
    if question.read_on:
        return (
            "The answer stops with an error. It was read on as if the error were not there, so "
            f"this question loses {cost}, not all that these checks are worth."
        )
    if question.mistake:
        return (
            "One mistake is behind all checks that failed: the answer "
            f"{predicate(question.mistake)}. It costs {cost}, not all that these checks are worth."
        )
    return (
        "One mistake is behind most checks that failed. It counts once, so this question loses "
        f"{cost}, not all that these checks are worth."
    )


def _public_only(question: QuestionResult) -> str:
    if question.score or not any(test.passed for test in question.tests):
        return ""
    return "Public checks count where a hidden check passes, too. Here none did."


def _without_outputs(cell: dict[str, Any]) -> dict[str, Any]:
    return {**cell, "outputs": [], "execution_count": None} if cell["cell_type"] == "code" else cell


def _summary(result: SubmissionResult, left_out: int) -> str:
    """The whole submission at a glance: points per question, and what to look at first.

    Args:
        left_out: how many cells of the student's are not shown.
    """
    rows = "".join(
        f"<tr><td>{html.escape(question.id)}</td><td>{_points(question)}</td>"
        f"<td>{html.escape(' '.join([credit(question), _first_hint(question)]).strip())}</td></tr>"
        for question in result.questions
    )
    remarks = [printable(one, MESSAGE_LIMIT) for one in result.first_remarks(REMARKS_LIMIT)]
    if left_out:
        remarks.append(f"{left_out} more of the student's cells are not shown here")
    notes = "".join(f"<li>{html.escape(remark)}</li>" for remark in remarks)
    table = _table(("question", "points", "what to look at first"), rows)
    return f"<h2>Feedback at a glance</h2>{table}" + (f"<ul>{notes}</ul>" if notes else "")


def _file(file: HandedFile) -> str:
    """A file that was handed in besides the notebook, which formgrader can't open."""
    text = html.escape(shown_text(file.text, FILE_LIMIT)) if file.text else ""
    title = f"<h3>{html.escape(file.name)}</h3><p>{html.escape(said_of(file))}</p>"
    return title + (f"<pre>{text}</pre>" if text else "")


def said_of(file: HandedFile) -> str:
    """Its size, or why there is none."""
    if file.why:
        return f"{file.why}."
    kind = "" if file.text else ", no text that can be shown"
    return f"{file.size_bytes} bytes{kind}"


def _question_outputs(question: QuestionResult) -> list[dict[str, Any]]:
    """A table of the tests to read, and the score as nbgrader writes it."""
    table = {"text/html": ours(clean_text(_as_html(question))), "text/plain": _as_text(question)}
    score = {"text/plain": repr(float(question.score or 0.0))}
    return [
        {"output_type": "display_data", "metadata": {}, "data": table},
        {
            "output_type": "execute_result",
            "metadata": {},
            "data": score,
            "execution_count": None,
        },
    ]


def _failure_output(failure: CellFailure) -> dict[str, Any]:
    name, message = printable(failure.name), printable(failure.message, MESSAGE_LIMIT)
    return {
        "output_type": "error",
        "ename": name,
        "evalue": message,
        "traceback": [STOPPED, f"{name}: {message}"],
    }


def _as_html(question: QuestionResult) -> str:
    """A row per test: a tick or a cross, its points, what was checked, what to look at."""
    rows = "".join(
        f"<tr><td>{'✓' if test.passed else '✗'}</td>"
        f"<td>{test.points if test.passed else 0:g} / {test.points:g}</td>"
        f"<td>{html.escape(test.checked)}</td>"
        f"<td>{html.escape(printable(test.message, MESSAGE_LIMIT))}</td></tr>"
        for test in question.tests
    )
    table = _table(("", "points", "what was checked", "what to look at"), rows)
    return table + (f"<p>{html.escape(why)}</p>" if (why := credit(question)) else "")


def _as_text(question: QuestionResult) -> str:
    """The same for readers without HTML."""
    lines = [
        f"{'passed' if test.passed else 'FAILED'}  {test.checked}"
        + (f"  --  {test.message}" if test.message else "")
        for test in question.tests
    ]
    return "\n".join(lines + [why for why in [credit(question)] if why])


def _table(names: tuple[str, ...], rows: str) -> str:
    head = "".join(f"<th>{name}</th>" for name in names)
    return f'<table class="table"><tr>{head}</tr>{rows}</table>'  # as formgrader styles tables


def _points(question: QuestionResult) -> str:
    earned = "by hand" if question.score is None else f"{question.score:g}"
    return f"{earned} / {question.max_score:g}{' extra' if question.extra else ''}"


def _first_hint(question: QuestionResult) -> str:
    hint = next((test.message for test in question.tests if not test.passed), "")
    return printable(hint, MESSAGE_LIMIT)
