"""Takes a lab's release into a course, where nbgrader and formgrader look for it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ..assignment import Assignment, load_assignment
from ..errors import UserError
from ..notebook import as_text
from ..project import find_project
from .config import write_config
from .copies import put_copies
from .course import Course, load_course

NOT_RELEASED = ("__pycache__", ".ipynb_checkpoints", ".data")  # left behind by trying it out
STEPS = ("source", "release", "solution", "autograded", "feedback")  # folders that we write to


class Taken(NamedTuple):
    """A course that holds a lab's release, the lab there, and notes for the person who grades."""

    course: Course
    assignment: Assignment
    notes: list[str]


def take_release(
    course_dir: Path,
    lab: str,
    release_root: Path,
    solution: Any = None,
    solved: Mapping[str, bytes] | None = None,
) -> Taken:
    """Make the course hold the lab as it is released now; an instructor's own files stay.

    `solution` is its solved notebook, and `solved` are the other files of the solution. They are
    kept where nbgrader keeps such, in `solution/<lab>/`, which no student gets to see; without a
    notebook, what lies there is used, if it fits the release.

    Raises:
        UserError: if the lab was not released, its name is refused, or the course's folders are
            those of the project (exit code 2 each); or if the course's config can't be run.
    """
    if "+" in lab or lab != lab.strip():
        raise UserError(f"{lab}: nbgrader refuses names with + or with spaces around; rename it", 2)
    released = load_assignment(lab, release_root)
    _refuse_project(load_course(course_dir), lab, released.release_dir)
    write_config(course_dir)
    course = load_course(course_dir)
    record = course.root / "results" / lab / ".copies"
    files, notes = _files_of(released.release_dir), []
    for step in ("source", "release"):
        folder = course.folder(step, ".", lab)
        if folder.resolve() != released.release_dir.resolve():
            notes += put_copies(folder, files, record / f"{step}.json")
    solution_dir = course.folder("solution", ".", lab)
    if solution is not None:
        solution_files = {f"{lab}.ipynb": as_text(solution).encode(), **(solved or {})}
        notes += put_copies(solution_dir, solution_files, record / "solution.json")
    release_root = course.folder("release", ".", lab).parent
    assignment = load_assignment(
        lab, release_root, solution_root=solution_dir.parent, source=released.source
    )
    return Taken(course, assignment, notes)


def _refuse_project(course: Course, lab: str, release_dir: Path) -> None:
    """Stop where what is written into the course would replace what labs are made of."""
    release_dir, project = release_dir.resolve(), find_project()
    projects = {project, release_dir.parents[1]}
    labs = [root for root in projects if root == project or _has_lab(root, lab)]
    owned = [root / name for root in labs for name in ("source", "release")]
    for step in STEPS:
        folder = course.folder(step, ".", lab).resolve()
        meets = [one for one in owned if _overlap(folder, one.resolve())]
        is_own = folder == release_dir and step in ("source", "release")  # it stays as it is
        if _overlap(folder, release_dir) and not is_own:
            meets.append(release_dir)
        if meets:
            raise UserError(
                f"{folder}: the course's {step} folder of {lab} meets {meets[0]}, which the lab is "
                "made from; give another folder as the course (COURSE=, --course)",
                exit_code=2,
            )


def _has_lab(root: Path, lab: str) -> bool:
    return (root / "source" / lab / f"{lab}.md").is_file()


def _overlap(left: Path, right: Path) -> bool:
    """Whether two folders are one, or one lies in the other."""
    return left.is_relative_to(right) or right.is_relative_to(left)


def _files_of(folder: Path) -> dict[str, bytes]:
    """The content of each file below, by its path there."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    names = [(path, path.relative_to(folder)) for path in files]
    return {
        name.as_posix(): path.read_bytes()
        for path, name in names
        if not set(name.parts) & set(NOT_RELEASED)
    }
