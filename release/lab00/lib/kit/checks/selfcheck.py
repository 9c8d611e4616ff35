"""`check("ex2-digits")`: a question's public tests, run in the student's own kernel.

The tests are those of `checks.py` beside the notebook. A small table shows what passed; if
anything failed the cell ends in a one-line error, so that nbgrader's Validate sees it too.
`progress()` runs the tests of all questions and counts.
"""

import html
import importlib.util
import random
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Literal

from IPython.core.getipython import get_ipython
from IPython.display import HTML, display

from .calling import CALL
from .contents import content_of
from .failure import CheckFailure
from .question import question_of, what_is_checked
from .settings import Settings

CHECKS_FILE = "checks.py"
RELEASE_DIR = Path(__file__).resolve().parents[3]  # where this package lies beside the notebook
SETTINGS = Settings()  # a check sees what grading will see: not those of the notebook's cells
NO_KERNEL = "not implemented for '"  # a library says this of a dtype that an operation doesn't take
LONGEST_MESSAGE = 400  # characters; an error may quote a whole tensor

Verdict = Literal["passed", "failed", "open"]


@dataclass(frozen=True)
class Outcome:
    """One public test: what it looked at, how it went, and a message unless it passed."""

    checked: str
    verdict: Verdict
    message: str = ""


class ChecksFailed(Exception):
    """Some public checks failed; shown as one line, without a traceback of ours."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


class NotDefined(CheckFailure):
    """The notebook has no such name yet."""


class Submission:
    """The notebook's own namespace, under the interface that hidden tests use."""

    def __init__(self, names: dict[str, Any]) -> None:
        self._names = names

    def __getattr__(self, name: str) -> Any:
        if name not in self._names:
            raise NotDefined(f"`{name}` is not defined yet: run the cell that defines it")
        return self._names[name]

    def call(self, function: Any, /, *arguments: Any, **named: Any) -> SimpleNamespace:
        """Call a function, and see all that comes of it: `result`, `raised` (names of the
        exception's classes), `says` (its text), `printed`, `arguments` and `named` afterwards."""
        return self.setup(CALL, function=function, arguments=list(arguments), named=named)

    def content_of(self, thing: Any) -> dict[str, Any]:
        """What a plot, a dataclass or another object holds, as plain data."""
        return content_of(thing)

    def setup(self, source: str, **inputs: Any) -> SimpleNamespace:
        """Run `source` in a fresh namespace holding `inputs`; its names are the attributes."""
        names = dict(inputs)
        exec(compile(source, "<setup>", "exec"), names)  # the public test's own text
        return SimpleNamespace(**names)


def check(question_id: str) -> None:
    """Run the public checks of one question and show a table of what passed.

    Raises:
        ChecksFailed: a check failed, or the checks can't be run.
    """
    outcomes = run_checks(load_checks(find_checks()), question_id, _notebook())
    if not outcomes:
        print(f"{question_id} has no public checks; it is tested after you hand in.")
        return
    display(HTML(as_table(question_id, outcomes)))
    failed = sum(outcome.verdict != "passed" for outcome in outcomes)
    if failed:
        raise ChecksFailed(f"{failed} of {len(outcomes)} checks of {question_id} failed, see above")


def progress() -> None:
    """Run the public checks of all questions; show a row for each and how many pass.

    Raises:
        ChecksFailed: the checks can't be run.
    """
    checks, submission = load_checks(find_checks()), _notebook()
    results = {name: run_checks(checks, name, submission) for name in question_ids(checks)}
    if not results:
        print("This lab has no public checks; it is tested after you hand in.")
        return
    display(HTML(as_summary(results)))


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
        raise ChecksFailed(f"{path} is missing: open the notebook in the folder it was released in")
    module = importlib.util.module_from_spec(spec)
    try:
        with SETTINGS.as_usual():
            spec.loader.exec_module(module)
    except Exception as error:
        broken = f"{path} can't be read ({_described(error)}): take a fresh copy of it"
        raise ChecksFailed(broken) from None
    return module


def question_ids(checks: ModuleType) -> list[str]:
    """The questions that have public tests, in the order of the file."""
    marks = [question_of(value) for value in vars(checks).values() if callable(value)]
    return list(dict.fromkeys(mark.id for mark in marks if mark))


