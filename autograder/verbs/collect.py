"""Collects hand-ins: from what a platform hands over to `submitted/`, a decision for each file."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from filelock import FileLock

from ..assignment import Assignment, load_assignment
from ..atomic_file import write_atomically
from ..course.asked import asked_of
from ..course.copies import changed_by_hand, put_copies, recorded
from ..course.course import Course, load_course
from ..course.handed_in import TIMESTAMP_FILE, read_timestamp
from ..course.roster import FILE, Roster, read_roster
from ..delimited import read_delimited
from ..errors import UserError, shown
from ..platforms.archive import opened
from ..platforms.collecting import Before, Collecting, Plan
from ..platforms.decisions import Row, read_rows, rows_as_bytes, table_path
from ..platforms.grade_file import GradeFile
from ..platforms.handed_in import HandedIn
from ..platforms.recognise import TITLES, grade_file, recognise
from ..platforms.times import as_utc, read_time, read_zone
from ..project import find_project
from ..toml_file import read_toml
from .grade import LOCK_FILE

COLLECTED = ".collected"  # in a course: what we wrote, and when downloads were made


@dataclass(frozen=True)
class Collected:
    """What came of a download."""

    lab: str
    plan: Plan
    table: Path
    rows: list[Row]  # those of this download
    notes: list[str] = field(default_factory=list)
    is_dry: bool = False

    def as_json(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {
            "lab": self.lab,
            "platform": self.plan.platform,
            "dry_run": self.is_dry,
            "table": str(self.table),
            "counts": self.plan.counts,
            "rows": [asdict(row) for row in self.rows],
            "notes": self.notes,
        }

    def lines(self) -> list[str]:
        """What is said about it."""
        counts = ", ".join(f"{n} {what}" for what, n in self.plan.counts.items() if n)
        title = TITLES[self.plan.platform]
        would = "would be: " if self.is_dry else ""
        return [f"{self.lab}: names as {title} has them; {would}{counts or 'no files'}"]


def collect_download(
    course_dir: Path,
    lab: str,
    download: Path,
    *,
    release_root: Path | None = None,
    roster_file: Path | None = None,
    worksheet_file: Path | None = None,
    platform: str | None = None,
    zone: str | None = None,
    by_name: bool = False,
    alone: bool = False,
    dry_run: bool = False,
) -> Collected:
    """Take what students handed in from a zip archive or a folder.

    Args:
        course_dir: hand-ins go to its folder `submitted/`, decisions to `collect-<lab>.csv`.
        roster_file: who is in the course; else the course's `roster.csv`.
        worksheet_file: the platform's own file of grades, which says who is who.
        platform: where it was downloaded, if names alone don't say so.
        zone: of times without one; else that of the course's `dates.toml`.
        by_name: take a name that is unique on both sides as telling who it is.
        alone: nobody hands in for the others of their group.
        dry_run: decide, and write nothing.

    Raises:
        UserError: if the download, the roster or the worksheet can't be used; nothing is written.
    """
    course_dir = course_dir.resolve()
    if not course_dir.is_dir():
        raise UserError(
            f"{shown(course_dir)}: no such course folder; make it, or name another", exit_code=2
        )
    assignment = load_assignment(lab, release_root or find_project() / "release")
    course = load_course(course_dir)
    roster = read_roster(roster_file or course_dir / FILE, lab)
    worksheet, notes = _worksheet(worksheet_file)
    with _locked(course_dir, dry_run), opened(download) as archive, TemporaryDirectory() as temp:
        before = Before(read_rows(table_path(course_dir, lab)), _read_made(course_dir, lab))
        _refuse_unknown(before, roster, table_path(course_dir, lab))
        found, inner, clues = recognise(archive, roster, platform)
        collecting = Collecting(
            lab,
            asked_of(assignment),
            roster,
            worksheet,
            before,
            read_zone(zone) if zone else _zone_of(course_dir, lab),
            _Standing(course, lab),
            _written(course, lab),
            by_name,
            alone,
        )
        plan = collecting.plan(inner, found, clues, Path(temp))
        if not dry_run:
            notes += _write(course, assignment, plan)
    notes = [*roster.notes, *notes, *plan.notes]
    return Collected(lab, plan, table_path(course_dir, lab), plan.here, notes, dry_run)


@contextlib.contextmanager
def _locked(course_dir: Path, dry_run: bool) -> Iterator[None]:
    """Grading and collecting take turns; a dry run leaves no file behind."""
    if dry_run:
        yield
        return
    with FileLock(course_dir / LOCK_FILE):
        yield


def _worksheet(path: Path | None) -> tuple[GradeFile | None, list[str]]:
    if path is None:
        return None, []
    table = read_delimited(path)
    return grade_file(table), list(table.notes)


def _refuse_unknown(before: Before, roster: Roster, path: Path) -> None:
    """A student whom a person wrote into the table must be in the roster."""
    for row in before.rows:
        if row.is_by_hand and row.student_id and row.student_id not in roster.students:
            raise UserError(
                f"{shown(path)}: the row of {row.entry} has the student_id {row.student_id} by "
                "hand, who is not in the roster; correct one of them",
                exit_code=2,
            )


def _zone_of(course_dir: Path, lab: str) -> tzinfo | None:
    """The time zone in the course's `dates.toml`."""
    try:
        dates, _ = read_toml(course_dir / "dates.toml")
        of_lab = dates.get("labs", {}).get(lab, {}).get("timezone")
        name = of_lab or dates.get("timezone")
    except (OSError, UserError, AttributeError):
        return None
    return read_zone(str(name)) if name else None


