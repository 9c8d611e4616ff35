"""Grades a class: reads each hand-in, judges what is new, stores it, publishes what changed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from filelock import FileLock

from ..assignment import Assignment, load_assignment
from ..course.asked import asked_of
from ..course.class_run import ClassRun, remember, seed_of
from ..course.config import engine_note, unused_notes
from ..course.course import Course, load_course
from ..course.environment import SUBMISSION, Key, digest_of, environment_of
from ..course.gone import gone_students
from ..course.groups import Share, Shares
from ..course.hand_ins import HandIn, find_hand_ins
from ..course.late_work import LateWork
from ..course.ledger import Ledger, standings_of
from ..course.lowering import (
    Lowering,
    as_judged,
    lowering_of,
    said_of_kept,
    without_lowering,
)
from ..course.publish import publish
from ..course.release import take_release
from ..course.scores import FinalScore, scores_of
from ..course.store import ResultStore
from ..engine import Policy, strongest_possible
from ..errors import UserError
from ..judge.content import Content
from ..judge.results import FAILED, SubmissionResult
from ..project import find_project
from ..solution import find_solution, find_solution_files
from .tests_there import refuse_missing_tests

LOCK_FILE = ".grading.lock"  # two runs at once take turns
KEPT_BYTES = 2**18  # of a hand-in that waits to be judged
OnResult = Callable[[SubmissionResult], None]


@dataclass(frozen=True)
class GradedClass:
    """What came of a class."""

    lab: str
    course: Course
    assignment: Assignment
    hand_ins: list[HandIn]  # a row for each entry of `submitted/`
    results: list[SubmissionResult]  # by student
    notes: list[str]  # for the person who grades
    incomplete: list[str] = field(default_factory=list)  # students of whom not all was published
    held: list[str] = field(default_factory=list)  # who would be lowered, where that stops a run
    totals: dict[str, float] = field(default_factory=dict)  # by student, as the gradebook has them

    def as_json(self) -> dict[str, Any]:
        """The whole class as plain data."""
        return {
            "lab": self.lab,
            # of a student whose judge died it is not known
            "confinement": next((r.confinement for r in self.results if r.confinement), ""),
            "submissions": [_without_texts(result.as_json()) for result in self.results],
            "hand_ins": [row.as_json() for row in self.hand_ins],
            "notes": self.notes,
            "incomplete": self.incomplete,
            "held": self.held,
            "totals": self.totals,
        }


def grade_class(
    course_dir: Path,
    lab: str,
    *,
    release_root: Path | None = None,
    seed: int | None = None,
    policy: Policy | None = None,
    jobs: int = 1,
    force: bool = False,
    retry: bool = False,
    allow_lower: bool = False,
    on_start: Callable[[int], None] = lambda number: None,
    on_result: OnResult = lambda result: None,
) -> GradedClass:
    """Grade every hand-in of a lab: results, gradebook, feedback.

    Args:
        course_dir: holds `submitted/<student>/<lab>/`, or the folder that its config names; all
            that is written goes there too.
        release_root: folder of released labs, if another one than the project's.
        seed: what the tests' inputs follow from; else that of the last run, at first a new secret.
        force: grade unchanged submissions again, too.
        retry: of the unchanged ones, those again on which the grader itself failed.
        allow_lower: let a regrade give less than before, whatever the course's config says.
        on_start: told how many students there are.
        on_result: told of each result as soon as it is known.

    Raises:
        UserError: if nobody handed in (exit code 2), or the course or the release is not in order.
        EngineUnavailable: if this machine can't run submissions as the policy asks.
        HiddenTestsBroken: if the instructor's tests cannot run at all.
    """
    course_dir, policy = course_dir.resolve(), policy or Policy()
    project = find_project()
    release_root = release_root or project / "release"
    submitted = load_course(course_dir).folder("submitted", ".", lab).parent
    released = load_assignment(lab, release_root)
    hand_ins = find_hand_ins(course_dir, lab, submitted, asked_of(released))
    students = [row for row in hand_ins if not row.is_stray]
    if not students:
        raise UserError(_nobody(submitted, lab, hand_ins), exit_code=2)
    on_start(len(students))
    with FileLock(course_dir / LOCK_FILE):
        solution = find_solution(project, lab, release_root)
        solved = find_solution_files(project, lab, release_root, released.files)
        course, assignment, taken = take_release(course_dir, lab, release_root, solution, solved)
        run = ClassRun(
            seed_of(course_dir, lab) if seed is None else seed,
            policy.allow_unconfined,
            assignment.title,
            assignment.exercises,
            source=str(assignment.source),
        )
        taken += remember(course_dir, lab, run)
        notes = taken + _notes_before(course, assignment)
        names = [row.student for row in students]
        notes += LateWork(course).notes(lab, names)
        lowering = Lowering.ALLOW if allow_lower else lowering_of(course)
        results, changes = judge_hand_ins(
            course, assignment, students, run, jobs, force, retry, on_result, lowering
        )
        published = publish(course, assignment, results, run.exercises, run.title)
        gone = gone_students(course, lab, names)
        scores = record_published(course, lab, results)
    kept = said_of_kept(results)
    notes += [*changes, *published.notes, *kept, *gone]
    held = [line.partition(":")[0] for line in kept] if lowering is Lowering.STOP else []
    totals = {one.student: one.score for one in scores}
    return GradedClass(
        lab, course, assignment, hand_ins, results, notes, published.incomplete, held, totals
    )


def record_published(
    course: Course, lab: str, results: Iterable[SubmissionResult] = ()
) -> list[FinalScore]:
    """Write down what everybody has now, and return it. The caller holds the course's lock.

    `results` are those that were read already; of a student on whose hand-in the grader failed,
    the last result counts.
    """
    store = ResultStore(course.root / "results" / lab)
    known = {result.student: result for result in results if result.status != FAILED}
    latest = (known.get(name) or store.latest(name) for name in store.students())
    there = [result for result in latest if result is not None]
    scores = scores_of(course, lab, there)
    Ledger(store.folder).record(standings_of(scores, there))
    return scores


def judge_hand_ins(
    course: Course,
    assignment: Assignment,
    students: Sequence[HandIn],
    run: ClassRun,
    jobs: int = 1,
    force: bool = False,
    retry: bool = False,
    on_result: OnResult = lambda result: None,
    lowering: Lowering | None = None,
) -> tuple[list[SubmissionResult], list[str]]:
    """Judge what is new or changed and store it; publish nothing.

    What members of a group handed in alike is judged once.

    Args:
        lowering: what to do where a regrade would lower somebody; else as the course says.

    Returns:
        The results by student, and a note for each score that changed.

    Raises:
        UserError: if tests that the release counts on are not there.
        EngineUnavailable, HiddenTestsBroken: as `grade_class`.
    """
    refuse_missing_tests(assignment)
    lowering = lowering or lowering_of(course)
    policy = Policy(allow_unconfined=run.allow_unconfined)
    level = strongest_possible(policy)  # before anything else: it may refuse
    environment = environment_of(assignment, run.seed, assignment.limits, level)
    store, shares = ResultStore(course.root / "results" / assignment.lab), Shares(course)
    taking = _Taking(store, environment, lowering, shares, on_result)
    waiting: dict[Share, HandIn | Content] = {}
    for row in students:
        content = row.load()
        share = shares.see(content)
        known = None if force else store.load(row.student, environment | part_of(content))
        if known is None or (retry and known.status == FAILED):
            shares.wait(content)
            waiting.setdefault(share, content if _is_small(content) else row)
        else:
            taking.take_known(known, content, share)
    taking.notes += shares.notes()
    for share in [one for one in waiting if one in taking.of_groups]:
        taking.take_judged(taking.of_groups[share], _content(waiting.pop(share)))
    if waiting:
        # With all that judging needs, which takes a second.
        from ..judge.knowledge import KNOWN, Knowledge
        from .judge import judge_contents

        contents, number = map(_content, waiting.values()), len(waiting)
        knowledge = Knowledge(store.folder / KNOWN, digest_of(environment))
        judged = judge_contents(
            assignment, run.seed, policy, contents, number, jobs, taking.notes.append, knowledge
        )
        for content, result in judged:
            taking.take_judged(result, content)
    results, notes = taking.results, taking.notes
    there = {result.student for result in results}
    if left := [row for row in students if row.student not in there]:
        # What they shared was replaced when its turn came.
        more, said = judge_hand_ins(
            course, assignment, left, run, jobs, force, retry, on_result, lowering
        )
        results, notes = results + more, notes + said
    return sorted(results, key=lambda result: result.student), notes


@dataclass
class _Taking:
    """Takes results as they are known, stores what is new, and collects notes."""

    store: ResultStore
    environment: Key
    lowering: Lowering
    shares: Shares
    on_result: OnResult
    results: list[SubmissionResult] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    of_groups: dict[Share, SubmissionResult] = field(default_factory=dict)  # known before

    def take_known(self, result: SubmissionResult, content: Content, share: Share) -> None:
        """Take a stored result, without points that were kept if it may be lowered."""
        if self.lowering is Lowering.ALLOW and as_judged(result) != result:
            result = as_judged(result)
            key = self.environment | part_of(content)
            self.notes += _saved(self.store, result, key, "lowering was allowed")
        if self.shares.has_group(result.student) and result.status != FAILED:
            self.of_groups[share] = as_judged(result)
        self._take(result)

    def take_judged(self, judged: SubmissionResult, content: Content) -> None:
        """Store a judgement for everybody whom it is for, each with what counts there."""
        key = self.environment | part_of(content)
        for member in self.shares.members(content):
            own = replace(judged, student=member)
            try:
                own, notes = _store(self.store, own, key, self.lowering)
                self.notes += notes
            except OSError as error:
                own = _unstored(own, error)
            self._take(own)

    def _take(self, result: SubmissionResult) -> None:
        self.results.append(result)
        self.on_result(result)


def _content(waits: HandIn | Content) -> Content:
    return waits if isinstance(waits, Content) else waits.load()


def _without_texts(result: dict[str, Any]) -> dict[str, Any]:
    files = [{**file, "text": ""} for file in result["files"]]
    return {name: value for name, value in result.items() if name != "cells"} | {"files": files}


def part_of(content: Content) -> Key:
    """The part of a key that the hand-in makes."""
    return {SUBMISSION: content.digest()}


def _is_small(content: Content) -> bool:
    """Whether it is kept until its turn; a larger one is read again."""
    return content.size_bytes <= KEPT_BYTES


def _store(
    store: ResultStore, judged: SubmissionResult, key: Key, lowering: Lowering
) -> tuple[SubmissionResult, list[str]]:
    """Store what counts of a judgement: no less than before, where that was of the same hand-in."""
    counts, may_lower = judged, lowering is Lowering.ALLOW or judged.status == FAILED
    if not may_lower and (before := store.of_hand_in(judged.student, key[SUBMISSION])):
        counts = without_lowering(before, judged)
    return counts, _saved(store, counts, key)


def _saved(store: ResultStore, result: SubmissionResult, key: Key, *because: str) -> list[str]:
    replaced = store.save(result, key, because)
    if replaced is None or replaced.result.score == result.score:
        return []
    change = f"{replaced.result.score:g} points before, {result.score:g} now"
    return [f"{result.student}: {change}, because this changed: {', '.join(replaced.because)}"]


def _unstored(result: SubmissionResult, error: OSError) -> SubmissionResult:
    """What is not on disk counts as not graded: it could not be published again."""
    reason = f"{error.filename}: {error.strerror}"
    remark = f"NOT GRADED, the result can't be stored ({reason}); see to it, and run again"
    return replace(result, status=FAILED, remarks=(remark, *result.remarks))


def _nobody(submitted: Path, lab: str, hand_ins: list[HandIn]) -> str:
    wanted = submitted / "STUDENT" / lab / f"{lab}.ipynb"
    said = "".join(f"; {line}" for row in hand_ins for line in row.lines())
    return f"{wanted}: no submissions found; put them there{said}"


def _notes_before(course: Course, assignment: Assignment) -> list[str]:
    notes = [engine_note(course), *unused_notes(course)]
    if assignment.solution is None:
        notes.append(f"no solution fits {assignment.lab}; early mistakes cost again later")
    return [note for note in notes if note]
