"""Exports the scores of a lab: into a platform's own file, or as a plain table."""

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ..assignment import Assignment, load_assignment
from ..atomic_file import write_atomically
from ..course.course import Course, load_course
from ..course.late_work import LateWork
from ..course.roster import FILE, Roster, Student, read_roster
from ..course.scores import FinalScore, final_scores
from ..course.ungraded import ungraded
from ..delimited import read_delimited
from ..errors import UserError, shown
from ..platforms.decimals import rounded
from ..platforms.decisions import Decision, read_rows, table_path
from ..platforms.filling import Change, Filling, fill
from ..platforms.recognise import TITLES, grade_file
from ..platforms.safe_text import safe_id, safe_text
from ..printable import printable
from ..project import find_project

LISTED_LIMIT = 10  # names in one line
PLAIN = "csv"  # what is written without a platform's file


@dataclass
class Exported:
    """What came of exporting."""

    lab: str
    platform: str
    out: Path
    scores: list[FinalScore]
    filling: Filling | None = None
    unfinished: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    is_dry: bool = False

    @property
    def differ(self) -> bool:
        """Whether somebody is in one list and not in the other."""
        return self.filling is not None and self.filling.differ

    def as_json(self) -> dict[str, Any]:
        """All of it as plain data."""
        filling = self.filling
        return {
            "lab": self.lab,
            "platform": self.platform,
            "out": str(self.out),
            "dry_run": self.is_dry,
            "counts": filling.counts if filling else {"rows": len(self.scores)},
            "rows": [asdict(row) for row in filling.rows] if filling else [],
            "missing": filling.missing if filling else [],
            "unfinished": self.unfinished,
            "scores": [_score_as_json(score) for score in self.scores],
            "notes": self.notes,
        }

    def lines(self) -> list[str]:
        """What is said about it."""
        would = "would go to" if self.is_dry else "went to"
        said = [f"{self.lab}: {len(self.scores)} scores {would} {shown(self.out)}"]
        if self.filling is None:
            return said
        counts = ", ".join(f"{n} {what}" for what, n in self.filling.counts.items() if n)
        title = TITLES[self.platform]
        said[0] = f"{self.lab}: {title}'s file, {counts}; {would} {shown(self.out)}"
        kept = [row for row in self.filling.rows if row.change is Change.KEPT]
        said += [f"  line {row.line}, {row.who}: stays, as {row.reason}" for row in kept]
        unknown = [row for row in self.filling.rows if row.change is Change.UNKNOWN]
        said += [f"  line {row.line}, {row.who}: {row.reason}" for row in unknown[:LISTED_LIMIT]]
        without = [row.student for row in self.filling.rows if row.change is Change.NO_SCORE]
        if without:
            said.append(f"in the file, without a score: {_listed(without)}")
        if unknown:
            said.append(f"in the file, and nobody of ours: {_listed([r.who for r in unknown])}")
        if self.filling.missing:
            said.append(f"with a score, and not in the file: {_listed(self.filling.missing)}")
        return said


