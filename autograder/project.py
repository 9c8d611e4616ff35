"""Finds the project that commands work on, and the folder that our own code lies in.

A project is a folder with `source/`, which holds its labs; what is built from them goes to
`release/` and `.build/` beside it. In a checkout both are the same folder; where the autograder was
installed, its code lies apart.
"""

from pathlib import Path

from .errors import UserError

HOME = Path(__file__).resolve().parents[1]  # `autograder` and `lib` lie in it


def find_project(start: Path | None = None) -> Path:
    """The nearest project upwards from a folder (the current one); else the checkout we lie in.

    Raises:
        UserError: if there is none (exit code 2).
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents, HOME):
        if _is_project(folder):
            return folder
    raise UserError(
        f"{start}: no project here or above, that is, no folder with `source/<lab>/<lab>.md`; "
        "change to the project's folder, or make an empty folder `source` to begin one",
        exit_code=2,
    )


def _is_project(folder: Path) -> bool:
    """Whether its `source/` holds labs, or nothing yet: that of nbgrader's courses holds others."""
    try:
        entries = [path for path in (folder / "source").iterdir() if path.name[0] != "."]
        return not entries or any(_holds_lab(path) for path in entries)
    except OSError:  # there is none, or it isn't for us to read
        return False


def _holds_lab(folder: Path) -> bool:
    """Whether it holds a lab, perhaps one that is to be converted yet."""
    names = [f"{folder.name}.md", "lab.toml", *(f"{folder.name}{one}" for one in (".Rmd", ".qmd"))]
    return any((folder / name).is_file() for name in names)
