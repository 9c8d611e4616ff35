"""Publishes results: the gradebook's row, the notebook for graders, the page for the student.

What was published is never read back as a result; it can always be made again from what is stored.
Only what changed is written. For an unchanged class one question is put to the gradebook, a file
is read for each student, and nbgrader is not even imported. What looks at a student's text is done
by the press, under limits.
"""

import errno
import functools
import hashlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ..assignment import Assignment
from ..atomic_file import write_atomically
from ..judge.results import FAILED, SubmissionResult
from .blanks import known_blanks
from .course import Course
from .handed_in import TIMESTAMP_FILE, moment_of, read_timestamp
from .late_work import LateWork
from .lateness import Lateness
from .press import Jammed, Press
from .recorded import RecordedSubmission, read_gradebook
from .sheets import ANSWERS, Edition, NotebookWork, PageWork, answers_in

if TYPE_CHECKING:
    from .gradebook import CourseGradebook

AUTOGRADER = Path(__file__).parents[1]
OUR_CODE = (AUTOGRADER / "course", AUTOGRADER / "printable.py", AUTOGRADER / "render" / "mathml.py")
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".svg")


@dataclass(frozen=True)
class Published:
    """What was published last about a student: of what it was made, and the answers in it."""

    digest: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)  # question -> digest of the answer
    sizes: Mapping[str, int] = field(default_factory=dict)  # of the files, in bytes

    @classmethod
    def from_json(cls, content: Any) -> "Published":
        """Read one back.

        Raises:
            TypeError: if it is none.
        """
        published = cls(**content)
        for values, kind in ((published.answers, str), (published.sizes, int)):
            if not isinstance(values, dict) or not all(
                isinstance(v, kind) for v in values.values()
            ):
                raise TypeError(f"this holds no {kind.__name__}: {values}")
        return published


@dataclass(frozen=True)
class Publication:
    """What came of publishing."""

    notes: list[str] = field(default_factory=list)  # for the person who grades
    incomplete: list[str] = field(default_factory=list)  # students of whom not all was written


def publish(
    course: Course,
    assignment: Assignment,
    results: Sequence[SubmissionResult],
    exercises: Mapping[str, str] | None = None,
    title: str = "",
    on_student: Callable[[str, Sequence[str]], None] = lambda student, notes: None,
) -> Publication:
    """Bring the gradebook, the graders' notebooks and the students' pages up to date.

    Args:
        course: where to; the caller sees to it that nobody else publishes there meanwhile.
        assignment: the lab as it was graded.
        results: of the class, or of a part of it.
        exercises: titles for the page, by what stands before the "-" in the questions' ids.
        title: the lab's, for the page.
        on_student: told of each student about whom something was to be written, with the notes on
            that, as soon as it is done.

    Returns:
        Notes, and the students whose files can't all be written; the others' are.

    Raises:
        UserError: if the gradebook can't be used.
    """
    publisher = _Publisher(course, assignment, exercises or {}, title or assignment.lab)
    recorded = read_gradebook(course.gradebook, assignment.lab)
    stale = [result for result in results if not publisher.is_fresh(result, recorded)]
    if not stale:
        return Publication()
    incomplete = []
    with Press(publisher.edition) as press:
        from .gradebook import CourseGradebook  # it takes seconds to import, so only where needed

        with CourseGradebook(course) as gradebook:
            notes = gradebook.update_assignment(
                assignment.lab, assignment.notebook, assignment.extra, publisher.due
            )
            for result in stale:
                student = result.student
                try:
                    own = publisher.publish(result, gradebook, press)
                except OSError as error:  # of this student's files; the others go on
                    own = [_unwritten(student, error)]
                    incomplete.append(student)
                except Jammed as reason:
                    own = [
                        f"{student}: not published, as making the page {reason}; look at what was "
                        "handed in"
                    ]
                    incomplete.append(student)
                notes += own
                on_student(student, own)
    return Publication(notes, incomplete)


def _unwritten(student: str, error: OSError) -> str:
    remedy = {
        errno.ENOSPC: "make room on the disk",
        errno.EDQUOT: "make room on the disk",
        errno.EROFS: "make the disk writable",
    }.get(error.errno or 0, "make that path one that can be written")
    return (
        f"{student}: not everything could be published ({error.strerror or error}: "
        f"{error.filename2 or error.filename}); {remedy}, then grade again"
    )


