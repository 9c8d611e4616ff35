"""Makes a class of demo submissions, so that one sees grading at work without a class.

What each student did stands in `source/<lab>/variants/demo.py`:

    CLASS: dict[str, list[str | tuple[str, str]]]

maps a student to changes of the solution: the id of a question whose answers are left blank
("*" for all), or a pair (old, new) of texts, `old` standing exactly once in the code cells.
"""

import importlib.util
from pathlib import Path
from typing import Any

import nbformat

from .assignment import is_answer, nbgrader_tag
from .errors import UserError
from .lab import find_lab

Change = str | tuple[str, str]
ALL_QUESTIONS = "*"


def make_class(lab: str, release_root: Path, solution_root: Path, course_dir: Path) -> list[str]:
    """Write `submitted/<student>/<lab>/<lab>.ipynb` for each demo student; returns their names.

    Raises:
        UserError: if the lab has no demo class or was not built (exit code 2), or if a change
            no longer fits the solution.
    """
    blank, solved = (_read(root / lab / f"{lab}.ipynb") for root in (release_root, solution_root))
    for student, changes in load_class(lab).items():
        path = course_dir / "submitted" / student / lab / f"{lab}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(nbformat.writes(submission(blank, solved, student, changes)), "utf-8")
    return list(load_class(lab))


def submission(blank: Any, solved: Any, student: str, changes: list[Change]) -> Any:
    """The solved notebook with one student's changes in it."""
    notebook = nbformat.from_dict(solved)
    for change in changes:
        if isinstance(change, str):
            _leave_blank(notebook, blank, change)
        else:
            _replace(notebook, student, *change)
    return notebook


def _leave_blank(notebook: Any, blank: Any, question: str) -> None:
    """Put back the blank answer cells that lead up to a question's check cell."""
    blank_sources = {cell.id: cell.source for cell in blank.cells}
    pending: list[Any] = []
    for cell in notebook.cells:
        tag = nbgrader_tag(cell)
        if is_answer(cell):
            pending.append(cell)
        if tag.get("grade"):
            if question in (ALL_QUESTIONS, tag["grade_id"]):
                for answer in pending:
                    answer.source = blank_sources[answer.id]
            pending = []


def _replace(notebook: Any, student: str, old: str, new: str) -> None:
    holders = [cell for cell in notebook.cells if is_answer(cell) and old in cell.source]
    if len(holders) != 1 or holders[0].source.count(old) != 1:
        raise UserError(
            f"demo class, {student}: {old!r} stands in {len(holders)} answers of the solution; "
            "it has to stand exactly once"
        )
    holders[0].source = holders[0].source.replace(old, new)


def load_class(lab: str) -> dict[str, list[Change]]:
    """Each demo student and the changes of the solution.

    Raises:
        UserError: if the lab has no demo class (exit code 2).
    """
    path = find_lab(lab).variants_dir / "demo.py"
    spec = importlib.util.spec_from_file_location(f"demo_{lab}", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise UserError(f"{path}: {lab} has no demo class", exit_code=2)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    loaded: dict[str, list[Change]] = module.CLASS
    return loaded


def _read(path: Path) -> Any:
    if not path.is_file():
        raise UserError(f"{path}: not built yet; run `make release`", exit_code=2)
    return nbformat.read(path, as_version=4)
