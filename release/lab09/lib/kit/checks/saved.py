"""The notebook as its file has it: which cell answers which question, and whether text changed.

Browsers save seldom, so the file may be older than what ran. It only counts where it was written
after a cell ran: then it holds the cell's newer text.
"""

import json
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from .runs import statements_of

Stamp = tuple[int, int]


@dataclass(frozen=True)
class SavedCell:
    """A code cell; `question` is that of the next check, "" after the last one. `is_given`: it is
    the lab's, and locked."""

    id: str
    source: str
    question: str
    is_answer: bool
    is_given: bool
    names: frozenset[str]


@dataclass(frozen=True)
class SavedNotebook:
    """The code cells of a file and the questions with a check cell, in order; none where there is
    no such file."""

    cells: tuple[SavedCell, ...] = ()
    questions: tuple[str, ...] = ()

    def sets(self, name: str) -> bool:
        """Whether some cell sets the name."""
        return any(name in cell.names for cell in self.cells)

    def gives(self, name: str) -> bool:
        """Whether it is a name of the lab's: a given cell sets it, and no answer does."""
        given = any(cell.is_given and name in cell.names for cell in self.cells)
        return given and not self.question_of(name)

    def question_of(self, name: str) -> str:
        """The question whose answer sets this name, "" if none does."""
        asked = (cell.question for cell in self.cells if cell.is_answer and name in cell.names)
        return next(asked, "")

    def last_above(self, question: str, name: str) -> SavedCell | None:
        """The cell that sets the name last before the question's check, as grading runs them."""
        order = [*self.questions, ""]
        if question not in order:
            return None
        upto = order[: order.index(question) + 1]
        found = [one for one in self.cells if one.question in upto and name in one.names]
        return found[-1] if found else None


def find_notebook(names: dict[str, Any], release_dir: Path) -> Path | None:
    """The notebook's file, as VS Code or Jupyter names it; else the only one in the folder."""
    for told in (names.get("__vsc_ipynb_file__"), os.environ.get("JPY_SESSION_NAME")):
        if isinstance(told, str) and told.endswith(".ipynb"):
            return next((one for one in (Path(told), release_dir / told) if one.is_file()), None)
    beside = list(release_dir.glob("*.ipynb"))
    return beside[0] if len(beside) == 1 else None


def stamp_of(path: Path | None) -> Stamp | None:
    """What changes when the file is written."""
    try:
        state = path.stat() if path is not None else None
    except OSError:
        return None
    return state and (state.st_mtime_ns, state.st_size)


def read_notebook(path: Path | None) -> SavedNotebook:
    """The notebook in a file; an empty one if it can't be read."""
    stamp = stamp_of(path)
    return SavedNotebook() if path is None or stamp is None else _read(path, stamp)


@lru_cache(maxsize=2)
def _read(path: Path, stamp: Stamp) -> SavedNotebook:
    try:
        cells = json.loads(path.read_text("utf-8"))["cells"]
        given = [cell for cell in cells if cell["cell_type"] == "code"]
        found: list[SavedCell] = []
        questions: list[str] = []
        question = ""
        for cell in reversed(given):
            marks = cell["metadata"].get("nbgrader", {})
            source = "".join(cell["source"])
            if marks.get("grade"):
                question = str(marks["grade_id"])
                questions.insert(0, question)
                continue
            cell_id, is_answer = str(cell.get("id", "")), bool(marks.get("solution"))
            is_given = bool(marks.get("locked")) and not is_answer
            names = frozenset(name for one in statements_of(source) for name in one.sets)
            found.insert(0, SavedCell(cell_id, source, question, is_answer, is_given, names))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return SavedNotebook()
    return SavedNotebook(tuple(found), tuple(questions))
