"""Finds the solution of a released lab, for instructors and graders."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .errors import UserError
from .lab import read_lab_folder
from .notebook import read_notebook


def find_solution_files(
    project: Path, lab: str, release_root: Path, names: Iterable[str]
) -> dict[str, bytes]:
    """What is handed in besides the notebook, solved, by name; from where its solution is, too."""
    source = project / "source" / lab / f"{lab}.md"
    if release_root.resolve() == (project / "release").resolve() and source.is_file():
        from .compiler.extra_files import read_extra_files

        try:
            return read_extra_files(read_lab_folder(source)).solution
        except (UserError, OSError):  # the source is being worked on
            return {}
    folder = release_root.parent / "solution" / lab
    return {name: path.read_bytes() for name in names if (path := folder / name).is_file()}


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
            return read_notebook(built)  # quickly, where compiling takes a second
        from .compiler.notebooks import read_pieces, solution_notebook

        try:
            return solution_notebook(read_pieces(source), read_notebook(released))
        except (UserError, OSError, ValueError):  # the source is being worked on, or newer
            return None
    solved = release_root.parent / "solution" / lab / f"{lab}.ipynb"
    return read_notebook(solved) if solved.is_file() else None
