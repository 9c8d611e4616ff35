"""Grades one upload in Gradescope's container: what `run_autograder` starts.

    python -m autograder.bundle.run ROOT           ROOT/submission -> ROOT/results/results.json
    python -m autograder.bundle.run ROOT --check   once, when the container is made

The script that starts it has put a result there which says that nothing was graded. It stays if
this process ends early, whatever the reason.
"""

import signal
import sys
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..assignment import Assignment
from ..atomic_file import write_atomically
from ..compiler.points import read_tests
from ..course.asked import asked_of
from ..course.environment import digest_of, environment_of
from ..course.outline import Outline
from ..engine import EngineUnavailable, Policy, describe, strongest_possible
from ..errors import HiddenTestsBroken, UserError
from ..judge.content import Content
from ..judge.knowledge import KNOWN, Knowledge, learnt_of
from ..judge.pool import Failed, Pool
from ..judge.results import FAILED, SubmissionResult
from ..judge.warm import Grader, Learning
from ..printable import printable_text
from ..verbs.judge import judge_contents, rehearsal_of
from .contents import as_json, bundled_assignment
from .results import as_results, instructors_lines
from .settings import Settings, Visibility, read_settings
from .upload import read_upload

LINE_LIMIT = 4_000  # characters
RESULTS = Path("results", "results.json")
SPARE_S = 30  # of the platform's limit, for what comes before and after
LEAST_S = 60.0  # for the public checks of a submission
EXPLAINED = {
    "strong": "submissions ran in namespaces of their own, confined by Landlock and seccomp",
    "acceptable": (
        "submissions ran confined by Landlock and seccomp, without namespaces: they can see which "
        "files exist here, and read neither the hidden tests nor the secret"
    ),
    "none": (
        "submissions ran UNCONFINED, as --allow-unconfined says: what is handed in can read the "
        "hidden tests and write its own points"
    ),
}


@dataclass(frozen=True)
class Bundle:
    """An unpacked bundle, ready to grade."""

    folder: Path
    settings: Settings
    assignment: Assignment

    @classmethod
    def at(cls, root: Path) -> "Bundle":
        """The bundle that lies where the platform unpacks it."""
        folder = root / "source"
        settings = read_settings(folder)
        return cls(folder, settings, bundled_assignment(folder, settings.lab))

    @property
    def policy(self) -> Policy:
        """How submissions are to be confined."""
        return Policy(allow_unconfined=self.settings.allow_unconfined)

    @property
    def knowledge(self) -> Knowledge:
        """Where it is kept what known mistakes answer."""
        level = strongest_possible(self.policy)
        parts = environment_of(self.assignment, self.settings.seed, self.assignment.limits, level)
        return Knowledge(self.folder / KNOWN, digest_of(parts))

    def grade(self, content: Content) -> SubmissionResult:
        """What a class's grading would say of it."""
        return self._judge(self.assignment, content, self.knowledge)

    def look_at_public(self, content: Content) -> SubmissionResult | None:
        """What the public checks say of it, in a run of their own; None if there are none, or it
        comes to no end.

        It has the time that the grading leaves of the platform's.
        """
        assignment, limits = self.assignment, self.assignment.limits
        left_s = max(LEAST_S, self.settings.limit_s - SPARE_S - limits.longest_s)
        share = min(1.0, left_s / limits.longest_s)
        limits = replace(
            limits,
            submission_timeout_s=share * limits.submission_timeout_s,
            own_cells_timeout_s=share * limits.own_cells_timeout_s,
        )
        checks = tuple(
            file for file in assignment.test_files if file.parent == assignment.release_dir
        )
        if not any(map(read_tests, checks)):
            return None
        only = replace(assignment, test_files=checks, solution=None, limits=limits)
        try:
            result = self._judge(only, content)
        except EngineUnavailable as error:  # perhaps the grading is luckier
            _say(f"the public checks were not run: {error}")
            return None
        is_told = result.status != FAILED and result.seconds < limits.submission_timeout_s
        return result if is_told else None

    def _judge(
        self, assignment: Assignment, content: Content, knowledge: Knowledge | None = None
    ) -> SubmissionResult:
        judged = judge_contents(
            assignment, self.settings.seed, self.policy, [content], 1, 1, _say, knowledge
        )
        ((_, result),) = judged
        return result


def grade_upload(root: Path) -> None:
    """Grade what lies in `ROOT/submission`, and write the result."""
    bundle = Bundle.at(root)
    assignment, visibility = bundle.assignment, bundle.settings.visibility
    _say_level(bundle)
    with TemporaryDirectory() as temp:
        content = read_upload(root / "submission", Path(temp), assignment.lab, asked_of(assignment))
    outline = Outline(assignment.notebook, assignment.exercises)
    # First, so that nothing which hidden tests leave behind in this container can get into it.
    is_open = visibility is Visibility.VISIBLE
    at_once = None if is_open else bundle.look_at_public(content)
    result = bundle.grade(content)
    _say_all(instructors_lines(result))
    _write(root, as_results(result, outline, visibility, at_once, content.notes))


def check_bundle(root: Path) -> None:
    """See to it that grading works here, and learn beforehand what it would have to learn.

    Raises:
        UserError: if the solution does not get all points here.
    """
    bundle = Bundle.at(root)
    _say_level(bundle)
    assignment = bundle.assignment
    rehearsal = rehearsal_of(assignment)
    if rehearsal is None:
        _say("no solution is in the bundle, so nothing was tried out")
        return
    result = bundle.grade(rehearsal.content)
    _say(f"the solution gets {result.score:g} of {result.max_score:g} points by tests")
    if result.status == FAILED or not all(one.full for one in result.questions):
        _say_all(instructors_lines(result))
        raise UserError("the solution should get all points; see above what failed here")
    for line in _learn_mistakes(bundle):
        _say(line)


def _learn_mistakes(bundle: Bundle) -> Iterator[str]:
    """What known mistakes answer is found out once here, not for each upload."""
    assignment, knowledge = bundle.assignment, bundle.knowledge
    if not assignment.mistake_dirs:
        return
    grader = Grader(
        assignment, bundle.settings.seed, assignment.limits, bundle.policy, True, knowledge
    )
    with Pool(grader, 2) as pool:
        for task, plain in pool.run(map(Learning, assignment.tested)):
            if isinstance(plain, Failed):
                yield f"{task.question}: its known mistakes are not known here ({plain.reason})"
            else:
                knowledge.of(task.question, partial(learnt_of, plain))
    yield "what known mistakes answer is known"


def _say_level(bundle: Bundle) -> None:
    level = strongest_possible(bundle.policy)
    _say(f"confinement: {describe(level)}")
    _say(f"{EXPLAINED[level]}; hidden tests lie in this container")


def _say(line: str) -> None:
    print(printable_text(line, LINE_LIMIT), flush=True)


def _say_all(lines: Iterable[str]) -> None:
    for line in lines:
        _say(line)


def _write(root: Path, result: dict[str, Any]) -> None:
    write_atomically(root / RESULTS, as_json(result))


def main(root: Path, is_check: bool) -> int:
    """Do it; what goes wrong is told to instructors, and makes no result."""
    try:
        if is_check:
            check_bundle(root)
        else:
            # Ends this process, and with it all that it started, before the platform would.
            signal.alarm(max(1, Bundle.at(root).settings.limit_s - SPARE_S))
            grade_upload(root)
    except (UserError, EngineUnavailable, HiddenTestsBroken) as error:
        _say(f"error: {error}")
        return 1
    except Exception:
        traceback.print_exc(file=sys.stdout)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), "--check" in sys.argv[2:]))
