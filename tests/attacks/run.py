"""Attacks the grader on this machine, and tells what came of it: nothing, if all is well.

The submissions of the corpus are tried one after the other (those that have a neighbour, together
with it) on a site of secrets, files, sockets and processes that none of them may reach.
"""

import contextlib
import errno
import io
import json
import math
import os
import resource
import secrets
import shutil
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.assignment import load_assignment
from autograder.course.asked import asked_of
from autograder.course.class_run import SECRET_BITS
from autograder.course.class_table import as_table as class_table
from autograder.course.class_table import remarks
from autograder.course.course import Course
from autograder.course.hand_ins import find_hand_ins
from autograder.course.publish import publish
from autograder.course.recorded import read_gradebook
from autograder.course.release import take_release
from autograder.engine import Cause, Limits
from autograder.engine.confinement import Policy
from autograder.engine.untrusted.processor import processor_s
from autograder.errors import UserError
from autograder.judge.content import Content
from autograder.judge.grade import Grading, failed_result
from autograder.judge.ingest import ingest
from autograder.judge.pool import Failed, Pool
from autograder.judge.results import CellFailure, SubmissionResult, Verdict
from autograder.judge.warm import Grader
from autograder.verbs.judge import rehearsal_of

from .corpus import CORPUS
from .formgrader_page import formgrader_page
from .pages import alive_in_page, alive_in_terminal
from .recipe import HONEST, Attack
from .site import Site
from .witnesses import descendants

# Small, so that what ends by a limit ends soon.
LIMITS = Limits(
    call_timeout_s=1.0,
    cell_timeout_s=1.0,
    test_timeout_s=2.0,
    submission_timeout_s=10.0,
    own_cells_timeout_s=2.0,
    memory_bytes=2**29,
    scratch_bytes=2**26,
    scratch_files=2000,
)
JOBS = 2  # at a time, for an attack and its neighbour
TIMES = 3  # what takes too long is graded again
GRACE_S = 1.0  # what ending a submission may take
LOADING_S = 8.0  # what loading a library may take; an honest answer of its kind needs it as well
PUBLISHED = {
    "output",
    "page",
    "output, no torch",
    "file: page",
}  # these groups are taken into a gradebook and onto pages as well
PUBLISHING_S = 10.0  # of processor time that one submission's pages may take; honest ones: 0.1

# Which layer ended an attack.
LAYERS = {
    Cause.COMPARISON: "comparison",
    Cause.UNSENDABLE: "protocol",
    Cause.MISSING_NAME: "its own error",
    Cause.MISSING_ATTRIBUTE: "its own error",
    Cause.RAISED: "its own error",  # unless the tables below know better
    Cause.OPEN_BLANK: "its own error",
    Cause.MEMORY: "memory limit",
    Cause.TIME: "time limit",
    Cause.TOO_LARGE: "protocol",
    Cause.THREADS: "resource limit",
    Cause.DISK: "scratch size",
    Cause.ENDED: "process of its own",
    Cause.CRASHED: "process of its own",
    Cause.FORBIDDEN_CALL: "seccomp",
    Cause.VIOLATION: "protocol",
    Cause.NOT_RUN: "time limit",
    Cause.TOO_LONG: "ingest",
    Cause.CHECK_BROKEN: "its own error",
    Cause.TEST_BROKEN: "its own error",
}
# What an exception was, is the attack's own word: good enough to say why it got no further.
LAYERS_BY_ERRNO = {
    **dict.fromkeys((errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP), "seccomp"),
    **dict.fromkeys((errno.EACCES, errno.EXDEV), "Landlock"),
    errno.EROFS: "read-only root",
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "scratch size"),
    **dict.fromkeys((errno.EAGAIN, errno.EMFILE, errno.EFBIG), "resource limit"),
    **dict.fromkeys((errno.ENOENT, errno.ESRCH, errno.ENXIO), "namespaces"),
    **dict.fromkeys((errno.ENODEV, errno.ENOTDIR, errno.EINVAL), "namespaces"),
    **dict.fromkeys((errno.EADDRNOTAVAIL, errno.ENETUNREACH, errno.ECONNREFUSED),
                    "network namespace"),
}  # fmt: skip
LAYERS_BY_NAME = {
    "ModuleNotFoundError": "namespaces",
    "OperationalError": "namespaces",  # a database that can't be opened
    "URLError": "seccomp",
    "Nothing": "process of its own",  # the corpus raises it where it found nothing
}


