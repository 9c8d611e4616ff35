"""Makes a class of demo submissions, so that one sees grading at work without a class.

What each student hands in stands in `source/<lab>/variants/class/<student>.txt`; the format is that
of all variants, see `autograder.variants.format`.
"""

from pathlib import Path
from typing import Any

import nbformat

from ..errors import UserError, shown
from ..lab import Lab
from ..variants.solution import Solution, read_solution
from ..variants.variant import Variant, read_variants

CLASS_FOLDER = "class"  # of variants


def make_class(lab: Lab, solution_root: Path, course_dir: Path) -> list[str]:
    """Write `submitted/<student>/<lab>/<lab>.ipynb` for each demo student; returns their names.

    Raises:
        UserError: if the lab has no demo class or was not built (exit code 2), or if a student's
            file no longer fits the solution.
    """
    solution = read_solution(lab.source)
    students = read_class(lab, solution)
    file = Path(lab.name) / f"{lab.name}.ipynb"
    solved = _read_solved(solution_root / file, solution)
    for student in students:
        path = course_dir / "submitted" / student.name / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(nbformat.writes(submission(solved, student)), "utf-8")
        for name, content in {**solution.files.solution, **student.files}.items():
            target = path.parent / name
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(content)
    return [student.name for student in students]


def read_class(lab: Lab, solution: Solution) -> list[Variant]:
    """The demo students by name, each with what they hand in.

    Raises:
        UserError: if the lab has no demo class (exit code 2), or a file of it is wrong.
    """
    folder = lab.variants_dir / CLASS_FOLDER
    students = read_variants(folder, solution, may_be_the_solution=True)
    if not students:
        message = f"{lab.name} has no demo class; write a file `<student>.txt` for each student"
        raise UserError(f"{shown(folder)}: {message}", exit_code=2)
    return students


def submission(solved: Any, student: Variant) -> Any:
    """The solved notebook with one student's answers in it."""
    notebook = nbformat.from_dict(solved)
    for cell in notebook.cells:
        cell.source = student.sources.get(cell.id, cell.source)
    return notebook


def _read_solved(path: Path, solution: Solution) -> Any:
    """The solution notebook, which must be what the lab's source builds."""
    if not path.is_file():
        raise UserError(f"{shown(path)}: not built yet; run `make release`", exit_code=2)
    solved = nbformat.read(path, as_version=4)
    pieces = [(piece.cell_id, piece.solution) for piece in solution.lab.pieces]
    if pieces != [(cell.id, cell.source) for cell in solved.cells]:
        built = shown(solution.path)
        raise UserError(f"{shown(path)}: not what {built} builds; run `make release`", exit_code=2)
    return solved
