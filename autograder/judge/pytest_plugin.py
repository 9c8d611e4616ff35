"""The pytest side of grading: fixtures for hidden tests, and what became of each test.

pytest's exit code is not believed (`pytest.exit(returncode=0)`, skip and xfail all look like
success): a test counts as passed only if it was collected, and every one of its cases was
called and passed.
"""

import os
import random
import shlex
from collections import defaultdict
from collections.abc import Callable, Collection, Generator, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

from lib.kit.checks import Question, question_of, what_is_checked

from ..engine import Cause, MissingName, StudentError, Submission, WorkerLost
from .results import Verdict
from .session import QuestionLost, Session, derive_seed

# Only what hidden tests need: no configuration, plug-ins or rewriting from outside. Rewritten
# asserts would print expected values.
PYTEST_OPTIONS = [
    *("-q", "--assert=plain", "--noconftest", "-c", os.devnull, "--rootdir", os.curdir),
    "--import-mode=importlib",
    *("-p", "no:cacheprovider", "-p", "no:terminalreporter", "-p", "no:unraisableexception"),
    *("-p", "no:threadexception", "-p", "no:faulthandler", "-p", "no:logging"),
]


class HiddenTestsBroken(Exception):
    """The instructor's tests could not be collected; no submission is at fault."""


def run_tests(
    test_files: tuple[Path, ...], session: Session, questions: Collection[str] | None = None
) -> dict[str, list[Verdict]]:
    """Run tests against one submission: question id -> results in the order of the files.

    Args:
        questions: run the tests of these only.

    Raises:
        HiddenTestsBroken: if a test file cannot be imported or a test did not report.
    """
    plugin = _GradingPlugin(session, questions)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    helpers = shlex.join(dict.fromkeys(str(file.parent) for file in test_files))
    options = [*PYTEST_OPTIONS, "-o", f"pythonpath={helpers}"]  # modules beside the tests
    pytest.main([*options, *map(str, test_files)], plugins=[plugin])
    if plugin.broken:
        raise HiddenTestsBroken(plugin.broken)
    return plugin.results()


class _Failure(NamedTuple):
    """What a verdict says of a case that did not pass."""

    message: str
    cause: Cause
    error_name: str = ""
    errno: int = 0


class _GradingPlugin:
    def __init__(self, session: Session, questions: Collection[str] | None) -> None:
        self.session = session
        self.questions = questions
        self.broken = ""
        self._tests: dict[tuple[str, str], Callable[..., Any]] = {}
        self._cases: dict[tuple[str, str], dict[str, _Failure | None]] = defaultdict(dict)

    # -- what hidden tests are given ------------------------------------------------------

    @pytest.fixture
    def submission(self, request: pytest.FixtureRequest) -> Iterator[Submission]:
        """The student's notebook at the point of the test's question."""
        with self.session.at_question(_mark(request.node).id, request.node.name) as submission:
            yield submission

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> torch.Generator:
        """A generator for fresh inputs, seeded by the run's seed and the test's name."""
        return torch.Generator().manual_seed(derive_seed(self.session.seed, request.node.name))

    # -- running ----------------------------------------------------------------------------

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the tests of questions, in the order in which the notebook asks them."""
        order = self.session.question_order
        if self.questions is not None:
            order = {name: place for name, place in order.items() if name in self.questions}
        kept = [item for item in items if _mark(item) and _mark(item).id in order]
        items[:] = sorted(kept, key=lambda item: order[_mark(item).id])
        for item in items:
            self._tests[_key(item)] = item.function  # type: ignore[attr-defined]
            self._cases[_key(item)][item.nodeid] = _Failure("the check did not run", Cause.NOT_RUN)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken = str(report.longrepr)

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        seed = derive_seed(self.session.seed, item.name)
        random.seed(seed)
        np.random.seed(seed % 2**32)
        torch.manual_seed(seed)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        cases = self._cases[_key(item)]
        if call.excinfo is not None:
            if isinstance(call.excinfo.value, WorkerLost):
                self.session.lose(_mark(item).id, call.excinfo.value)
            cases[item.nodeid] = _failure(call.excinfo.value, self.session, _mark(item))
        elif call.when == "call" and report.outcome == "passed":
            cases[item.nodeid] = None
        return report

    def results(self) -> dict[str, list[Verdict]]:
        """Every expected test with its outcome; the first failing case speaks for the rest."""
        found: dict[str, list[Verdict]] = defaultdict(list)
        for key, test in self._tests.items():
            mark = question_of(test)
            assert mark is not None
            failures = [failure for failure in self._cases[key].values() if failure is not None]
            found[mark.id].append(
                Verdict(
                    name=test.__name__,
                    checked=what_is_checked(test),
                    points=mark.points,
                    outcome="failed" if failures else "passed",
                    **(failures[0]._asdict() if failures else {}),
                )
            )
        return found


def _mark(item: pytest.Item) -> Any:
    return question_of(getattr(item, "function", None))


def _key(item: pytest.Item) -> tuple[str, str]:
    return str(item.path), item.function.__name__  # type: ignore[attr-defined]


def _failure(error: BaseException, session: Session, mark: Question) -> _Failure:
    """What a student may read: explicit messages only, nothing of a test's inner life."""
    match error:
        case WorkerLost():
            return _Failure(f"the check {error}", error.cause)
        case MissingName():
            failed = session.failure_behind(error.name)
            blamed = f"; cell {failed.cell_id} failed: {failed.message}" if failed else ""
            return _Failure(f"{error}{blamed}", error.cause)
        case StudentError():
            text = mark.with_hint(str(error)) if error.cause.raised else str(error)
            return _Failure(text, error.cause, error.name, error.errno)
        case QuestionLost():
            return _Failure(str(error), error.cause)
        case AssertionError():
            return _Failure(str(error) or "not as asked", Cause.COMPARISON)
    name = type(error).__name__
    text = f"the check could not make sense of what your code returned ({name})"
    return _Failure(text, Cause.CHECK_BROKEN)