@dataclass(frozen=True)
class Outcome:
    """One attack: what an honest grader gives, what it got, and all that it achieved."""

    attack: str
    group: str
    stopped_by: str
    honest: float
    got: float
    achieved: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.achieved

    def as_json(self) -> dict[str, Any]:
        """A row of the report."""
        row = asdict(self)
        del row["achieved"]
        return {**row, "ok": self.ok}


class Range:
    """Our grader on a site, a context manager; `attempt` one attack after the other.

    Args:
        site: an open one; its lab has a part of the corpus.
        strongest: the confinement to try, "strong" or "acceptable"; `confinement` then says
            which one is in force.

    Raises:
        UserError: on entry, where honest work isn't graded as such.
        EngineUnavailable: on entry, where no worker can be had or confined.
    """

    def __init__(self, site: Site, strongest: str = "strong") -> None:
        self._site = site
        self._assignment = load_assignment(
            site.lab_name, site.release_root, site.source_root, site.solution_root
        )
        self._grader = Grader(
            self._assignment, secrets.randbits(SECRET_BITS), LIMITS, Policy(strongest)
        )
        self._pool = Pool(self._grader, JOBS, rehearsal=rehearsal_of(self._assignment))
        self._asked = asked_of(self._assignment)
        groups = CORPUS[site.lab_name]
        self._corpus = [(group, attack) for group, attacks in groups.items() for attack in attacks]
        self.size = len(self._corpus)

    def __enter__(self) -> "Range":
        self._pool.__enter__()
        self._honest_s = math.inf
        try:
            self._warm_up()
            for attack in HONEST:
                outcome, _ = self.attempt("honest", attack)
                if not outcome.ok:
                    raise UserError(f"an honest submission: {', '.join(outcome.achieved)}")
            self._honest_s = self._time_honest()
        except BaseException:
            self._pool.__exit__()
            raise
        self.confinement = self._pool.confinement
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.__exit__()

    def _warm_up(self) -> None:
        """Start all processes, which would else look like an attack's doing."""
        submitted = self._site.hand_in(HONEST[0])
        list(self._pool.run([Grading(self._content(submitted))] * JOBS))
        shutil.rmtree(submitted.parents[1])

    def run(self) -> Iterator[Outcome]:
        """Try the whole corpus, of `size` attacks."""
        to_publish: list[tuple[Outcome, SubmissionResult]] = []
        for group, attack in self._corpus:
            outcome, result = self.attempt(group, attack)
            if group in PUBLISHED:
                to_publish.append((outcome, result))
            else:
                yield outcome
        yield from self.publish(to_publish)

    def attempt(self, group: str, attack: Attack) -> tuple[Outcome, SubmissionResult]:
        """Hand in an attack, have it graded and see what else has happened."""
        handed_in = [self._site.hand_in(one) for one in attack.together]
        self._site.settle()
        with ThreadPoolExecutor(JOBS) as threads:
            graded = list(threads.map(self._grade, handed_in))
        submitted, (result, _) = handed_in[0], graded[0]
        # what the attack itself says is no evidence
        said = [replace(result, cells=()).as_json() for result, _ in graded]
        achieved = self._site.evidence(json.dumps(said))
        for one, (path, (its, seconds)) in zip(
            attack.together, zip(handed_in, graded, strict=True), strict=True
        ):
            gained = its.score - one.honest
            if gained > 0 or (gained < 0 and not one.costs_more):
                achieved.append(f"{gained:+g} points")
            if self._takes_too_long(one, path, its, seconds):
                achieved.append(f"took {seconds:.1f} s")
        decisions = ingest(self._assignment.notebook, self._content(submitted)).notes
        for path in handed_in if group not in PUBLISHED else []:
            shutil.rmtree(path.parents[1])
        return Outcome(
            attack=attack.name,
            group=group,
            stopped_by=what_stopped(result, attack.at, decisions),
            honest=attack.honest,
            got=result.score,
            achieved=tuple(achieved),
        ), result

    def _takes_too_long(
        self, attack: Attack, path: Path, result: SubmissionResult, seconds: float
    ) -> bool:
        """Whether it does each time, beside honest work: else the machine was busy."""
        loading_s = LOADING_S * attack.loads
        for _ in range(TIMES):
            if seconds <= self._allowed_s(result) + loading_s:
                return False
            self._honest_s = max(self._honest_s, self._time_honest())
            seconds = self._grade(path)[1]
        return seconds > self._allowed_s(result) + loading_s

    def _time_honest(self) -> float:
        """What an honest submission takes now."""
        submitted = self._site.hand_in(HONEST[-1])
        seconds = self._grade(submitted)[1]
        shutil.rmtree(submitted.parents[1])
        return seconds

    def publish(self, graded: list[tuple[Outcome, SubmissionResult]]) -> list[Outcome]:
        """Take results into a gradebook, as those of a class are, and look at what students and
        graders get to see of each."""
        folder, lab = self._site.class_dir, self._site.lab_name
        course, assignment, _ = take_release(folder, lab, self._site.release_root)
        of_student = {result.student: (outcome, result) for outcome, result in graded}
        assert len(of_student) == len(graded)
        seen: dict[str, Outcome] = {}
        started_at_s = _processor_s()

        def look(student: str, notes: Sequence[str]) -> None:
            nonlocal started_at_s
            seconds = _processor_s() - started_at_s
            outcome, result = of_student[student]
            found = self._published(course, outcome, result, notes)
            if seconds > PUBLISHING_S:
                found.append(f"took {seconds:.1f} s to publish")
            seen[student] = replace(outcome, achieved=(*outcome.achieved, *dict.fromkeys(found)))
            started_at_s = _processor_s()

        results = [result for _, result in graded]
        published = publish(course, assignment, results, on_student=look)
        for student in {*published.incomplete, *(of_student.keys() - seen.keys())}:
            one = seen.get(student, of_student[student][0])
            seen[student] = replace(one, achieved=(*one.achieved, f"not published: {student}"))
        return [seen[student] for student in of_student]

    def _published(
        self, course: Course, outcome: Outcome, result: SubmissionResult, notes: Sequence[str]
    ) -> list[str]:
        """What is alive in all that was published of one student, and what else has happened."""
        self._site.settle()
        lab, student = self._site.lab_name, result.student
        try:
            page = course.feedback_page(student, lab).read_text("utf-8")
            notebook = json.loads(course.autograded_notebook(student, lab).read_text("utf-8"))
        except FileNotFoundError:
            return []  # which `publish` says
        pages = [page, *(formgrader_page(notebook, ours) for ours in (True, False))]
        found = [event for one in pages for event in alive_in_page(one)]
        found += alive_in_terminal("".join([_in_terminal(lab, result), *notes]))
        found += self._site.evidence(_text_of_files(self._site.class_dir, student))
        row = read_gradebook(course.gradebook, lab)[student]
        points = sum(grade.score or 0.0 for grade in row.grades.values())
        if points != outcome.got:
            found.append(f"{points:g} points in the gradebook")
        return found

    def _grade(self, submitted: Path) -> tuple[SubmissionResult, float]:
        student = submitted.parents[1].name
        started_at = time.monotonic()
        answer = self._pool.judge(Grading(self._content(submitted)))
        seconds = time.monotonic() - started_at
        if isinstance(answer, Failed):
            return failed_result(self._grader, student, answer.reason), seconds
        return SubmissionResult.from_json(answer), seconds

    def _content(self, submitted: Path) -> Content:
        """What is read of it, as for a class."""
        rows = find_hand_ins(self._site.class_dir, self._site.lab_name, asked=self._asked)
        student = submitted.parents[1].name
        return next(row for row in rows if row.student == student).load()

    def _allowed_s(self, result: SubmissionResult) -> float:
        """The limits that were used up, one more that nearly was, and what honest work takes."""
        tests = [test.cause for question in result.questions for test in question.tests]
        cells = [failure.cause for failure in result.cell_failures]
        used_up = (tests + cells).count(Cause.TIME)
        return (used_up + 1) * LIMITS.call_timeout_s + GRACE_S + 2 * self._honest_s


