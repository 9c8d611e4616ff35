"""nbgrader's own release step, run in process."""

import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbgrader.api
from alembic.script import ScriptDirectory
from nbgrader.converters.base import NbGraderException
from nbgrader.converters.generate_assignment import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.dbutil import ALEMBIC_DIR
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearOutput,
    ComputeChecksums,
    LockCells,
    SaveCells,
)
from traitlets import TraitError

from autograder.errors import UserError

# The tag compiler has already taken solutions out; what stays is locking, checks and the gradebook.
PREPROCESSORS = [LockCells, ClearOutput, CheckCellMetadata, ComputeChecksums, SaveCells]


def generate_assignment(course_dir: Path, lab: str) -> None:
    """Convert `source/<lab>/<lab>.ipynb` into `release/<lab>/`; record it in `gradebook.db`.

    May be repeated, also once there are submissions, as long as no cell comes or goes. If nbgrader
    refuses, an earlier release stays.

    Raises:
        UserError: nbgrader refuses, with its own reason.
    """
    notebook = course_dir / "source" / lab / f"{lab}.ipynb"
    if not notebook.is_file():
        raise UserError(f"{notebook}: no such notebook; put the lab's there")
    log = logging.Logger("generate_assignment", logging.ERROR)
    reasons = _Reasons()
    log.addHandler(reasons)
    with _replacing(course_dir / "release" / lab):
        try:
            root = str(course_dir.resolve())
            course = CourseDirectory(root=root, assignment_id=lab, notebook_id=lab)
            GenerateAssignment(coursedir=course, preprocessors=PREPROCESSORS, log=log).start()
        except (NbGraderException, TraitError) as error:
            reason = next(iter(reasons.found), str(error))
            raise UserError(f"{notebook}: nbgrader refuses it: {reason}") from error


@contextmanager
def _replacing(folder: Path) -> Iterator[None]:
    """Take a folder away while a new one is made; bring it back if that fails."""
    folder.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".old-", dir=folder.parent) as aside:
        kept = Path(aside) / folder.name
        if folder.exists():
            folder.rename(kept)
        try:
            yield
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            if kept.exists():
                kept.rename(folder)
            raise


def _schema_version() -> str | None:
    return ScriptDirectory(ALEMBIC_DIR).get_current_head()


# A new gradebook records its schema's version. nbgrader asks the command `alembic` for it, which
# takes a second and must be on the PATH; the same question in process needs neither.
nbgrader.api.get_alembic_version = _schema_version


class _Reasons(logging.Handler):
    """Keeps what went wrong, which nbgrader logs as a traceback, not in its exception."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage().strip()
        if message.startswith("Traceback"):
            self.found.append(message.splitlines()[-1])
