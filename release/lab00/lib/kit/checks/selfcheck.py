"""`check("ex2-digits")`: a question's public tests, run in the student's own kernel.

The tests are those of `checks.py` beside the notebook. A small table shows what passed; if
anything failed the cell ends in a one-line error, so that nbgrader's Validate sees it too. What is
open ends in no error, except in Validate. `progress()` runs the tests of all questions and counts.
"""

import difflib
import importlib.util
import os
import random
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType, SimpleNamespace
from typing import Any

from .calling import CALL
from .contents import NoContent, content_of
from .explained import explained
from .failure import CheckFailure, fail
from .question import Question, question_of, what_is_checked
from .runs import Runs, blank_of, described_error, watch
from .saved import find_notebook, read_notebook, stamp_of
from .settings import Settings
from .shell import running_shell, show
from .shown import Watched, can_be_watched, details_of
from .standing import Reason, Standing
from .tables import Outcome, as_summary, as_table, worst

CHECKS_FILE = "checks.py"
RELEASE_DIR = Path(__file__).resolve().parents[3]  # where this package lies beside the notebook
SETTINGS = Settings()  # a check sees what grading will see: not those of the notebook's cells
VALIDATES = "NBGRADER_VALIDATING"  # in the environment of kernels that nbgrader's Validate starts
PATIENCE_S = 15  # a check takes at most a few seconds, also on a slow machine


class ChecksFailed(Exception):
    """Some public checks failed; shown as one line, without a traceback of ours."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


class NotDefined(CheckFailure):
    """The notebook has no such name yet."""


class NotAsItStands(CheckFailure):
    """What the kernel holds under a name is not the code as it stands."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.text)
        self.is_open = reason.is_open


@dataclass(eq=False, repr=False)
class Submission:
    """The notebook's own namespace, under the interface that hidden tests use.

    Args:
        standing: what is known of the notebook's code; without it, all is taken as it is.
        question: the one that is checked.
    """

    _names: dict[str, Any]
    _standing: Standing | None = None
    _question: str = ""
    _calls: list[tuple[str, Any]] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self._standing is not None:
            reason = self._standing.reason_against(name, self._question)
            if reason is not None:
                raise NotAsItStands(reason)
        if name not in self._names:
            raise NotDefined(f"`{name}` is not defined yet: run the cell that defines it")
        value = self._names[name]
        watches = self._standing is not None and can_be_watched(value)
        return Watched(value, self._calls) if watches else value

    def call(self, function: Any, /, *arguments: Any, **named: Any) -> "Called":
        """Call a function, and see all that comes of it: `result`, `raised` (names of the
        exception's classes), `says` (its text), `printed`, `arguments` and `named` afterwards."""
        return Called(self.setup(CALL, function=function, arguments=list(arguments), named=named))

    def content_of(self, thing: Any) -> dict[str, Any]:
        """What a plot, a dataclass or another object holds, as plain data."""
        try:
            return content_of(thing)
        except NoContent as reason:
            fail(f"a result of your code can't be checked: {reason}")

    def setup(self, source: str, **inputs: Any) -> SimpleNamespace:
        """Run `source` in a fresh namespace holding `inputs`; its names are the attributes."""
        names = {
            name: value.function if isinstance(value, Watched) else value
            for name, value in inputs.items()
        }
        exec(compile(source, "<setup>", "exec"), names)  # the public test's own text
        return SimpleNamespace(**names)


class Called:
    """What came of a call. A check that looks at the rest before it asked whether the call raised
    expects that it did not: then the exception is the answer."""

    def __init__(self, made: SimpleNamespace) -> None:
        self._made, self._is_asked = made, False

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._made, name)
        if name not in ("raised", "says") and not self._is_asked and self._made.error is not None:
            raise self._made.error
        self._is_asked = True
        return found


@dataclass(frozen=True)
class Desk:
    """What checks in a kernel need: the public tests, and what is known of the notebook."""

    checks: ModuleType
    standing: Standing

    def outcomes(self, question_id: str) -> list[Outcome]:
        """What the question's tests say; where some failed, which earlier question may be why."""
        submission = Submission(self.standing.names, self.standing, question_id)
        with _told_if_slow(question_id):
            return run_checks(self.checks, question_id, submission)

    def with_causes(self, question_id: str, outcomes: list[Outcome]) -> list[Outcome]:
        """The outcomes; where some failed and an earlier question fails, too, this is said."""
        if worst(outcomes) != "failed":
            return outcomes
        for other, names in self._builds_on(question_id).items():
            if worst(self.outcomes(other)) != "passed":
                used = " and ".join(f"`{name}`" for name in names)
                why = f"This uses {used} of {other}, whose check does not pass: look there first"
                return [
                    replace(one, message=f"{one.message.removesuffix('.')}. {why}")
                    if one.verdict == "failed"
                    else one
                    for one in outcomes
                ]
        return outcomes

    def assert_is_question(self, question_id: str) -> None:
        """Refuse an id that is mistyped.

        Raises:
            ChecksFailed: no question has this id, and one has nearly the same.
        """
        in_file = self.standing.saved.questions
        near = difflib.get_close_matches(question_id, [*question_ids(self.checks), *in_file], 1)
        if question_id not in in_file and near:
            raise ChecksFailed(f"no question is called {question_id}; did you mean {near[0]}?")

    def _builds_on(self, question_id: str) -> dict[str, list[str]]:
        """The earlier questions whose answers the question's tests use, or its answers do, in their
        order; with the names that are used."""
        order = question_ids(self.checks)
        used: dict[str, list[str]] = {one: [] for one in order[: order.index(question_id)]}
        asked = names_asked(self.checks, question_id)
        needed = {one for name in asked for one in self.standing.needed_by(name)}
        for name in sorted(needed):
            if (other := self.standing.question_of(name)) in used:
                used[other].append(name)
        return {other: names for other, names in used.items() if names}


