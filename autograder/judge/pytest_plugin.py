"""The pytest side of grading: fixtures for hidden tests, and what became of each test.

pytest's exit code is not believed (`pytest.exit(returncode=0)`, skip and xfail all look like
success): a test counts as passed only if it was collected, called and passed. Each case of a
parametrised test is one: see `cases`.
"""

import os
import random
import re
import shlex
from collections import defaultdict
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

import pytest
from _pytest.tmpdir import tmppath_result_key

from lib.kit import checks
from lib.kit.checks import Question, question_of
from lib.kit.checks.selfcheck import CHECKS_FILE

from ..engine import (
    Cause,
    EngineUnavailable,
    MissingName,
    StudentError,
    Submission,
    WorkerLost,
    ZygoteLost,
)
from ..engine.untrusted import arrays, tensors
from ..errors import HiddenTestsBroken, UserError
from ..printable import printable_text
from .blame import cause_of, told_to_author, told_to_student
from .broken_files import why_broken
from .cases import Case, cases_of
from .guarded import Guarded
from .hidden_door import HiddenDoor, loaded_types
from .message_door import message_of
from .reproduction import Evidence, Heard, Reproductions, told
from .results import CellFailure, Verdict
from .session import QuestionLost, Session, derive_seed

# Only what hidden tests need: no configuration, plug-ins or rewriting from outside. Rewritten
# asserts would print expected values.
PYTEST_OPTIONS = [
    *("-q", "--assert=plain", "--noconftest", "-c", os.devnull, "--rootdir", os.curdir),
    "--import-mode=importlib",
    *("-p", "no:cacheprovider", "-p", "no:terminalreporter", "-p", "no:unraisableexception"),
    *("-p", "no:threadexception", "-p", "no:faulthandler", "-p", "no:logging"),
    *("-p", "no:warnings"),
    *("-p", "no:subtests"),  # what fails in one is told to reporters only
    "--capture=no",  # captured output would need files
]
UNANSWERED = {Cause.OPEN_BLANK, Cause.MISSING_NAME, Cause.NOT_RUN}
UNDEFINED = re.compile(r"name '(\w+)' is not defined")
MESSAGE_LIMIT = 1_000  # characters; it may repeat what a submission returned
Used = TypeVar("Used")


def run_tests(
    test_files: tuple[Path, ...], session: Session, questions: Collection[str] | None = None
) -> dict[str, list[Verdict]]:
    """Collect tests and run them against one submission; see `Tests.run`.

    Raises:
        HiddenTestsBroken: if a test file cannot be imported.
    """
    return with_tests(test_files, lambda tests: tests.run(session, questions))


def with_tests(
    test_files: tuple[Path, ...],
    use: Callable[["Tests"], Used],
    on_file: Callable[[Path], None] = lambda file: None,
    take_values: bool = False,
) -> Used:
    """Collect tests once and call `use` with them; `on_file` is told of each file before.

    With `take_values`, what a submission returns can't be used before it is taken.

    Raises:
        HiddenTestsBroken: if a test file cannot be imported.
    """
    tests = Tests(use, on_file, take_values)
    helpers = shlex.join(dict.fromkeys(str(file.parent) for file in test_files))
    options = [*PYTEST_OPTIONS, "-o", f"pythonpath={helpers}"]  # modules beside the tests
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    pytest.main([*options, *map(str, test_files)], plugins=[tests])
    if tests.raised is not None:
        raise tests.raised
    if not tests.was_used:
        raise HiddenTestsBroken(tests.broken or "no tests were found")
    return tests.came_of_it


