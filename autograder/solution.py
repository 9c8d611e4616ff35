"""Finds the solution of a released lab, for instructors and graders."""

from pathlib import Path
from typing import Any

import nbformat

from .errors import UserError


def find_solution(project: Path, lab: str, release_root: Path) -> Any | None:
    """The solved notebook of a release, None if there is none.

    The project's own releases are solved from their sources, so that the solution is never older;
    for others it is what `build --out` wrote beside them.
    """
    released = release_root / lab / f"{lab}.ipynb"
    source = project / "source" / lab / f"{lab}.md"
    if release_root.resolve() == (project / "release").resolve() and source.is_file():
        built = project / ".build" / "solution" / lab / f"{lab}.ipynb"
        if built.is_file() and built.stat().st_mtime > source.stat().st_mtime:
            return nbformat.read(built, as_version=4)  # quickly, where compiling takes a second
        from .compiler.notebooks import read_pieces, solution_notebook

        try:
            return solution_notebook(read_pieces(source), nbformat.read(released, as_version=4))
        except (UserError, OSError, ValueError):  # the source is being worked on, or newer
            return None
    solved = release_root.parent / "solution" / lab / f"{lab}.ipynb"
    return nbformat.read(solved, as_version=4) if solved.is_file() else None