def check(question_id: str) -> None:
    """Run the public checks of one question and show a table of what passed.

    Raises:
        ChecksFailed: a check failed, the checks can't be run, or there is no such question.
    """
    desk = _desk()
    outcomes = desk.outcomes(question_id)
    if not outcomes:
        desk.assert_is_question(question_id)
        print(f"{question_id} has no public checks: it is graded after you hand in.")
        return
    show(as_table(question_id, desk.with_causes(question_id, outcomes)))
    match worst(outcomes):
        case "failed":
            failed = sum(outcome.verdict == "failed" for outcome in outcomes)
            raise ChecksFailed(f"{failed} of {len(outcomes)} checks of {question_id} failed")
        case "stale":
            raise ChecksFailed(f"{question_id} was not checked: its code has to run again")
        case "open" if VALIDATES in os.environ:
            raise ChecksFailed(f"{question_id} is still open")


def progress() -> None:
    """Run the public checks of all questions; show a row for each and how many pass.

    Raises:
        ChecksFailed: the checks can't be run.
    """
    desk = _desk()
    results = {name: desk.outcomes(name) for name in question_ids(desk.checks)}
    if not results:
        print("This lab has no public checks; it is tested after you hand in.")
        return
    show(as_summary(results))


def find_checks() -> Path:
    """The file of public tests: in the released folder, wherever the kernel stands by now."""
    path = RELEASE_DIR / CHECKS_FILE
    return path if path.is_file() else Path(CHECKS_FILE)


def load_checks(path: Path) -> ModuleType:
    """Import the file of public tests that lies beside the notebook.

    Raises:
        ChecksFailed: it is missing, or no longer what was released.
    """
    spec = importlib.util.spec_from_file_location("public_checks", path)
    if spec is None or spec.loader is None or not path.exists():
        raise ChecksFailed(
            f"{path} is missing: open the notebook in the folder it was released in, or take a "
            "fresh copy of that folder"
        )
    module = importlib.util.module_from_spec(spec)
    try:
        with SETTINGS.as_usual():
            spec.loader.exec_module(module)
    except Exception as error:
        broken = f"{path} can't be read ({described_error(error)}): take a fresh copy of it"
        raise ChecksFailed(broken) from None
    return module


def question_ids(checks: ModuleType) -> list[str]:
    """The questions that have public tests, in the order of the file."""
    marks = [question_of(value) for value in vars(checks).values() if callable(value)]
    return list(dict.fromkeys(mark.id for mark in marks if mark))


def names_asked(checks: ModuleType, question_id: str) -> set[str]:
    """The names of the notebook that the question's public tests ask for, so far as their own code
    and that of their helpers says so."""
    tests = [value for value in vars(checks).values() if callable(value)]
    chosen = [test for test in tests if (mark := question_of(test)) and mark.id == question_id]
    codes = [test.__code__ for test in chosen]
    for code in codes:  # grows meanwhile
        helpers = [vars(checks).get(name) for name in code.co_names]
        parts = [part for part in code.co_consts if isinstance(part, CodeType)]
        for helper in helpers:
            methods = vars(helper).values() if isinstance(helper, type) else [helper]
            parts += [part.__code__ for part in methods if isinstance(part, FunctionType)]
        codes += [part for part in parts if part not in codes]
    return {name for code in codes for name in code.co_names}


def run_checks(checks: ModuleType, question_id: str, submission: Submission) -> list[Outcome]:
    """Run the question's public tests in the order of the file.

    Raises:
        ChecksFailed: the student interrupted them.
    """
    tests = [value for value in vars(checks).values() if callable(value)]
    chosen = [test for test in tests if (mark := question_of(test)) and mark.id == question_id]
    return [_run(test, submission) for test in chosen]


def _desk() -> Desk:
    shell = running_shell()
    names = shell.user_ns if shell is not None else {}
    path = find_notebook(names, RELEASE_DIR)
    standing = Standing(names, RUNS, read_notebook(path), stamp_of(path))
    return Desk(load_checks(find_checks()), standing)


def _stamp() -> object:
    """The state of the notebook's file now."""
    shell = running_shell()
    return stamp_of(find_notebook(shell.user_ns if shell is not None else {}, RELEASE_DIR))


RUNS: Runs = watch(running_shell(), _stamp)
OWN_CALL = re.compile(r"\s*(check|progress)\(")