class _Publisher:
    """One run of publishing: all that is the same for every student."""

    def __init__(
        self, course: Course, assignment: Assignment, exercises: Mapping[str, str], title: str
    ) -> None:
        self._course = course
        self._assignment = assignment
        self._exercises = exercises
        self._title = title
        self._lab = assignment.lab
        self._late_work = LateWork(course)
        self._due = self._late_work.dates.labs.get(self._lab)  # read first, as it may be wrong
        release = (assignment.release_dir / f"{self._lab}.ipynb").read_bytes()
        digest = hashlib.sha256(repr((sorted(exercises.items()), title)).encode())
        for content in (release, course.code(), *_our_code()):
            digest.update(hashlib.sha256(content).digest())
        self._digest = digest.hexdigest()

    @property
    def due(self) -> datetime | None:
        """The lab's due date, None if `dates.toml` has none."""
        return None if self._due is None else self._due.due

    def is_fresh(
        self, result: SubmissionResult, recorded: Mapping[str, RecordedSubmission]
    ) -> bool:
        """Whether all that there is to publish was published, and nobody graded by hand since."""
        student, before = result.student, self._load(result.student)
        if result.status == FAILED and before is not None:
            return True  # better what stands there than nothing
        row = recorded.get(student)
        return (
            before is not None
            and row is not None
            and before.digest == self._digest_of(result, row)
            and before.sizes == self._sizes(student)
        )

    def publish(
        self, result: SubmissionResult, gradebook: "CourseGradebook", press: Press
    ) -> list[str]:
        """Write all about one student.

        The gradebook comes before the page: if this is stopped half-way, an answer that a person
        must look at again is marked as such, and stays so.

        Raises:
            Jammed: if what is published can't be made.
        """
        from .gradebook import Answers

        student = result.student
        made, notes = _made(press, result)
        answers, before = made[ANSWERS], self._answers_before(student)
        changed = frozenset(name for name in answers if answers[name] != before.get(name))
        timestamp, late = self._timestamp(student)
        told = Answers(changed, frozenset(made["untouched"]))
        lateness = self._lateness(student, timestamp)
        notes += late + gradebook.record(self._lab, result, told, timestamp, lateness)
        self._write_notebook(student, made["notebook"])
        self._write_timestamp(student, timestamp)
        row = read_gradebook(self._course.gradebook, self._lab, student)[student]
        said = replace(row, late="" if lateness is None else lateness.said())
        _write(self._course.feedback_page(student, self._lab), press.make(PageWork(result, said)))
        # Those of questions that left the release, too: they may come back.
        answers = {**before, **answers}
        digest, sizes = self._digest_of(result, row), self._sizes(student)
        self._save(student, Published(digest, answers, sizes))
        return notes

    def _digest_of(self, result: SubmissionResult, row: RecordedSubmission) -> str:
        timestamp = self._timestamp(result.student)
        found = self._lateness(result.student, timestamp[0])
        late = found and (found.dates.due, found.extension, found.percent, found.said())
        parts = (self._digest, replace(result, seconds=0.0, cpu_s=0.0), row, timestamp, late)
        return hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()

    def _timestamp(self, student: str) -> tuple[str | None, list[str]]:
        folder = self._course.folder("submitted", student, self._lab)
        timestamp, notes = read_timestamp(folder)
        return timestamp, [f"{student}: {note}" for note in notes]

    def _lateness(self, student: str, timestamp: str | None) -> Lateness | None:
        zone = self._late_work.zone(self._lab)
        return self._late_work.of(self._lab, student, moment_of(timestamp, zone))

    def _answers_before(self, student: str) -> Mapping[str, str]:
        """The answers that graders have had before them so far.

        Where no record of them is left, they are those in the notebook that lies there.
        """
        published = self._load(student)
        if published is not None:
            return published.answers
        try:
            path = self._course.autograded_notebook(student, self._lab)
            notebook = json.loads(path.read_text("utf-8"))
            return answers_in(self._assignment.notebook, notebook)
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def _write_notebook(self, student: str, notebook: str) -> None:
        path = self._course.autograded_notebook(student, self._lab)
        _write(path, notebook)
        for picture in self._pictures:  # formgrader shows them from beside the notebook
            name = picture.relative_to(self._assignment.release_dir)
            if not any(one in notebook for one in (name.as_posix(), quote(name.as_posix()))):
                continue  # data, say: it would be there once for each student
            target = path.parent / name
            if not target.exists() or target.stat().st_size != picture.stat().st_size:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(picture, target)

    def _write_timestamp(self, student: str, timestamp: str | None) -> None:
        """By this `nbgrader autograde` sees whether something newer was handed in."""
        path = self._course.folder("autograded", student, self._lab) / TIMESTAMP_FILE
        if timestamp is None:
            path.unlink(missing_ok=True)
        else:
            _write(path, timestamp)

    def _sizes(self, student: str) -> dict[str, int]:
        """How large the files are that are there; a torn or emptied one is smaller than it was."""
        course = self._course
        files = {
            "page": course.feedback_page(student, self._lab),
            "notebook": course.autograded_notebook(student, self._lab),
        }
        return {name: path.stat().st_size for name, path in files.items() if path.is_file()}

    @functools.cached_property
    def edition(self) -> Edition:
        """What the press has to know."""
        record = self._course.root / "results" / self._lab / ".released" / "blanks.json"
        folder = self._assignment.release_dir
        return Edition(
            release=self._assignment.notebook,
            blanks=known_blanks(record, self._assignment.notebook),
            pictures=tuple(path.relative_to(folder).as_posix() for path in self._pictures),
            exercises=dict(self._exercises),
            title=self._title,
        )

    @functools.cached_property
    def _pictures(self) -> list[Path]:
        files = self._assignment.release_dir.rglob("*")
        return [path for path in files if path.suffix.lower() in PICTURES and path.is_file()]

    def _load(self, student: str) -> Published | None:
        try:
            return Published.from_json(json.loads(self._record(student).read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def _save(self, student: str, published: Published) -> None:
        _write(self._record(student), json.dumps(vars(published)) + "\n")

    def _record(self, student: str) -> Path:
        return self._course.root / "results" / self._lab / ".published" / f"{student}.json"


def _made(press: Press, result: SubmissionResult) -> tuple[Any, list[str]]:
    """The notebook for graders and what goes with it, its text as it was typed if need be."""
    try:
        return press.make(NotebookWork(result)), []
    except Jammed as reason:
        note = f"{result.student}: the text is shown as it was typed, as rendering it {reason}"
        return press.make(NotebookWork(result, rendered_limit=0)), [note]


def _our_code() -> list[bytes]:
    """A change of what publishes publishes everything once more."""
    files = [file for path in OUR_CODE for file in (path.iterdir() if path.is_dir() else [path])]
    return [file.read_bytes() for file in sorted(files) if file.suffix in (".py", ".html", ".css")]


def _write(path: Path, content: str) -> None:
    write_atomically(path, content.encode("utf-8", "replace"))
