"""Sheets of all answers to one written question: written without names, and read back."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from filelock import FileLock

from ..assignment import Assignment, GradedQuestion
from ..atomic_file import write_atomically
from ..counted import counted
from ..course.class_run import ClassRun, not_graded, recall
from ..course.course import Course, load_course
from ..course.outline import Outline
from ..course.recorded import RecordedSubmission, read_gradebook
from ..course.store import ResultStore
from ..course.ungraded import ungraded
from ..errors import UserError, shown
from ..hand_grading.answers import Answers, answer_cell, collect_answers
from ..hand_grading.codes import Codes
from ..hand_grading.comments import saved_comments
from ..hand_grading.merging import GraderFigures, figures
from ..hand_grading.page import SheetPage, ShownAnswer, render_sheet
from ..hand_grading.reading import Outcome, Question, decide
from ..hand_grading.record import Record, folder_of, read_record, secret_of
from ..hand_grading.stand import Stand, stand_of
from ..hand_grading.table import is_filled_in, key_of, read_sheet, table_as_bytes
from ..hand_grading.task import task_above
from ..hand_grading.texts import Texts
from ..judge.submission import StudentCell
from ..rubric import Rubric
from ..toml_file import nearest
from .grade import LOCK_FILE
from .one_student import assignment_of

LISTED_LIMIT = 20  # lines of one kind; the JSON file has all


@dataclass(frozen=True)
class Sheet:
    """What was written for graders."""

    lab: str
    question: str
    page: Path
    table: Path
    num_answers: int
    num_waiting: int
    num_untouched: int
    notes: list[str]
    is_dry: bool = False

    def lines(self) -> list[str]:
        """What a person wants to know."""
        would = "would go to" if self.is_dry else "went to"
        return [
            f"{self.lab}, {self.question}: {counted(self.num_answers, 'answer')} {would} the "
            f"sheet, {self.num_waiting} wait for a person; {self.num_untouched} left the question "
            "as it was released (0 points)",
            f"page   {shown(self.page)}",
            f"table  {shown(self.table)}",
        ]

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return {**vars(self), "page": str(self.page), "table": str(self.table)}


@dataclass(frozen=True)
class SheetsRead:
    """What came of sheets that were read."""

    lab: str
    question: str
    files: list[Path]
    outcome: Outcome
    graders: list[GraderFigures]
    num_open: int  # rows with nothing filled in
    num_waiting: int  # answers that still wait for a person
    num_untouched: int
    is_dry: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether all that the sheets give is in the gradebook."""
        done = self.outcome
        return not (done.disputed or done.graded_elsewhere or done.changed_answers or done.refused)

    def lines(self) -> list[str]:
        """What a person wants to know."""
        done = self.outcome
        would = "would get" if self.is_dry else "got"
        students = sum(len(change.answer.students) for change in done.changes)
        lines = [
            f"{self.lab}, {self.question}: {counted(len(done.changes), 'answer')} "
            f"({counted(students, 'student')}) {would} points; {len(done.unchanged)} had them "
            f"already; {self.num_waiting} {'would ' * self.is_dry}wait for a person; "
            f"{self.num_untouched} left the question as it was released (0 points)"
        ]
        kinds = (
            ("graders differ, so nothing was written", map(str, done.disputed)),
            ("graded elsewhere, so nothing was written", done.graded_elsewhere),
            ("not taken", done.changed_answers),
            ("not taken", done.refused),
        )
        for kind, found in kinds:
            lines += _listed(f"{kind}: {line}" for line in found)
        return lines + [_said(one) for one in self.graders]

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        done = self.outcome
        return {
            "lab": self.lab,
            "question": self.question,
            "files": [str(path) for path in self.files],
            "written": [
                {
                    "code": change.answer.code,
                    "students": [*change.answer.students],
                    "points": change.points,
                    "graders": [*change.graders],
                }
                for change in done.changes
            ],
            "unchanged": done.unchanged,
            "disputed": [
                {
                    "code": dispute.code,
                    "marks": {name: mark.as_json() for name, mark in dispute.marks.items()},
                }
                for dispute in done.disputed
            ],
            "graded_elsewhere": done.graded_elsewhere,
            "changed_answers": done.changed_answers,
            "refused": done.refused,
            "notes": done.notes,
            "graders": [one.as_json() for one in self.graders],
            "open_rows": self.num_open,
            "waiting": self.num_waiting,
            "untouched": self.num_untouched,
        }