def _tell_who_has_the_name(result: Any) -> None:
    """Below a check cell that failed because something else is called `check` now."""
    shell = running_shell()
    called = OWN_CALL.match(getattr(result.info, "raw_cell", None) or "")
    if shell is None or called is None or not isinstance(result.error_in_exec, TypeError):
        return
    name = called[1]
    if shell.user_ns.get(name) is not globals()[name]:
        print(f"`{name}` is a name of the lab's, and a cell of yours sets it: take another name "
              "there, then run the cell with the imports again.")  # fmt: skip


if getattr(running_shell(), "kernel", None) is not None:
    running_shell().events.register("post_run_cell", _tell_who_has_the_name)


def _run(test: Callable[[Submission], None], submission: Submission) -> Outcome:
    checked = what_is_checked(test)
    mark = question_of(test)
    submission._calls.clear()
    try:
        with SETTINGS.as_usual(), _own_randomness():
            test(submission)
    except KeyboardInterrupt as stop:
        where = "".join(f" It was {line}" for line in _student_line(stop))
        raise ChecksFailed(f"stopped. Does a loop of yours never end?{where}") from None
    except NotDefined as missing:
        return Outcome(checked, "open", str(missing))
    except NotAsItStands as reason:
        return Outcome(checked, "open" if reason.is_open else "stale", explained(str(reason)))
    except (Exception, SystemExit) as error:
        if (blank := blank_of(error)) is not None:
            return Outcome(checked, "open", _open_blank(error, blank, submission))
        message, details = _told(error, mark, submission)
        return Outcome(checked, "failed", explained(message), details)
    return Outcome(checked, "passed")


def _told(
    error: BaseException, mark: Question | None, submission: Submission
) -> tuple[str, tuple[str, ...]]:
    """What a failed test says to the student, and the lines below it."""
    is_of_the_check = _is_of_the_check(error)
    if isinstance(error, CheckFailure) or (isinstance(error, AssertionError) and is_of_the_check):
        details = details_of(getattr(error, "compared", []), submission._calls)
        return described_error(error) or "not as asked", details
    raised = f"{type(error).__name__}: {described_error(error)}".removesuffix(": ")
    if is_of_the_check and isinstance(error, NameError):
        return f"{CHECKS_FILE} is not as it was released ({raised}): take a fresh copy of it", ()
    said = (
        "the check can't go on with what your code gave it:"
        if is_of_the_check
        else ("your code raised")
    )
    told = mark.with_hint(f"{said} {raised}") if mark else f"{said} {raised}"
    if submission._standing is not None:
        told = ". ".join([told, *submission._standing.shadows_in(error)])
    return told, () if is_of_the_check else _student_line(error)


@contextmanager
def _told_if_slow(question_id: str) -> Iterator[None]:
    """Say what to do if the checks take long: a loop that never ends looks like nothing at all."""
    says = (
        f"{question_id} is still being checked. Does a loop of your code never end? "
        "To stop it, interrupt the kernel (■)."
    )
    page = sys.stdout  # a check may hide what is printed meanwhile
    timer = threading.Timer(PATIENCE_S, lambda: print(says, file=page, flush=True))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def _own_randomness() -> Iterator[None]:
    """The check must not change what the student's next cell draws at random."""
    np, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    python_state, numpy_state = random.getstate(), np and np.random.get_state()
    random.seed(0)
    try:
        with torch.random.fork_rng() if torch else nullcontext():  # on every device
            if np:
                np.random.seed(0)
            if torch:
                torch.manual_seed(0)
            yield
    finally:
        random.setstate(python_state)
        if np:
            np.random.set_state(numpy_state)


def _open_blank(error: BaseException, blank: str, submission: Submission) -> str:
    """What is open, and in which question, if that is an earlier one."""
    standing, question = submission._standing, submission._question
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    names = [frame.f_code.co_qualname.partition(".")[0] for frame in frames]
    of = [standing.question_of(name) for name in names] if standing is not None else []
    other = next((one for one in reversed(of) if one), question)
    if other != question:
        return f"this builds on {other}, which is still open: {blank}"
    answered = _answered(frames) if isinstance(error, NotImplementedError) else ""
    return f"this blank is still open: {blank}{answered}"


def _answered(frames: list[FrameType]) -> str:
    """What to do if there is an answer already, above the line that raises."""
    code = frames[-1].f_code if frames else None
    if code is None or set(frames[-1].f_locals) <= set(code.co_varnames[: code.co_argcount]):
        return ""
    return " (Answered? Then delete the line with `raise`.)"


def _is_of_the_check(error: BaseException) -> bool:
    """Whether it was raised by the check's own lines, or by a library that these called."""
    files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    last = next((file for file in reversed(files) if "site-packages" not in file), "")
    return last == "<setup>" or Path(last).name == CHECKS_FILE


def _student_line(error: BaseException) -> tuple[str, ...]:
    """The innermost line of the notebook's own code in a traceback, if any: its text."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if "ipykernel_" in frame.filename or frame.filename.startswith("<ipython-input"):
            return (f"in {frame.name}: {frame.line}",) if frame.line else ()
    return ()
