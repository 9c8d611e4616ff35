"""Takes a lab's release into a course, where nbgrader and formgrader look for it."""

import filecmp
import os
import shutil
from pathlib import Path
from typing import Any

from ..assignment import Assignment, load_assignment
from ..errors import UserError
from ..notebook import as_text
from .config import write_config
from .course import Course, load_course

NOT_RELEASED = ("__pycache__", ".ipynb_checkpoints", ".data")  # left behind by trying it out


def take_release(
    course_dir: Path, lab: str, release_root: Path, solution: Any = None
) -> tuple[Course, Assignment]:
    """Make the course hold the lab as it is released now.

    `solution` is its solved notebook. It is kept where nbgrader keeps such, in `solution/<lab>/`,
    which no student gets to see; without one, what lies there is used, if it fits the release.

    Raises:
        UserError: if the lab was not released (exit code 2), its name is refused, or the course's
            config can't be run.
    """
    if "+" in lab or lab != lab.strip():
        raise UserError(f"{lab}: nbgrader refuses names with + or with spaces around; rename it", 2)
    released = load_assignment(lab, release_root)
    write_config(course_dir)
    course = load_course(course_dir)
    source, release = (course.folder(step, ".", lab) for step in ("source", "release"))
    for folder in (source, release):
        if folder.resolve() != released.release_dir.resolve():
            _make_same(released.release_dir, folder)
    solution_root = course.folder("solution", ".", lab).parent
    if solution is not None:
        _write_if_changed(solution_root / lab / f"{lab}.ipynb", as_text(solution))
    return course, load_assignment(lab, release.parent, solution_root=solution_root)


def _make_same(original: Path, copy: Path) -> None:
    """Put a copy of a folder in place, unless it is there; stopped half-way, it is made again."""
    if _same_tree(original, copy):
        return
    copy.parent.mkdir(parents=True, exist_ok=True)
    draft = copy.with_name(f".{copy.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(original, draft, ignore=shutil.ignore_patterns(*NOT_RELEASED))
    shutil.rmtree(copy, ignore_errors=True)
    draft.rename(copy)


def _same_tree(left: Path, right: Path) -> bool:
    """Whether two folders hold the same files with the same content."""
    names = [_files_below(folder) for folder in (left, right)]
    if names[0] != names[1]:
        return False
    return not any(filecmp.cmpfiles(left, right, names[0], shallow=False)[1:])


def _files_below(folder: Path) -> list[str]:
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(str(file) for file in files if not set(file.parts) & set(NOT_RELEASED))


def _write_if_changed(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_text("utf-8") != content:
        path.write_text(content, "utf-8")
