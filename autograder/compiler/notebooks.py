"""From a lab's cells to its two notebooks.

Cells become pieces: a Markdown cell splits at its written answers, a code cell has a student's and
a solution's version. Both notebooks are made from the same pieces, so they agree in all but the
answers, and the solution notebook is what a perfect student would hand in.
"""

import copy
import dataclasses
import itertools
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from autograder import identity
from autograder.add_points import add_points
from autograder.errors import UserError
from autograder.lab import read_lab_folder

from . import blanks, tags
from .answer_keys import answer_key
from .colab import COLAB_TAG, colab_cell
from .help import Helps, answer_field, folded, give_to_questions, head
from .linked_files import Files, Text, link_files
from .points import MarkedTest, read_lab_tests
from .source import SourceCell, read_lab

_NEW_CELL = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}
DEFAULT_ANSWER = "*Your answer here.*"
SKIP_EXECUTION_TAG, SKIP_GRADING_TAG = "skip-execution", "skip-grading"
_SHOWN_AS_A_PAGE = ("%%html", "%%HTML", "%%markdown")  # cells of code that show links
MAY_FAIL_TAG = "raises-exception"  # Jupyter and nbclient go on when such a cell fails
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}

Role = Literal["locked", "blank", "check", "written"]


@dataclass
class Piece:
    """A cell of the notebooks: what students and what teachers see."""

    kind: str  # "code", "markdown" or "raw"
    role: Role
    student: str
    solution: str
    line: int  # of its first line, or its question's, in the lab's file
    question: tags.Question | None = None
    key: str = ""  # of an answer in code: what tells it from others of its question
    cell_id: str = ""  # see `autograder.identity`
    tags: list[str] = field(default_factory=list)  # in both notebooks
    skips_preview: bool = False
    helps: Helps = field(default_factory=Helps)  # of a text cell, for the question below
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def grade_id(self) -> str:
        """What nbgrader calls the cell."""
        return self.cell_id

    @property
    def is_graded(self) -> bool:
        """Whether points belong to this cell."""
        return self.role in ("check", "written")


@dataclass(frozen=True)
class LabQuestion:
    """A graded cell."""

    id: str
    points: float
    kind: Literal["auto", "written"]


@dataclass
class Lab:
    """A lab taken apart, before anything is written."""

    path: Path
    pieces: list[Piece] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    linked: Files = field(default_factory=dict)  # files that its text shows or links to
    linked_by_solution: Files = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The lab's name: its file's stem."""
        return self.path.stem


def read_pieces(path: Path) -> Lab:
    """Compile a lab's tags.

    Raises:
        UserError: anything is wrong in the lab, as `file:line: what; what to do`.
    """
    lab = Lab(path)
    for cell in read_lab(path):
        try:
            tagged = _read_tags(cell)
            lab.pieces += _pieces(cell, tagged, lab)
        except tags.TagError as error:
            raise UserError(f"{path}:{cell.line + error.line - 1}: {error.message}") from error
        for line in tagged.quoted:
            notice = f"{path}:{cell.line + line - 1}: a tag inside a string is text and stays"
            lab.notices.append(notice)
    if not lab.pieces:
        raise UserError(f"{path}:1: the lab has no cells; write some")
    _name_cells(lab)  # by what is written, whatever help stands there and wherever links will lead
    _find_helped(lab)
    _link_files(lab)
    _add_help(lab)
    return lab


def lab_questions(lab: Lab, tests: list[MarkedTest]) -> list[LabQuestion]:
    """The graded cells in order; adds a notice to the lab for each that earns no points.

    Raises:
        UserError: a test names a question that the lab lacks, or a written one.
    """
    checked = {piece.grade_id for piece in lab.pieces if piece.role == "check"}
    strangers = [test for test in tests if test.question_id not in checked]
    if tests and strangers == tests:  # another lab's, by the same name
        lab.notices.append(f"{tests[0].path}: no test belongs to a question of {lab.path}")
        tests = []
    elif strangers:
        test = strangers[0]
        wrong = f"{lab.path} has no test cell `#!TAG QUESTION {test.question_id}`"
        raise UserError(f"{test.path}:{test.line}: {wrong}; add one or fix the id")
    questions = []
    for piece in filter(lambda piece: piece.is_graded, lab.pieces):
        if piece.role == "check":
            own = [test.points for test in tests if test.question_id == piece.grade_id]
            question = LabQuestion(piece.grade_id, add_points(own), "auto")
        else:
            points = piece.question.points if piece.question else None
            question = LabQuestion(piece.grade_id, points or 0.0, "written")
        if not question.points:
            why = "no tests" if question.kind == "auto" else f"no {tags.QUESTION} tag above it"
            notice = f"{lab.path}:{piece.line}: {question.id} has {why} and so no points"
            lab.notices.append(notice)
        questions.append(question)
    return questions


def student_notebook(lab: Lab, questions: list[LabQuestion]) -> NotebookNode:
    """The student's notebook, marked up for nbgrader's converter."""
    points = {question.id: question.points for question in questions}
    cells = []
    begun = False  # whether a blank stood before
    for piece in lab.pieces:
        cell = _NEW_CELL[piece.kind](piece.student, id=piece.cell_id, metadata=dict(piece.metadata))
        begun = begun or piece.role == "blank"
        _set_tags(cell, piece.tags + _preview_tags(piece, begun))
        if piece.kind == "raw":  # nbgrader knows only code and Markdown
            cell.metadata.update(deletable=False, editable=False)
        else:
            cell.metadata["nbgrader"] = _nbgrader_metadata(piece, points)
        cells.append(cell)
    return new_notebook(cells=cells, metadata=NOTEBOOK_METADATA)


def _preview_tags(piece: Piece, begun: bool) -> list[str]:
    """What an open blank can only make fail is left out; but if nbgrader's Validate left out a
    check, it would call every answer right. From the first blank on any cell may fail, and "Run
    all" goes on to the last one all the same; an error before it is one of the installation."""
    left_out = piece.skips_preview and piece.role != "check"
    skips = [SKIP_EXECUTION_TAG] if left_out else []
    may_fail = piece.role == "check" or (begun and piece.kind == "code")
    return [*skips, MAY_FAIL_TAG] if may_fail else skips