def run_checks(checks: ModuleType, question_id: str, submission: Submission) -> list[Outcome]:
    """Run the question's public tests in the order of the file.

    Raises:
        ChecksFailed: the student interrupted them.
    """
    tests = [value for value in vars(checks).values() if callable(value)]
    chosen = [test for test in tests if (mark := question_of(test)) and mark.id == question_id]
    return [Outcome(what_is_checked(test), *_run(test, submission)) for test in chosen]


def _notebook() -> Submission:
    shell = get_ipython()
    return Submission(shell.user_ns if shell is not None else {})


def _run(test: Callable[[Submission], None], submission: Submission) -> tuple[Verdict, str]:
    mark = question_of(test)
    try:
        with SETTINGS.as_usual(), _own_randomness():
            test(submission)
    except NotDefined as missing:
        return "open", str(missing)
    except NotImplementedError as blank:
        if NO_KERNEL in str(blank):
            return "failed", f"your code raised {_described(blank)}"
        return "open", f"this blank is still open: {_described(blank)}"
    except AssertionError as failure:
        return "failed", _described(failure) or "not as asked"
    except KeyboardInterrupt:
        raise ChecksFailed("stopped; does a loop of yours never end?") from None
    except (Exception, SystemExit) as error:
        raised = f"{type(error).__name__}: {_described(error)}"
        if _is_of_the_check(error):
            return "failed", f"the check can't go on with what your code gave it: {raised}"
        raised = f"your code raised {raised}{_student_line(error)}"
        return "failed", mark.with_hint(raised) if mark else raised
    return "passed", ""


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


def _described(error: BaseException) -> str:
    try:
        message = str(error)
    except Exception:  # a student's own exception may be unable to say what it is
        return "its message can't be read"
    cut = len(message) > LONGEST_MESSAGE
    return f"{message[:LONGEST_MESSAGE]} …" if cut else message


def _is_of_the_check(error: BaseException) -> bool:
    """Whether it was raised by the check's own lines, or by a library that these called."""
    files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    last = next((file for file in reversed(files) if "site-packages" not in file), "")
    return last == "<setup>" or Path(last).name == CHECKS_FILE


def _student_line(error: BaseException) -> str:
    """The innermost line of the notebook's own code in a traceback, if any."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if "ipykernel_" in frame.filename or frame.filename.startswith("<ipython-input"):
            return f" (line {frame.lineno} of its cell, in {frame.name})"
    return ""


_SIGNS: dict[Verdict, str] = {"passed": "✓", "failed": "✗", "open": "○"}
_GROUNDS: dict[Verdict, str] = {"passed": "#0b6b4b", "failed": "#a8410f", "open": "#5f5f5f"}


def as_table(question_id: str, outcomes: list[Outcome]) -> str:
    """An HTML table, a row per check."""
    rows = [
        (_badge(outcome.verdict), html.escape(outcome.checked), html.escape(outcome.message))
        for outcome in outcomes
    ]
    return _table(html.escape(question_id), rows)


def as_summary(results: dict[str, list[Outcome]]) -> str:
    """An HTML table, a row per question, and in its caption how many questions pass."""
    rows, num_passed = [], 0
    for question_id, outcomes in results.items():
        missed = [outcome for outcome in outcomes if outcome.verdict != "passed"]
        num_passed += not missed
        verdict = missed[0].verdict if missed else "passed"
        count = f"{len(outcomes) - len(missed)} of {len(outcomes)} checks"
        rows.append((_badge(verdict), f"{html.escape(question_id)}", count))
    caption = f"{num_passed} of {len(results)} questions pass their public checks"
    return _table(caption, rows)


def _badge(verdict: Verdict) -> str:
    # Sign and word besides colour; a ground of its own, so that it reads on a dark page too.
    colours = f"background-color:{_GROUNDS[verdict]};color:#ffffff"
    style = f"{colours};padding:1px 6px;white-space:nowrap"
    return f"<span style='{style}'><b>{_SIGNS[verdict]} {verdict}</b></span>"


def _table(caption: str, rows: list[tuple[str, str, str]]) -> str:
    cells = (
        "".join(f"<td style='text-align:left'>{column}</td>" for column in row) for row in rows
    )
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    return f"<table><caption>{caption}</caption>{body}</table>"
