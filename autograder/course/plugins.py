"""The classes that a course's config names: nbgrader's commands and formgrader's buttons use them.

They go the way of `make grade`, for one student, and hand nbgrader back what was made there, so
that nbgrader converts nothing itself.
"""

import datetime
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbconvert.exporters.exporter import Exporter
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Unicode, default

from .course import Course, load_course
from .gradebook import as_stored, parse_date
from .handed_in import moment_of, read_timestamp
from .late_work import LateWork


class SubmissionExporter(NotebookExporter):
    """For `Autograde`: grades and publishes the student asked for; the notebook for graders."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        _shield(self.parent)
        from ..verbs.one_student import introduce  # it stands above this package

        course = self.parent.coursedir
        _say(self.parent, introduce(load_course(Path(course.root)), course.assignment_id))

    def from_filename(
        self, filename: str, resources: Any = None, **_: Any
    ) -> tuple[str, dict[str, Any]]:
        """Nbgrader asks twice: with the file handed in, and with what it got for that."""
        from ..verbs.one_student import grade_student

        asked = resources["nbgrader"]
        course = load_course(Path(self.parent.coursedir.root))
        made = course.autograded_notebook(asked["student"], asked["assignment"])
        if Path(filename).resolve() != made.resolve():
            _say(self.parent, grade_student(course, asked["assignment"], asked["student"]))
        return made.read_text("utf-8"), {**resources, "output_extension": self.file_extension}


class FeedbackExporter(Exporter):
    """For `GenerateFeedback`: the page of the student asked for, with what was given by hand."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        _shield(self.parent)

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def from_filename(
        self, filename: str, resources: Any = None, **_: Any
    ) -> tuple[str, dict[str, Any]]:
        """The file is not looked at: the page is made from the result and the gradebook."""
        from ..verbs.one_student import publish_student

        asked = resources["nbgrader"]
        course = load_course(Path(self.parent.coursedir.root))
        _say(self.parent, publish_student(course, asked["assignment"], asked["student"]))
        page = course.feedback_page(asked["student"], asked["assignment"])
        return page.read_text("utf-8"), {**resources, "output_extension": self.file_extension}


class LatePenalty(LateSubmissionPlugin):
    """For `AssignLatePenalties`: the rule of the course's `dates.toml`; of a lab that it does not
    have, or has no rule for, nbgrader's own.
    """

    course = Unicode("", help="The course's folder.").tag(config=True)

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._late_work = LateWork(Course(Path(self.course), self.config))

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """What is taken off; None if nothing is."""
        lab = self.parent.assignment_id  # nbgrader tells a plugin nothing of it
        dates = self._late_work.of_student(lab, student_id)
        if dates is None:
            return super().late_submission_penalty(student_id, score, total_seconds_late)
        handed_in = dates.due + datetime.timedelta(seconds=total_seconds_late)
        late = self._late_work.of(lab, student_id, handed_in)
        if late is not None and late.percent is None:
            return super().late_submission_penalty(student_id, score, total_seconds_late)
        return late.penalty(score) or None if late is not None else None


class _NothingButNotebooks(CourseDirectory):
    """A course whose students' folders hold dates at most.

    nbgrader copies such folders, links and all: one to the gradebook would bring the gradebook, a
    pipe would stop everything.
    """

    def get_existing_timestamp(self, dest_path: str) -> datetime.datetime | None:
        """What nbgrader's `timestamp.txt` says, if it says anything."""
        path = Path(dest_path)
        text, late_work = read_timestamp(path)[0], LateWork(Course(Path(self.root)))
        if late_work.knows(path.name):
            return as_stored(moment_of(text, late_work.zone(path.name)))
        return parse_date(text)


def _say(converter: Any, notes: list[str]) -> None:
    for note in notes:
        converter.log.warning("%s", note)


def _shield(converter: Any) -> None:
    """Give the converter, which lives as long as one command, a course that ignores all files."""
    given = converter.coursedir
    settings = {name: getattr(given, name) for name in given.trait_names(config=True)}
    converter.coursedir = _NothingButNotebooks(**{**settings, "ignore": ["*"]})
