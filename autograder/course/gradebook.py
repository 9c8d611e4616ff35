"""Brings a graded class into nbgrader: its gradebook, and feedback for each student."""

import filecmp
import logging
import re
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from ..assignment import Assignment, load_assignment
from ..errors import UserError
from ..judge.results import SubmissionResult
from .config import configure, write_config
from .generate import generate_assignment

NOT_RELEASED = ("__pycache__", ".ipynb_checkpoints", ".data")  # left behind by trying it out


def prepare_course(
    course_dir: Path, lab: str, release_root: Path, solution: Any = None
) -> Assignment:
    """Make the course know the lab as it is released now.

    `solution` is its solved notebook. It is kept where nbgrader keeps such, in `solution/<lab>/`,
    which no student gets to see; without one, what lies there is used, if it fits the release.

    Raises:
        UserError: if the lab was not released (exit code 2).
    """
    released = load_assignment(lab, release_root)
    write_config(course_dir)
    source = course_dir / "source" / lab
    is_known = (course_dir / "release" / lab).is_dir() and _is_in_gradebook(course_dir, lab)
    if not is_known or not _same_tree(released.release_dir, source):
        shutil.rmtree(source, ignore_errors=True)
        shutil.copytree(released.release_dir, source, ignore=shutil.ignore_patterns(*NOT_RELEASED))
        generate_assignment(course_dir, lab)
    solution_root = course_dir / CourseDirectory().solution_directory
    if solution is not None:
        _write_if_changed(solution_root / lab / f"{lab}.ipynb", nbformat.writes(solution))
    return load_assignment(lab, course_dir / "release", solution_root=solution_root)


def record_results(course_dir: Path, lab: str, results: list[SubmissionResult]) -> None:
    """Fill the gradebook through nbgrader's own autograde step and write feedback HTML.

    Scores that a person gave by hand in formgrader are kept.

    Raises:
        UserError: with nbgrader's own words, if it fails.
    """
    config = Config()
    configure(config)
    config.RecordResult.known = {result.student: result for result in results}
    api = NbGraderAPI(CourseDirectory(root=str(course_dir)), config=config)
    for step in (api.autograde, api.generate_feedback):
        with _quiet():
            outcome = step(lab, "*", force=True)
        if not outcome["success"]:
            reason = _reason(outcome.get("log") or outcome["error"])
            raise UserError(f"{course_dir}: nbgrader's {step.__name__} failed: {reason}")


def feedback_page(course_dir: Path, student: str, lab: str) -> Path:
    """Where a student's feedback lies."""
    return course_dir / "feedback" / student / lab / f"{lab}.html"


def _is_in_gradebook(course_dir: Path, lab: str) -> bool:
    """A run that was killed may have made the release and not got as far as the gradebook."""
    path = course_dir / "gradebook.db"
    if not path.is_file():
        return False
    with Gradebook(f"sqlite:///{path}") as gradebook:
        try:
            gradebook.find_notebook(lab, lab)
        except MissingEntry:
            return False
    return True


def _write_if_changed(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_text("utf-8") != content:
        path.write_text(content, "utf-8")


def _same_tree(left: Path, right: Path) -> bool:
    """Whether two folders hold the same files with the same content."""
    names = [_files_below(folder) for folder in (left, right)]
    if names[0] != names[1]:
        return False
    return not any(filecmp.cmpfiles(left, right, names[0], shallow=False)[1:])


def _files_below(folder: Path) -> list[str]:
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(str(file) for file in files if not set(file.parts) & set(NOT_RELEASED))


def _reason(log: str) -> str:
    """The last exception that a log names; else its last line."""
    lines = [line.strip() for line in log.strip().splitlines()]
    raised = [line for line in lines if re.match(r"[\w.]+(Error|Exception): ", line)]
    return (raised or lines)[-1]


@contextmanager
def _quiet() -> Iterator[None]:
    """nbgrader logs and warns on the terminal as well; what matters is in the outcome."""
    logger = logging.getLogger("traitlets")
    propagate, handlers = logger.propagate, logger.handlers
    logger.propagate, logger.handlers = False, []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.propagate, logger.handlers = propagate, handlers