@dataclass(frozen=True)
class _Standing:
    """What stands in students' folders by hand."""

    course: Course
    lab: str

    def __call__(self, student: str, handed_in: HandedIn) -> tuple[bool, datetime | None]:
        folder = self.course.folder("submitted", student, self.lab)
        name = f"{self.lab}.ipynb"
        if not changed_by_hand(folder, [name], _record(self.course, self.lab, student)):
            return False, None
        if (folder / name).read_bytes() == handed_in.contents()[name]:
            return False, None
        text, _ = read_timestamp(folder)
        time = read_time(text or "")
        return True, as_utc(time, read_zone("UTC")) if time else None


def _record(course: Course, lab: str, student: str) -> Path:
    return course.root / COLLECTED / lab / f"{student}.json"


def _written(course: Course, lab: str) -> dict[str, str]:
    """The hash of the notebook that we last wrote for each student."""
    records = (course.root / COLLECTED / lab).glob("*.json")
    known = {record.stem: recorded(record).get(f"{lab}.ipynb") for record in records}
    return {student: digest for student, digest in known.items() if digest}


def _write(course: Course, assignment: Assignment, plan: Plan) -> list[str]:
    """Hand-ins first, then the table: stopped half-way, the next run does the rest."""
    lab, notes = assignment.lab, []
    for student in plan.withdrawn:
        folder = course.folder("submitted", student, lab)
        notes += put_copies(folder, {}, _record(course, lab, student))
        with contextlib.suppress(OSError):
            folder.rmdir()
            folder.parent.rmdir()
    for student, (handed_in, time) in plan.put.items():
        folder = course.folder("submitted", student, lab)
        files, record = handed_in.contents(), _record(course, lab, student)
        path, name = folder / f"{lab}.ipynb", TIMESTAMP_FILE
        is_same = path.is_file() and path.read_bytes() == files[path.name]
        # A time that a person corrected holds for the hand-in that it was corrected for.
        if time and not (is_same and changed_by_hand(folder, [name], record)):
            files[name] = f"{time}\n".encode()
        notes += put_copies(folder, files, record)
    _write_if_new(table_path(course.root, lab), rows_as_bytes(plan.rows))
    made = json.dumps(plan.made_ns, indent=1, ensure_ascii=False) + "\n"
    _write_if_new(_made_path(course.root, lab), made.encode())
    return notes


def _write_if_new(path: Path, content: bytes) -> None:
    if not path.exists() or path.read_bytes() != content:
        write_atomically(path, content)


def _made_path(course_dir: Path, lab: str) -> Path:
    return course_dir / COLLECTED / f"{lab}.json"


def _read_made(course_dir: Path, lab: str) -> Mapping[str, int]:
    """When the download of each file was made; what can't be read says nothing."""
    try:
        known = json.loads(_made_path(course_dir, lab).read_text("utf-8"))
        # Earlier versions wrote a pair: a date from within, and this.
        pairs = {key: one if isinstance(one, list) else [one] for key, one in known.items()}
        return {str(key): int(times[-1]) for key, times in pairs.items()}
    except (OSError, ValueError, TypeError, AttributeError, IndexError):
        return {}
