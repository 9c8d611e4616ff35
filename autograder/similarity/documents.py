"""What one student wrote, as documents: of each question its code and its prose, and each file."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from ..assignment import is_answer, is_own, nbgrader_tag
from ..course.blanks import Blanks, without_blanks
from ..course.notebook import untouched_answers, with_cells, work_by_question
from ..judge.content import Content, ExtraFile
from ..judge.ingest import ingest
from ..printable import UNSEEN, unstacked
from .normal_form import Kind, normal_form

LENGTH_LIMIT = 40_000  # characters of a document that are compared
BLANK_LINES = 2  # that are kept in a row
SPACES = re.compile(r"[^\S\n]{200,}")  # what has more in a row is made to take long
AFTER_ALL = "after the last check"  # where own cells may stand, too


@dataclass(frozen=True)
class Document:
    """A text for a question, or of a file; `normal` is its normal form."""

    question: str
    kind: Kind
    text: str
    normal: str
    is_cut: bool = False


@dataclass(frozen=True)
class Edition:
    """What is the same for every student: the release, and the blanks of all releases so far."""

    release: Any
    blanks: Blanks


@dataclass(frozen=True)
class Reading:
    """To take one hand-in apart, where it can do no harm: for the press."""

    content: Content

    def run(self, edition: Edition) -> list[tuple[str, str, str, str, bool]]:
        """The documents, as plain data."""
        found = documents_of(self.content, edition)
        return [(one.question, one.kind, one.text, one.normal, one.is_cut) for one in found]


def documents_of(content: Content, edition: Edition) -> list[Document]:
    """All that a student wrote; nothing that stands as it was released."""
    submission = ingest(edition.release, content)
    cells = without_blanks(submission.cells, edition.blanks)
    notebook = with_cells(edition.release, cells)
    untouched = untouched_answers(edition.release, notebook)
    found = []
    for question, work in _by_question(notebook).items():
        written = [cell for cell in work if nbgrader_tag(cell).get("grade_id") not in untouched]
        found += _of_cells(question, written)
    return found + [one for file in content.files for one in _of_file(file)]


def given_documents(notebooks: Iterable[Any], files: Mapping[str, bytes]) -> list[Document]:
    """All that we gave or would answer, cell by cell: what anybody may have.

    Code is given as a text, too: a written answer may quote it.
    """
    found: list[Document] = []
    for notebook in notebooks:
        for cell in notebook["cells"]:
            found += _of_cells("", [cell])
    for name, content in files.items():
        found += _of_file(ExtraFile(name, content))
    quoted = [one.text for one in found if one.kind is Kind.CODE]
    return found + [_document("", Kind.PROSE, text) for text in quoted]


def _by_question(notebook: Any) -> dict[str, Collection[Any]]:
    """The cells that a student wrote by question, and those that belong to none."""
    work: dict[str, Collection[Any]] = dict(work_by_question(notebook))
    taken = {cell["id"] for cells in work.values() for cell in cells}
    written = [cell for cell in notebook["cells"] if is_own(cell) or is_answer(cell)]
    return work | {AFTER_ALL: [cell for cell in written if cell["id"] not in taken]}


def _of_cells(question: str, cells: Iterable[Any]) -> list[Document]:
    texts: dict[Kind, list[str]] = {Kind.CODE: [], Kind.PROSE: []}
    for cell in cells:
        kind = Kind.CODE if cell["cell_type"] == "code" else Kind.PROSE
        texts[kind].append(cell["source"])
    return [_document(question, kind, "\n\n".join(parts)) for kind, parts in texts.items() if parts]


def _of_file(file: ExtraFile) -> list[Document]:
    content = file.content or b""
    text = content[: 8 * LENGTH_LIMIT].decode("utf-8-sig", "replace")
    if not text.strip() or "\0" in text:  # no text
        return []
    kind = Kind.CODE if PurePath(file.name).suffix == ".py" else Kind.PROSE
    return [_document(file.name, kind, text)]


def _document(question: str, kind: Kind, text: str) -> Document:
    """Without what is not for eyes: it would hide a copy, and act on a page."""
    seen = _thinned(UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    cut = seen[:LENGTH_LIMIT]
    return Document(question, kind, cut, normal_form(cut, kind), len(seen) > LENGTH_LIMIT)


def _thinned(text: str) -> str:
    """The text with few blank lines in a row, and few spaces: a text padded with them would take
    time by the square of its length, and end before the copy in it begins.
    """
    lines, blank = [], 0
    for line in SPACES.sub(" " * 80, unstacked(text)).split("\n"):
        blank = 0 if line.strip() else blank + 1
        if blank <= BLANK_LINES:
            lines.append(line)
    return "\n".join(lines)