def write_sheet(
    course_dir: Path,
    lab: str,
    question: str,
    *,
    out: Path | None = None,
    only_waiting: bool = False,
    dry_run: bool = False,
) -> Sheet:
    """Write a page and a CSV with all answers to a question, in no student's order.

    Args:
        out: the page, else `sheet-<lab>-<question>.html` in the course; the CSV lies beside it.
        only_waiting: leave out what is graded.

    Raises:
        UserError: if there is no such written question, the lab was not graded, or a CSV that
            lies there was filled in (exit code 2 each).
    """
    page = out or course_dir.resolve() / f"sheet-{lab}-{question}.html"
    if page.suffix.lower() not in (".html", ".htm"):
        raise UserError(
            f"{shown(page)}: the page's name ends with .html; the CSV lies beside it", 2
        )
    table = page.with_suffix(".csv")
    if table.exists() and is_filled_in(table):
        raise UserError(
            f"{shown(table)}: something is filled in there; read it with --read and move it away, "
            "or name another page with --out",
            exit_code=2,
        )
    with _class_of(course_dir, lab, question, keep_secret=not dry_run) as graded:
        stands = [graded.stands[answer.code] for answer in graded.answers.answers]
        newer = graded.newer
    waiting = [stand for stand in stands if not stand.is_graded]
    on_it = waiting if only_waiting else stands
    if not dry_run:
        rows = [
            (stand.answer.code, stand.answer.cell.source, stand.token(graded.codes))
            for stand in on_it
        ]
        html = render_sheet(graded.page(on_it, only_waiting))
        _write(page, html.encode("utf-8", "replace"))
        _write(table, table_as_bytes(rows, graded.rubric))
    untouched = len(graded.answers.untouched)
    notes = [] if graded.rubric.items else [
        f"{question} has no rubric; write [[questions.{question}.rubric]] into lab.toml to have one"
    ]  # fmt: skip
    if newer:
        notes.append(
            f"not graded yet: {counted(len(newer), 'hand-in')}; grade first, then write the sheet "
            f"again ({'; '.join(newer[:3])}{' …' * (len(newer) > 3)})"
        )
    return Sheet(lab, question, page, table, len(on_it), len(waiting), untouched, notes, dry_run)


def read_sheets(
    course_dir: Path,
    lab: str,
    question: str,
    files: Sequence[Path],
    *,
    take: str | None = None,
    overwrite: bool = False,
    dry_run: bool = False,
) -> SheetsRead:
    """Bring what graders filled in into the gradebook.

    Args:
        take: the grader who decides where graders differ.
        overwrite: let the sheets win over what was given in formgrader since they were written.

    Raises:
        UserError: if a file is no sheet, nobody is called as `take` (exit code 2 each), or the
            gradebook can't be used; nothing is written.
    """
    with _class_of(course_dir, lab, question, keep_secret=False) as graded:
        most = graded.question.max_score
        read = [read_sheet(path, graded.rubric, most) for path in dict.fromkeys(files)]
        rows = [row for file in read for row in file.rows]
        record = read_record(graded.folder, question)
        _refuse_unknown_grader(take, [row.grader for row in rows], record)
        told = Question(
            graded.codes,
            graded.other_codes,
            graded.stands,
            graded.rubric,
            graded.question.extra,
        )
        outcome = decide(told, rows, record, take and key_of(take), overwrite)
        for file in read:
            outcome.refused += file.refused
            outcome.notes += file.notes
        if not dry_run:
            _give(graded, outcome, record)
        done = {change.answer.code for change in outcome.changes}
        waiting = [
            code for code, one in graded.stands.items() if not one.is_graded and code not in done
        ]
        there = {
            code: {record.names.get(key, key): mark for key, mark in given.items()}
            for code, given in record.marks.items()
            if code in graded.stands
        }
        return SheetsRead(
            lab,
            question,
            [*dict.fromkeys(files)],
            outcome,
            figures(there),
            sum(file.num_open for file in read),
            len(waiting),
            len(graded.answers.untouched),
            dry_run,
        )


def _give(graded: "_GradedClass", outcome: Outcome, record: Record) -> None:
    """Write all changes, and remember them."""
    if outcome.changes:
        from ..course.gradebook import CourseGradebook  # it takes seconds to import

        given = {
            student: one for change in outcome.changes for student, one in change.given.items()
        }
        with CourseGradebook(graded.course) as gradebook:
            others, notes = gradebook.give_by_hand(graded.lab, graded.question.id, given)
        outcome.notes += notes
        late = [one for one in outcome.changes if set(others) & set(one.answer.students)]
        outcome.graded_elsewhere += [
            f"{one.answer.code}: {', '.join(one.answer.students)}: graded in formgrader just now; "
            "read the sheet again"
            for one in late
        ]
        outcome.changes = [one for one in outcome.changes if one not in late]
        for change in outcome.changes:
            record.written[change.answer.code] = change.written
    record.save()