class _Failure(NamedTuple):
    """What a verdict says of a case that did not pass."""

    message: str
    cause: Cause
    error_name: str = ""
    errno: int = 0
    what: str = ""  # of the message, the part that is no hint
    mistake: str = ""  # a sentence that names what is behind it, in place of the hint
    detail: str = ""  # for the grader, of a test that broke

    def as_verdict(self, door: HiddenDoor | None) -> dict[str, Any]:
        """Fields of a `Verdict`; of a hidden test, whose door it is, only what may pass there."""
        says = self.what or self.message if self.mistake else self.message
        if door is not None and self.cause in (Cause.COMPARISON, Cause.MISSING_ATTRIBUTE):
            says = door.comparison(says)
        text = f"{says}. {self.mistake}" if self.mistake else says
        return {
            "message": printable_text(text, MESSAGE_LIMIT),
            "cause": self.cause,
            "error_name": self.error_name,
            "errno": self.errno,
            "detail": self.detail,
        }


class Tests:
    """A lab's tests, collected once by pytest; `run` them against one submission or several."""

    def __init__(
        self,
        use: Callable[["Tests"], Any],
        on_file: Callable[[Path], None] = lambda file: None,
        take_values: bool = False,
    ) -> None:
        self.broken = ""
        self.was_used = False
        self.came_of_it: Any = None
        self.raised: BaseException | None = None
        self.session: Session
        self._use, self._on_file, self._take_values = use, on_file, take_values
        self._use_tensors = False  # whether a file of tests does
        self._text_of_lab = ""
        self._items: list[pytest.Item] = []
        self._of: dict[str, list[pytest.Item]] = {}  # question -> its cases
        self._called: dict[pytest.Item, Case] = {}
        self._running: pytest.Item
        self._failures: dict[pytest.Item, _Failure | None] = {}  # of the last run
        self.heard: dict[str, Heard] = {}  # case -> what was answered, where that may be asked for
        self.known: Reproductions | None = None  # what names mistakes; None: nothing does
        self.not_learnt: list[str] = []  # questions that failed, whose mistakes it does not know

    def run(
        self, session: Session, questions: Collection[str] | None = None
    ) -> dict[str, list[Verdict]]:
        """Run tests against one submission: question id -> verdicts, in the order of the notebook.

        Args:
            questions: run the tests of these only.

        Raises:
            EngineUnavailable: if no worker can be had.
        """
        self.session = session
        session.text_of_lab = self._text_of_lab
        self.heard, self.not_learnt = {}, []
        order = session.question_order
        if questions is not None:
            order = {name: place for name, place in order.items() if name in questions}
        kept = [item for item in self._items if _mark(item).id in order]
        kept.sort(key=lambda item: order[_mark(item).id])
        did_not_run = _Failure("the check did not run", Cause.NOT_RUN)
        self._failures = dict.fromkeys(kept, did_not_run)
        for item, following in zip_longest(kept, kept[1:]):
            try:
                self._run_case(item, following)
            except pytest.exit.Exception:  # a test that leaves; the others never passed
                break
        self._name_mistakes(dict.fromkeys(_mark(item).id for item in kept))
        return self._verdicts(kept)

    def evidence(self, question: str) -> dict[str, Evidence]:
        """The cases of a question that did not pass in the last run, and what was heard there.

        Empty if nothing was answered in any of them, because blanks are still open.
        """
        failed = {
            self._case(item): failure
            for item in self._of[question]
            if (failure := self._failures.get(item)) is not None
        }
        if all(failure.cause in UNANSWERED for failure in failed.values()):
            return {}
        return {
            case: Evidence(
                self.heard.get(case, []),
                failure.message if failure.cause is Cause.COMPARISON else "",
            )
            for case, failure in failed.items()
        }

    def share_without(self, question: str, cases: Collection[str]) -> float:
        """What the hidden tests of a question without these cases are worth, of all."""
        hidden = [item for item in self._of[question] if not _is_public(item)]
        points = {self._case(item): _mark(item).points for item in hidden}
        kept = sum(worth for case, worth in points.items() if case not in cases)
        return float(kept / sum(points.values())) if points else 0.0

    def worth(self, question: str, cases: Collection[str]) -> float:
        """The points of cases of a question, public ones too."""
        items = self._of[question]
        return float(sum(_mark(item).points for item in items if self._case(item) in cases))

    @property
    def running(self) -> str:
        """The name of the test, or of the case of one, that runs."""
        return self._called[self._running].name

    # -- what hidden tests are given ------------------------------------------------------

    @pytest.fixture
    def submission(self) -> Iterator[Submission | Guarded]:
        """The student's notebook at the point of the test's question."""
        test = self._running
        with self.session.at_question(_mark(test).id, self.running) as submission:
            yield Guarded(submission) if self._take_values else submission

    @pytest.fixture
    def rng(self) -> Any:
        """A generator for fresh inputs, seeded by the run's seed and the test's name: one of
        tensors' own kind where the tests use tensors, else a `random.Random`."""
        seed = derive_seed(self.session.seed, "inputs", self.running)
        return tensors.make_generator(seed) if self._use_tensors else random.Random(seed)

    # -- running ----------------------------------------------------------------------------

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the tests of questions."""
        items[:] = self._items = [item for item in items if _mark(item)]
        self._of = defaultdict(list)
        for item in items:
            self._of[_mark(item).id].append(item)
        try:
            self._called = cases_of(items)
        except UserError as error:
            self.broken = self.broken or str(error)

    def pytest_runtestloop(self) -> bool:
        """Instead of running what was collected, lend it out."""
        if not self.broken:
            self.was_used = True
            sources = [path.read_text("utf-8") for path in {item.path for item in self._items}]
            self._use_tensors = any(map(tensors.is_imported_by, sources))
            self._text_of_lab = _text_beside({item.path for item in self._items})
            loaded_types()  # before judges are forked
            try:
                self.came_of_it = self._use(self)
            except BaseException as error:  # pytest would only print it
                self.raised = error
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Note what keeps a file from being collected, a skip of all of it as well."""
        if isinstance(collector, pytest.Module):
            self._on_file(collector.path)
        try:
            report = yield
        except (SystemExit, pytest.exit.Exception) as error:
            self.broken = self.broken or why_broken(error, collector.path)
            return pytest.CollectReport(collector.nodeid, "failed", self.broken, [])
        if not report.passed:
            raised = report.call.excinfo.value
            self.broken = self.broken or why_broken(raised, collector.path)
        return report

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Before any fixture."""
        self._running = item
        seed = derive_seed(self.session.seed, "inputs", self.running)
        random.seed(seed)
        arrays.seed_generator(seed)
        tensors.seed_generator(seed)

    def _run_case(self, item: pytest.Item, following: pytest.Item | None) -> None:
        """Set up, call, tear down, as pytest does, but without its reports: they would format
        tracebacks and copy keywords that nobody reads, which takes as long as most tests."""
        case, hook = cast(Any, item), item.config.hook
        item.stash[tmppath_result_key] = {}  # which `tmp_path` reads, and a report would fill
        if not case._request:  # it ran before
            case._initrequest()

        def run() -> None:
            hook.pytest_runtest_setup(item=item)
            hook.pytest_runtest_call(item=item)
            for recorded in getattr(item, "_excinfo", None) or ():  # unittest raises nothing
                raise recorded.value

        def tear_down() -> None:
            hook.pytest_runtest_teardown(item=item, nextitem=following)

        self.session.answered = []
        try:
            failure = self._failure_in(item, run)
        finally:
            if self.known is None and self.session.listens:  # to learn it
                self._hear(item)
            after = self._failure_in(item, tear_down)
            case._request, case.funcargs = False, None
        self._failures[item] = failure or after

    def _failure_in(self, item: pytest.Item, step: Callable[[], None]) -> _Failure | None:
        """What goes wrong in a step of a case; what no submission is to blame for is raised."""
        try:
            step()
        except (EngineUnavailable, ZygoteLost, pytest.exit.Exception, KeyboardInterrupt):
            raise
        except BaseException as error:
            if isinstance(error, WorkerLost):
                self.session.lose(_mark(item).id, error)
            failure = _failure(error, self.session, item)
            if self.known is not None:
                self._hear(item)
            return failure
        return None

    def _hear(self, item: pytest.Item) -> None:
        start = derive_seed(self.session.seed, "sample")
        self.heard[self._case(item)] = [told(one, start) for one in self.session.answered]

    def _name_mistakes(self, questions: Iterable[str]) -> None:
        """Say in comparisons that failed which mistake is behind them, if that is known."""
        if self.known is None:
            return
        explained: dict[str, str] = {}
        for question in questions:
            if not (failed := self.evidence(question)):
                continue
            if question in self.known.mistakes:
                explained |= self.known.explained(question, failed)
            else:
                self.not_learnt.append(question)
        for item, failure in self._failures.items():
            mistake = explained.get(self._case(item))
            if failure is not None and failure.cause is Cause.COMPARISON and mistake:
                self._failures[item] = failure._replace(mistake=mistake)

    def _verdicts(self, items: list[pytest.Item]) -> dict[str, list[Verdict]]:
        """Every expected test with its outcome."""
        found: dict[str, list[Verdict]] = defaultdict(list)
        for item in items:
            mark, called, failure = _mark(item), self._called[item], self._failures[item]
            door = None if _is_public(item) else self.session.door
            found[mark.id].append(
                Verdict(
                    name=called.name,
                    checked=called.checked,
                    points=mark.points,
                    outcome="failed" if failure else "passed",
                    public=_is_public(item),
                    **(failure.as_verdict(door) if failure else {}),
                )
            )
        return found

    def _case(self, item: pytest.Item) -> str:
        """A name that is the same from wherever grading is started."""
        return f"{item.path.name}::{self._called[item].name}"


def _text_beside(files: Collection[Path]) -> str:
    """What stands in the folders of tests, and in the kit that they are written with."""
    folders = {Path(checks.__file__).parent, *(file.parent for file in files)}
    return "\n".join(
        path.read_text("utf-8")
        for folder in sorted(folders)
        for path in sorted(folder.glob("*.py"))
    )


def _mark(item: pytest.Item) -> Any:
    return question_of(getattr(item, "function", None))


def _is_public(item: pytest.Item) -> bool:
    return item.path.name == CHECKS_FILE


def _failure(error: BaseException, session: Session, item: pytest.Item) -> _Failure:
    """What a student may read: explicit messages only, nothing of a test's inner life."""
    mark: Question = _mark(item)
    match error:
        case WorkerLost():
            return _Failure(f"the check {error}", error.cause)
        case MissingName(cause=Cause.MISSING_ATTRIBUTE):
            return _Failure(mark.with_hint(str(error)), error.cause)
        case MissingName():
            failed = session.failure_behind(error.name)
            return _Failure(f"{error}{_failure_of(failed)}", error.cause)
        case StudentError():
            blames_answer = error.cause.raised and not error.by_check
            told = error if _is_public(item) else session.door.exception(error)
            text = f"{told}{_blamed(error, session)}"
            notes = getattr(error, "__notes__", ())  # by the test, see PEP 678
            text = mark.with_hint(text, notes) if blames_answer else text
            return _Failure(text, error.cause, error.name, error.errno)
        case QuestionLost():
            return _Failure(str(error), error.cause)
        case AssertionError() | pytest.fail.Exception():
            text = message_of(error)
            return _Failure(text, Cause.COMPARISON, what=getattr(error, "what", ""))
    detail = told_to_author(error, item.path)
    return _Failure(told_to_student(error), cause_of(error), detail=detail)


def _blamed(error: StudentError, session: Session) -> str:
    """Of a name that student code lacks, the failed cell that would have set it."""
    missing = UNDEFINED.match(error.message) if error.name == "NameError" else None
    return _failure_of(session.failure_behind(missing[1], naming_only=True) if missing else None)


def _failure_of(failed: CellFailure | None) -> str:
    return f"; cell {failed.cell_id} failed: {failed.message}" if failed else ""