def what_stopped(result: SubmissionResult, question: str, decisions: Sequence[str]) -> str:
    """Layer and words of the first thing that went wrong for an attack on this question.

    Args:
        decisions: what was remarked when the submission was read.
    """
    if decisions:
        return f"ingest: {decisions[0]}"
    for cell in result.cell_failures:
        return _layer_and_words(cell, cell.name)
    for test in (test for one in result.questions if one.id == question for test in one.tests):
        if not test.passed:
            return _layer_and_words(test, test.error_name)
    return "without effect"


def _layer_and_words(failed: CellFailure | Verdict, error_name: str) -> str:
    assert failed.cause is not None
    layer = LAYERS[failed.cause]
    if failed.cause is Cause.RAISED:
        layer = LAYERS_BY_ERRNO.get(failed.errno) or LAYERS_BY_NAME.get(error_name, layer)
    words = failed.message.removeprefix("this cell raised ").removeprefix("your code raised ")
    return f"{layer}: {words}"


def as_table(outcomes: list[Outcome], confinement: str) -> Table:
    """A row per attack, in groups."""
    table = Table(
        title=f"attacks on a grader confined by {confinement}", title_justify="left", expand=True
    )
    table.add_column("", width=1)
    table.add_column("attack", ratio=2, no_wrap=True)
    table.add_column("stopped by", ratio=3, no_wrap=True)
    table.add_column("honest", width=6, justify="right")
    table.add_column("got", width=4, justify="right")
    group = ""
    for outcome in outcomes:
        if outcome.group != group:
            group = outcome.group
            table.add_section()
            table.add_row("", f"[bold]{group}")
        told = escape(outcome.stopped_by)
        if not outcome.ok:
            told = f"[red]{escape(', '.join(outcome.achieved))}[/red]; {told}"
        table.add_row(
            "[green]✓" if outcome.ok else "[red]✗",
            outcome.attack,
            told,
            f"{outcome.honest:g}",
            f"{outcome.got:g}",
        )
    return table


def _processor_s() -> float:
    """What this process and those that it started have used, also those that live."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    seconds = sum(one.ru_utime + one.ru_stime for one in used)
    for pid in descendants(os.getpid()):
        with contextlib.suppress(OSError):  # it has ended
            seconds += processor_s(pid)
    return seconds


def _text_of_files(course_dir: Path, student: str) -> str:
    """Everything that was written for a student."""
    written = [
        path
        for kind in ("autograded", "feedback")
        for path in (course_dir / kind / student).rglob("*")
        if path.is_file()
    ]
    return "".join(path.read_text("utf-8", errors="replace") for path in written)


def _in_terminal(lab: str, result: SubmissionResult) -> str:
    """What the class table shows of a result."""
    shown = io.StringIO()
    Console(file=shown, width=300).print(class_table(lab, [result]), *remarks([result]))
    return shown.getvalue()