def solution_notebook(lab: Lab, released: NotebookNode) -> NotebookNode:
    """The released notebook with the solutions in it and nothing skipped for a preview."""
    notebook = copy.deepcopy(released)
    for piece, cell in zip(lab.pieces, notebook.cells, strict=True):
        cell.source = piece.solution
        _set_tags(cell, piece.tags)
    return notebook


def write_notebook(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook; equal notebooks give equal bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text: str = nbformat.writes(notebook, version=nbformat.NO_CONVERT)
    path.write_bytes(f"{text.rstrip()}\n".encode())


def _find_helped(lab: Lab) -> None:
    try:
        give_to_questions(
            [(piece.helps, piece.question.id if piece.question else None) for piece in lab.pieces]
        )
    except tags.TagError as error:
        raise UserError(f"{lab.path}:{error.line}: {error.message}") from error


def _add_help(lab: Lab) -> None:
    """Put heads and hints around the texts that they belong to, and frame what is written in."""
    points = _points(lab) if any(piece.helps.task for piece in lab.pieces) else {}
    for piece in lab.pieces:
        helps = piece.helps
        if piece.role == "written":
            piece.student = answer_field(piece.student)
        elif helps.task or helps.hints:
            hints = folded([hint.text for hint in helps.hints], helps.first, helps.of)
            first = head(helps.task, points.get(helps.question, 0)) if helps.task else ""
            text = "\n\n".join(filter(None, [first, piece.student, hints]))
            piece.student = piece.solution = text


def _points(lab: Lab) -> dict[str, float]:
    """Each question's points, as the tests beside the lab's file give them."""
    written = [piece.question for piece in lab.pieces if piece.question and piece.question.points]
    points = {question.id: question.points or 0 for question in written}
    for test in read_lab_tests(read_lab_folder(lab.path)):
        points[test.question_id] = round(points.get(test.question_id, 0) + test.points, 6)
    return points


def _link_files(lab: Lab) -> None:
    texts = [piece for piece in lab.pieces if _has_links(piece)]
    hints = [hint for piece in lab.pieces for hint in piece.helps.hints]
    hint_texts = [Text(hint.text, hint.line) for hint in hints]
    student, solution = link_files(
        lab.path,
        [*(Text(piece.student, piece.line) for piece in texts), *hint_texts],
        [*(Text(piece.solution, piece.line) for piece in texts), *hint_texts],
    )
    for piece, given, solved in zip(texts, student.texts, solution.texts, strict=False):
        piece.student, piece.solution = given, solved
    for hint, text in zip(hints, student.texts[len(texts) :], strict=True):
        hint.lines = [tags.Line(hint.line, text)]
    lab.linked, lab.linked_by_solution = student.files, solution.files


def _has_links(piece: Piece) -> bool:
    return piece.kind == "markdown" or piece.solution.startswith(_SHOWN_AS_A_PAGE)


def _read_tags(cell: SourceCell) -> tags.TaggedCell:
    if cell.kind == "code":
        return tags.read_code(cell.source)
    tagged = tags.read_markdown(cell.source)
    if cell.kind == "raw":
        for part in tagged.parts:
            if not isinstance(part, tags.Text):
                wanted = "a raw cell has no answers and no help; move the tag to a Markdown cell"
                raise tags.TagError(part.line, wanted)
    return tagged


def _pieces(cell: SourceCell, tagged: tags.TaggedCell, lab: Lab) -> list[Piece]:
    if tagged.colab:
        return [_colab_piece(cell, tagged, tagged.colab, lab)]
    pieces = list((_code_pieces if cell.kind == "code" else _text_pieces)(cell, tagged))
    for piece in pieces:
        piece.tags = _author_tags(cell)
        if tags.SKIP_GRADING in tagged.skips:
            piece.tags.append(SKIP_GRADING_TAG)
        # A check of blanks that are still open can only fail.
        piece.skips_preview = tags.SKIP_EXECUTION in tagged.skips or piece.role == "check"
        piece.metadata = _author_metadata(cell)
    return pieces


def _colab_piece(cell: SourceCell, tagged: tags.TaggedCell, tag: int, lab: Lab) -> Piece:
    texts = [part for part in tagged.parts if isinstance(part, tags.Text)]
    more = len(texts) < len(tagged.parts) or any(tags.stripped(text.lines) for text in texts)
    if cell.kind != "code" or more or tagged.skips:
        wanted = f"the tag {tags.COLAB} stands alone in a code cell; give it one of its own"
        raise tags.TagError(tag, wanted)
    if any(COLAB_TAG in piece.tags for piece in lab.pieces):
        raise tags.TagError(tag, f"a second {tags.COLAB} cell; keep one")
    code, marks = colab_cell(lab.name), [COLAB_TAG, SKIP_GRADING_TAG]
    folded = {"jupyter": {"source_hidden": True}}  # in JupyterLab, which has no use for it
    line = cell.line + tag - 1
    return Piece("code", "locked", code, code, line, tags=marks, metadata=folded)


def _code_pieces(cell: SourceCell, tagged: tags.TaggedCell) -> Iterator[Piece]:
    for tag in tagged.helps:
        raise tags.TagError(tag.line, "help stands in a text cell; move the tag above the code")
    if tagged.questions:
        question = _only_question(tagged)
        check = f'check("{question.id}")'
        line = cell.line + question.line - 1
        yield Piece("code", "check", check, check, line, question)
        return
    solution = blanks.solved(tagged)
    if tagged.blocks:
        student = blanks.blanked(tagged)
        key = answer_key(student, blanks.given(tagged))
        yield Piece("code", "blank", student, solution, cell.line, key=key)
    elif solution:
        yield Piece("code", "locked", solution, solution, cell.line)


def _only_question(tagged: tags.TaggedCell) -> tags.Question:
    question, *more = tagged.questions
    if more:
        raise tags.TagError(more[0].line, "two questions in one cell; give each its own")
    texts = [part for part in tagged.parts if isinstance(part, tags.Text)]
    if tagged.blocks or any(tags.stripped(text.lines) for text in texts):
        raise tags.TagError(question.line, "a test cell holds its QUESTION tag only; split it")
    if question.points is not None:
        wanted = "a test cell's points come from its tests; take the number away"
        raise tags.TagError(question.line, wanted)
    return question


def _text_pieces(cell: SourceCell, tagged: tags.TaggedCell) -> Iterator[Piece]:
    question: tags.Question | None = None
    text: Piece | None = None  # that hints below it belong to
    for part in tagged.parts:
        if isinstance(part, tags.Text) and not tags.stripped(part.lines):
            continue
        if not isinstance(part, tags.Block):
            _refuse_pending(question)
        match part:
            case tags.Text(lines=lines):
                written = tags.stripped(lines)
                if text is None or text.student:
                    yield from _finished(text)
                    text = _given_text(cell, written[0].number)
                text.student = text.solution = _joined(written)
                text.line = cell.line + written[0].number - 1
            case tags.Task():
                yield from _finished(text)
                text = _given_text(cell, part.line)
                text.helps.task = _placed(cell, part)
            case tags.Hint():
                text = text or _given_text(cell, part.line)
                text.helps.hints.append(_placed(cell, part))
            case tags.Question():
                yield from _finished(text)
                text = None
                if part.points is None:
                    wanted = "a written answer needs points; add them after its id"
                    raise tags.TagError(part.line, wanted)
                question = part
            case tags.Block(solution=solution):
                yield from _finished(text)
                text = None
                line = cell.line + (question or part).line - 1
                student = part.message or DEFAULT_ANSWER
                answer = textwrap.dedent(_joined(tags.stripped(solution)))
                yield Piece("markdown", "written", student, answer, line, question)
                question = None
    yield from _finished(text)
    _refuse_pending(question)


def _given_text(cell: SourceCell, line: int) -> Piece:
    return Piece(cell.kind, "locked", "", "", cell.line + line - 1)


def _finished(text: Piece | None) -> list[Piece]:
    return [] if text is None else [text]


HelpTag = TypeVar("HelpTag", tags.Task, tags.Hint)


def _placed(cell: SourceCell, tag: HelpTag) -> HelpTag:
    """The tag with its line in the file."""
    return dataclasses.replace(tag, line=cell.line + tag.line - 1)


def _refuse_pending(question: tags.Question | None) -> None:
    if question:
        wanted = "no answer follows this QUESTION; put it right above `#!TAG HWBEGIN`"
        raise tags.TagError(question.line, wanted)


def _joined(lines: list[tags.Line]) -> str:
    return "\n".join(line.text for line in lines)


def _name_cells(lab: Lab) -> None:
    """Give each cell its id, as `autograder.identity` says.

    Raises:
        UserError: a question's id is no id, or another cell's.
    """
    questions = _question_ids(lab)
    taken = set(questions)
    for piece, wanted in zip(lab.pieces, _wanted_ids(lab), strict=True):
        names = (identity.counted(wanted, count) for count in itertools.count(1))
        piece.cell_id = wanted if piece.question else next(n for n in names if n not in taken)
        taken.add(piece.cell_id)
        if wanted in questions and not piece.question:
            clash = f"the cell in line {piece.line} is called `{wanted}`; choose another id"
            raise UserError(f"{lab.path}:{questions[wanted]}: {clash}")


def _question_ids(lab: Lab) -> dict[str, int]:
    """The questions' ids, each with its line."""
    lines: dict[str, int] = {}
    for piece in lab.pieces:
        if piece.question is None:
            continue
        name = piece.question.id
        wrong = None
        if name in lines:
            wrong = f"the question id `{name}` is taken in line {lines[name]}; choose another"
        elif len(name) > identity.LENGTH_LIMIT:
            wrong = f"a question id has up to {identity.LENGTH_LIMIT} characters; shorten `{name}`"
        elif identity.OWN_ID.fullmatch(name):
            wrong = f"cells that students add are called `{name}`; choose another question id"
        if wrong:
            raise UserError(f"{lab.path}:{piece.line}: {wrong}")
        lines[name] = piece.line
    return lines


def _wanted_ids(lab: Lab) -> list[str]:
    """What each cell would be called if no other had the same name."""
    wanted: list[str] = []
    next_question: str | None = None  # that is tested
    next_id = ""  # of any question
    for index in reversed(range(len(lab.pieces))):
        piece = lab.pieces[index]
        if piece.question:
            next_id = piece.question.id
            wanted.append(next_id)
        elif piece.role == "blank":
            wanted.append(identity.answer_id(next_question, piece.key))
        elif piece.role == "written":
            texts = (one.student for one in reversed(lab.pieces[:index]) if one.role == "locked")
            wanted.append(identity.written_id(next(texts, piece.student)))
        else:
            # A head or hints alone are named by their question.
            wanted.append(identity.given_id(piece.kind, piece.student or next_id))
        if piece.role == "check":
            next_question = piece.question.id if piece.question else None
    return wanted[::-1]


def _author_tags(cell: SourceCell) -> list[str]:
    given = cell.metadata.get("tags")
    texts = [tag for tag in given if isinstance(tag, str)] if isinstance(given, list) else []
    return list(dict.fromkeys(tag for tag in texts if tag and "," not in tag))


def _author_metadata(cell: SourceCell) -> dict[str, Any]:
    """What Jupyter itself shows; an editor's leftovers go."""
    kept = {key: cell.metadata.get(key) for key in ("jupyter", "slideshow")}
    return {key: value for key, value in kept.items() if isinstance(value, dict)}


def _set_tags(cell: NotebookNode, cell_tags: list[str]) -> None:
    cell.metadata.pop("tags", None)
    if cell_tags:
        cell.metadata["tags"] = list(dict.fromkeys(cell_tags))


def _nbgrader_metadata(piece: Piece, points: Mapping[str, float]) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "grade": piece.is_graded,
        "grade_id": piece.grade_id,
        "locked": piece.role in ("locked", "check"),
        "schema_version": 3,
        "solution": piece.role in ("blank", "written"),
        "task": False,
    }
    if piece.is_graded:
        number = points[piece.grade_id]
        metadata["points"] = int(number) if number == int(number) else number
    return metadata
