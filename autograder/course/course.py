"""A course: its folders, and what its own `nbgrader_config.py` says about them.

nbgrader is not imported here, which would cost seconds: traitlets' loader alone runs the file.
"""

import contextlib
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from ..errors import UserError

CONFIG_FILE = "nbgrader_config.py"
SQLITE = "sqlite:///"
ENGINE = "autograder.course.plugins.SubmissionExporter"  # what grades where our config is used


@dataclass(frozen=True)
class Course:
    """A course folder; `config` is what nbgrader would work with there."""

    root: Path
    config: Any = field(default_factory=Config)

    @property
    def id(self) -> str:
        """The course's name in its gradebook, usually empty."""
        return str(self._setting("course_id", "")).strip()

    @property
    def gradebook(self) -> Path:
        """The gradebook's file.

        Raises:
            UserError: if the config names a database that is no SQLite file.
        """
        url = str(self._setting("db_url", f"{SQLITE}gradebook.db"))
        if not url.startswith(SQLITE):
            raise UserError(
                f"{self.root / CONFIG_FILE}: CourseDirectory.db_url is {url}; only a SQLite file "
                f"can be graded into: give a URL that begins with {SQLITE}"
            )
        return self.root / url.removeprefix(SQLITE).partition("?")[0]

    def folder(self, step: str, student: str, lab: str) -> Path:
        """Where nbgrader keeps a student's "submitted", "autograded" or "feedback" files of a lab.

        The steps "source", "release" and "solution" have the student ".".
        """
        return self.root / str(self._setting(f"{step}_directory", step)) / student / lab

    def feedback_page(self, student: str, lab: str) -> Path:
        """Where a student's feedback lies."""
        return self.folder("feedback", student, lab) / f"{lab}.html"

    def autograded_notebook(self, student: str, lab: str) -> Path:
        """Where the notebook lies that graders see in formgrader."""
        return self.folder("autograded", student, lab) / f"{lab}.ipynb"

    def uses_our_engine(self) -> bool:
        """Whether formgrader's button and `nbgrader autograde` grade as `make grade` does."""
        exporter = self.config.get("Autograde", {}).get("exporter_class")
        if isinstance(exporter, type):
            exporter = f"{exporter.__module__}.{exporter.__qualname__}"
        return bool(exporter == ENGINE)

    def code(self) -> bytes:
        """The text of the config and of what may lie beside it, a plugin for late work say."""
        files = sorted(self.root.glob("*.py"))
        return b"".join(file.read_bytes() for file in files if file.is_file())

    def _setting(self, name: str, default: str) -> Any:
        return self.config.get("CourseDirectory", {}).get(name, default)


def load_course(root: Path) -> Course:
    """Read a course's config, in its folder, as nbgrader does.

    Raises:
        UserError: if it can't be run, or asks for folders that we don't know.
    """
    root = root.resolve()
    path = root / CONFIG_FILE
    if not path.is_file():
        return Course(root)
    try:
        with contextlib.chdir(root), modules_of(root):
            config = PyFileConfigLoader(CONFIG_FILE, str(root)).load_config()
    except (Exception, SystemExit) as error:  # whatever stands in the file
        raise UserError(
            f"{path}{_line(error, path)}: this can't be run: {type(error).__name__}: {error}; "
            "fix it, or delete the file to get a new one"
        ) from None
    course = Course(root, config)
    if "directory_structure" in config.get("CourseDirectory", {}):
        raise UserError(
            f"{path}: CourseDirectory.directory_structure is not supported: remove it, and keep "
            "files at STEP/STUDENT/LAB"
        )
    return course


@contextlib.contextmanager
def modules_of(root: Path) -> Iterator[None]:
    """Let modules be found that lie beside the config, as nbgrader does."""
    before = list(sys.path)
    sys.path.insert(0, str(root))
    try:
        yield
    finally:
        if str(root) not in before:  # what the config itself added stays
            with contextlib.suppress(ValueError):
                sys.path.remove(str(root))


def _line(error: BaseException, path: Path) -> str:
    """`:number` of the line that is to blame, if it is known."""
    if isinstance(error, SyntaxError):
        return f":{error.lineno}" if error.lineno else ""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(path)]
    return f":{lines[-1]}" if lines else ""
