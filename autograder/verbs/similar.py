"""Says what hand-ins of a class have in common: a page for the instructor, evidence to read."""

import functools
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ..assignment import Assignment, load_assignment
from ..atomic_file import write_atomically
from ..counted import counted
from ..course.asked import asked_of
from ..course.blanks import read_blanks
from ..course.course import Course, load_course
from ..course.hand_ins import HandIn, find_hand_ins
from ..course.press import Jammed, Press, PressLimits
from ..course.roster import roster_of
from ..errors import UserError
from ..project import find_project
from ..similarity.documents import (
    AFTER_ALL,
    LENGTH_LIMIT,
    Document,
    Edition,
    Reading,
    given_documents,
)
from ..similarity.highlight import Read
from ..similarity.likeness import THRESHOLD, compare
from ..similarity.normal_form import Kind, Spelling, SpellingWork, spelling_of
from ..similarity.page import ClassLikeness, render_likenesses
from ..similarity.texts import StudentTexts
from ..solution import find_solution, find_solution_files

READING = PressLimits(cpu_s=10)  # for one hand-in; honest ones take a hundredth of it
NO_SOLUTION = "no solution fits this release, so what it has counts as the students' own"
OnStart = Callable[[str, int], None]


def compare_class(
    course_dir: Path,
    lab: str,
    *,
    release_root: Path | None = None,
    threshold: float = THRESHOLD,
    jobs: int = 1,
    out: Path | None = None,
    on_start: OnStart = lambda what, number: None,
    on_step: Callable[[], None] = lambda: None,
) -> tuple[ClassLikeness, Path]:
    """Write `similar-<lab>.html` into the course; nothing else there changes.

    Args:
        threshold: the least share of a text that is listed, from 0 to 1.
        out: the page, if it belongs elsewhere.
        on_start: told what begins, of how many steps; `on_step` is called for each.

    Returns:
        What was found, and where the page lies.

    Raises:
        UserError: if the lab was not released or nobody handed in (exit code 2), or the page can't
            be written.
    """
    project, course = find_project(), load_course(course_dir.resolve())
    release_root = release_root or project / "release"
    assignment = load_assignment(lab, release_root)
    rows = _students(course, assignment)
    edition = Edition(
        assignment.notebook,
        read_blanks(course.root / "results" / lab / ".released" / "blanks.json"),
    )
    on_start(f"reading {lab}", len(rows))
    documents, notes = _read(rows, edition, jobs, on_step)
    hand_ins = _by_unit(course, documents)
    given, said = _given(project, course, assignment, release_root)
    comparison = compare(
        hand_ins, given, threshold, lambda number: on_start(f"comparing {lab}", number), on_step
    )
    found = ClassLikeness(
        lab,
        assignment.title or lab,
        threshold,
        _questions(assignment, documents.values()),
        [one.student for one in hand_ins],
        comparison,
        said + notes,
    )
    page = out or course.root / f"similar-{lab}.html"
    try:
        with Press(None, READING) as press:
            html = render_likenesses(found, _reader(press))
        write_atomically(page.resolve(), html.encode("utf-8", "replace"))
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"{page}: the page can't be written ({reason}); name another with --out",
                        exit_code=2) from None  # fmt: skip
    return found, page


def _reader(press: Press) -> Read:
    @functools.cache
    def read(text: str, kind: Kind) -> Spelling | None:
        try:
            return spelling_of(press.make(SpellingWork(text, kind)))
        except Jammed:
            return None

    return read


def _students(course: Course, assignment: Assignment) -> list[HandIn]:
    submitted = course.folder("submitted", ".", assignment.lab).parent
    rows = find_hand_ins(course.root, assignment.lab, submitted, asked_of(assignment))
    students = [row for row in rows if not row.is_stray]
    if not students:
        wanted = submitted / "STUDENT" / assignment.lab / f"{assignment.lab}.ipynb"
        raise UserError(f"{wanted}: no submissions found; put them there", exit_code=2)
    return students


def _read(
    rows: Sequence[HandIn], edition: Edition, jobs: int, on_step: Callable[[], None]
) -> tuple[dict[str, list[Document]], list[str]]:
    """The documents by student, and notes on those that could not be read, or not all of them."""
    documents: dict[str, list[Document]] = {}
    notes: dict[str, str] = {}

    def read_some(some: Iterable[HandIn]) -> None:
        with Press(edition, READING) as press:
            for row in some:
                try:
                    made = press.make(Reading(row.load()))
                    documents[row.student] = [_document(*one) for one in made]
                except Jammed as reason:
                    notes[row.student] = f"not compared, as reading it {reason}; look at it"
                    documents[row.student] = []
                on_step()

    shares = [rows[start::jobs] for start in range(min(jobs, len(rows)))]
    with ThreadPoolExecutor(len(shares)) as threads:
        list(threads.map(read_some, shares))
    for student, found in documents.items():
        cut = [one.question for one in found if one.is_cut]
        if cut:
            named = ", ".join(cut[:3]) + (" …" if len(cut) > 3 else "")
            notes[student] = f"{named}: only the first {LENGTH_LIMIT} characters are compared"
    in_order = {row.student: documents[row.student] for row in rows}
    return in_order, [f"{student}: {notes[student]}" for student in sorted(notes)]


def _document(question: str, kind: str, text: str, normal: str, is_cut: bool) -> Document:
    return Document(question, Kind(kind), text, normal, is_cut)


def _by_unit(course: Course, documents: dict[str, list[Document]]) -> list[StudentTexts]:
    """Number who handed in; a group of the roster has one number."""
    members = roster_of(course.root).students
    numbers: dict[tuple[bool, str], int] = {}
    hand_ins = []
    for student, found in documents.items():
        group = members[student].group if student in members else ""
        unit = numbers.setdefault((bool(group), group or student), len(numbers))
        hand_ins.append(StudentTexts(student, unit, found))
    return hand_ins


def _given(
    project: Path, course: Course, assignment: Assignment, release_root: Path
) -> tuple[list[Document], list[str]]:
    """The release and the solution, notebook and files; a note, if there is no solution."""
    lab = assignment.lab
    solution = find_solution(project, lab, release_root)
    solved = find_solution_files(project, lab, release_root, assignment.files)
    if solution is None:  # a graded course keeps one
        kept = course.folder("solution", ".", lab).parent
        course_has = load_assignment(
            lab, release_root, solution_root=kept, source=assignment.source
        )
        solution, solved = course_has.solution, {**course_has.solution_files, **solved}
    released = {
        name: path.read_bytes()
        for name in assignment.files
        if (path := assignment.release_dir / name).is_file()
    }
    notebooks = [one for one in (assignment.notebook, solution) if one is not None]
    given = given_documents(notebooks, released) + given_documents([], solved)
    return given, [] if solution is not None else [NO_SOLUTION]


def _questions(assignment: Assignment, documents: Iterable[Sequence[Document]]) -> list[str]:
    """All that may be answered, in the order of the lab; then files, and what came after all."""
    asked = [question.id for question in assignment.questions] + list(assignment.files)
    others = {one.question for found in documents for one in found} - set(asked)
    return [*asked, *(name for name in (AFTER_ALL,) if name in others)]


def summary(found: ClassLikeness) -> str:
    """What there is to read, in one line."""
    likenesses = found.comparison.likenesses
    handed_in = f"{found.lab}: {counted(len(found.students), 'hand-in')} compared"
    if not likenesses:
        return f"{handed_in}; none are alike beyond what was given"
    questions = counted(len({one.question for one in likenesses}), "question")
    return f"{handed_in}; to read: {len(likenesses)} in {questions}; evidence, not a verdict"
