"""nbgrader's own release step, run in process."""

import logging
import shutil
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

from autograder.errors import UserError

# The tag compiler has already taken solutions out; what stays is locking, checks and the gradebook.
PREPROCESSORS = [LockCells, ClearOutput, CheckCellMetadata, ComputeChecksums, SaveCells]


def generate_assignment(course_dir: Path, lab: str) -> None:
    """Convert `source/<lab>/<lab>.ipynb` into `release/<lab>/`; record it in `gradebook.db`.

    May be repeated, also once there are submissions, as long as no cell comes or goes.

    Raises:
        UserError: nbgrader refuses, with its own reason.
    """
    log = logging.Logger("generate_assignment", logging.ERROR)
    reasons = _Reasons()
    log.addHandler(reasons)
    shutil.rmtree(course_dir / "release" / lab, ignore_errors=True)
    course = CourseDirectory(root=str(course_dir.resolve()), assignment_id=lab, notebook_id=lab)
    converter = GenerateAssignment(coursedir=course, preprocessors=PREPROCESSORS, log=log)
    try:
        converter.start()
    except NbGraderException as error:
        place = course_dir / "source" / lab / f"{lab}.ipynb"
        reason = next(iter(reasons.found), str(error))
        raise UserError(f"{place}: nbgrader refuses it: {reason}") from error


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