def export_scores(
    course_dir: Path,
    lab: str,
    *,
    into: Path | None = None,
    out: Path | None = None,
    release_root: Path | None = None,
    roster_file: Path | None = None,
    grade_column: str | None = None,
    column: str | None = None,
    scale: bool = False,
    partial: bool = False,
    dry_run: bool = False,
) -> Exported:
    """Write the scores that count.

    Args:
        into: the platform's own file; it is filled, and written to `out`, else in its place.
        out: where to; without `into` a plain table.
        grade_column: the title of the column for scores, where it is not known by itself.
        column: the same by the column's number.
        scale: turn points into those of another maximum.
        partial: take scores that aren't final, too.

    Raises:
        UserError: if scores aren't final, or the file can't take them; nothing is written.
    """
    if into is None and out is None:
        raise UserError(
            "name the platform's own file with --into, or a new file with --out", exit_code=2
        )
    course_dir = course_dir.resolve()
    course = load_course(course_dir)
    assignment = load_assignment(lab, release_root or find_project() / "release")
    # Of the maximum a result knows the tests' part; a platform wants all that can be had.
    most = math.fsum(one.max_score for one in assignment.questions if not one.extra)
    scores = [replace(one, max_score=most) for one in final_scores(course, lab)]
    if not scores:
        raise UserError(
            f"{shown(course_dir)}: nobody has a score in {lab}; grade first", exit_code=2
        )
    unfinished = _unfinished(course, assignment, scores)
    if unfinished and not partial:
        count = len(unfinished)
        what = f"1 score of {lab} is" if count == 1 else f"{count} scores of {lab} are"
        raise UserError(
            f"{shown(course_dir)}: {what} not final, so nothing was "
            f"written ({'; '.join(unfinished[:3])}{' …' * (count > 3)}); see to them, or "
            "take them as they are with --partial"
        )
    counted = [score for score in scores if score.is_graded]
    roster = _roster(course_dir, roster_file, scores)
    target = out or into
    assert target is not None
    if into is None:
        exported = Exported(lab, PLAIN, target, counted, None, unfinished, is_dry=dry_run)
        content = plain_table(assignment, counted, roster, _gaps(unfinished))
    else:
        wanted = [one for one in (column, grade_column) if one]
        table = read_delimited(into)
        labels = (lab, assignment.title, assignment.title.partition(":")[0])
        file = grade_file(table, wanted, labels)
        known = _known(course_dir, lab)
        numbers = {one.student: float(rounded(one.score)) for one in counted}
        filling = fill(file, numbers, counted[0].max_score, roster, known, scale)
        exported = Exported(
            lab, file.platform, target, counted, filling, unfinished, filling.notes, dry_run
        )
        content = filling.content
    if not dry_run:
        write_atomically(target.resolve(), content)
    return exported


def _unfinished(course: Course, assignment: Assignment, scores: list[FinalScore]) -> list[str]:
    """What is missing until all scores are final."""
    lines = [f"{one.student}: {', '.join(one.unfinished)}" for one in scores if one.unfinished]
    outdated = LateWork(course).outdated(assignment.lab, scores)
    lines += [f"{student}: {why}" for student, why in outdated.items()]
    return lines + ungraded(course, assignment, {one.student for one in scores})


def _gaps(unfinished: Iterable[str]) -> Mapping[str, str]:
    return {line.partition(": ")[0]: line.partition(": ")[2] for line in unfinished}


def _roster(course_dir: Path, path: Path | None, scores: list[FinalScore]) -> Roster:
    """The course's; without one, everybody is known by the folder's name alone."""
    if path is not None or (course_dir / FILE).is_file():
        return read_roster(path or course_dir / FILE)
    return Roster(Student(one.student) for one in scores)


def _known(course_dir: Path, lab: str) -> dict[str, str]:
    """Students by the platform's own ids, as hand-ins were collected under them.

    A file that was given to somebody by hand says this only where no other does.
    """
    rows = read_rows(table_path(course_dir, lab))
    return {
        f"{row.platform}:{row.lms_id}": row.student_id
        for row in sorted(
            rows, key=lambda row: (not row.is_by_hand, row.decision == Decision.TAKEN)
        )
        if row.lms_id and row.student_id and not row.reason.startswith("of group")
    }


def plain_table(
    assignment: Assignment,
    scores: Sequence[FinalScore],
    roster: Roster,
    gaps: Mapping[str, str],
) -> bytes:
    """One row a student, a column a question; quoted, and nothing in it acts as a formula."""
    questions = [one.id for one in assignment.questions]
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(
        [
            *("student_id", "name", "email", *questions),
            *("raw_score", "late_penalty", "score", "max_score", "handed_in", "unfinished"),
        ]
    )
    for one in scores:
        student = roster.students.get(one.student) or Student(one.student)
        of_questions = [one.questions.get(name) for name in questions]
        numbers = [one.raw_score, one.penalty, one.score, one.max_score]
        writer.writerow(
            [
                safe_id(one.student),
                safe_text(printable(student.name)),
                safe_text(printable(student.values.get("email", ""))),
                *("" if score is None else _number(score) for score in of_questions),
                *map(_number, numbers),
                one.handed_in.partition(".")[0],
                safe_text(gaps.get(one.student, "")),
            ]
        )
    return text.getvalue().encode()


def _number(score: float) -> str:
    return f"{rounded(score).normalize():f}"


def _score_as_json(score: FinalScore) -> dict[str, Any]:
    return {**score.as_json(), "unfinished": [*score.unfinished]}


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - LISTED_LIMIT} more" if len(names) > LISTED_LIMIT else ""
    return ", ".join(names[:LISTED_LIMIT]) + more