@dataclass(frozen=True)
class _GradedClass:
    """A question of a lab as a class answered it."""

    course: Course
    assignment: Assignment
    run: ClassRun
    question: GradedQuestion
    folder: Path
    secret: bytes = field(repr=False)

    @property
    def lab(self) -> str:
        return self.assignment.lab

    @property
    def rubric(self) -> Rubric:
        return self.assignment.rubrics.get(self.question.id, Rubric())

    @property
    def codes(self) -> Codes:
        return Codes(self.secret, self.lab, self.question.id)

    @property
    def other_codes(self) -> tuple[Codes, ...]:
        written = (one.id for one in self.assignment.questions if one.written)
        others = (name for name in written if name != self.question.id)
        return tuple(Codes(self.secret, self.lab, name) for name in others)

    @cached_property
    def answers(self) -> Answers:
        return collect_answers(self.course, self.assignment, self.question.id, self.codes)

    @property
    def newer(self) -> list[str]:
        """Hand-ins that a sheet can't have yet, a line each."""
        students = {result.student for result in ResultStore(self.folder.parent).results()}
        return ungraded(self.course, self.assignment, students)

    @cached_property
    def recorded(self) -> dict[str, RecordedSubmission]:
        return read_gradebook(self.course.gradebook, self.lab)

    @cached_property
    def stands(self) -> dict[str, Stand]:
        """How each answer stands in the gradebook, by code."""
        return {
            answer.code: stand_of(answer, self.question.id, self.recorded)
            for answer in self.answers.answers
        }

    def page(self, stands: Iterable[Stand], only_waiting: bool) -> SheetPage:
        """What the page shows of these answers."""
        assignment, name = self.assignment, self.question.id
        solved = answer_cell(assignment.solution, name) if assignment.solution else None
        with Texts() as texts:
            answers = [
                ShownAnswer(
                    stand.answer.code,
                    texts.html(stand.answer.cell),
                    stand.token(self.codes),
                    stand.is_graded,
                )
                for stand in stands
            ]
            task = texts.html(_text(task_above(assignment.notebook, name)))
            solution = texts.html(_text("" if solved is None else solved["source"]))
        return SheetPage(
            lab=self.lab,
            question=name,
            title=self.run.title or self.lab,
            question_title=Outline(assignment.notebook, self.run.exercises).questions[name],
            task=task,
            solution=solution,
            max_score=self.question.max_score,
            is_extra=self.question.extra,
            rubric=self.rubric,
            answers=answers,
            num_untouched=len(self.answers.untouched),
            only_waiting=only_waiting,
            comments=saved_comments(row.comments.get(name, "") for row in self.recorded.values()),
            key=self.codes.token("page"),
        )


@contextmanager
def _class_of(
    course_dir: Path, lab: str, question: str, keep_secret: bool
) -> Iterator[_GradedClass]:
    """A question as the class was graded last; nobody grades meanwhile."""
    course = load_course(course_dir.resolve())
    run = recall(course.root, lab)
    if not (course.root / "results" / lab).is_dir():  # it was bundled only
        raise not_graded(course.root, lab)
    with FileLock(course.root / LOCK_FILE):
        assignment = assignment_of(course, lab, run)
        folder = folder_of(course.root, lab)
        yield _GradedClass(
            course,
            assignment,
            run,
            _written(assignment, question),
            folder,
            secret_of(folder, keep_secret),
        )


def _written(assignment: Assignment, name: str) -> GradedQuestion:
    """The written question of this name."""
    known = {one.id: one for one in assignment.questions}
    if name in known and known[name].written:
        return known[name]
    written = [one.id for one in assignment.questions if one.written]
    what = "is graded by tests" if name in known else f"is no question of {assignment.lab}"
    raise UserError(f"{name}: {what}; {nearest(name, written, 'written answers')}", exit_code=2)


def _text(source: str) -> StudentCell:
    return StudentCell("", "markdown", source)


def _refuse_unknown_grader(take: str | None, names: list[str], record: Record) -> None:
    known = {key_of(name): name for name in (*record.names.values(), *names)}
    if take is not None and key_of(take) not in known:
        wrong = f"--take {take}: no sheet is by that grader"
        raise UserError(f"{wrong}; {nearest(take, known.values(), 'graders')}", exit_code=2)


def _write(path: Path, content: bytes) -> None:
    try:
        write_atomically(path.resolve(), content)
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"{shown(path)}: can't be written ({reason}); name another with --out",
                        exit_code=2) from None  # fmt: skip


def _listed(lines: Iterable[str]) -> list[str]:
    lines = list(lines)
    more = len(lines) - LISTED_LIMIT
    return lines[:LISTED_LIMIT] + [f"… and {more} more like these"] * (more > 0)


def _said(one: GraderFigures) -> str:
    shared = ""
    if one.shared_mean is not None and one.others_mean is not None:
        shared = (
            f"; of {one.shared} that others graded, too: {one.shared_mean:.2f}, theirs "
            f"{one.others_mean:.2f}"
        )
    return f"grader {one.grader}: {counted(one.answers, 'answer')}, mean {one.mean:.2f}{shared}"
