"""`check("ex2-digits")`: a question's public tests, run in the student's own kernel.

The tests are those of `checks.py` beside the notebook. A small table shows what passed; if
anything failed the cell ends in a one-line error, so that nbgrader's Validate sees it too.
"""

import html
import importlib.util
import random
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import torch
from IPython.core.getipython import get_ipython
from IPython.display import HTML, display

from .compare import CheckFailure
from .question import question_of, what_is_checked

CHECKS_FILE = "checks.py"


@dataclass(frozen=True)
class Outcome:
    """One public test: what it looked at, and the message if it failed."""

    checked: str
    message: str | None


class ChecksFailed(Exception):
    """Some public checks failed; shown as one line, without a traceback of ours."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


class Submission:
    """The notebook's own namespace, under the interface that hidden tests use."""

    def __init__(self, names: dict[str, Any]) -> None:
        self._names = names

    def __getattr__(self, name: str) -> Any:
        if name not in self._names:
            raise CheckFailure(f"`{name}` is not defined yet: run the cell that defines it")
        return self._names[name]

    def setup(self, source: str, **inputs: Any) -> SimpleNamespace:
        """Run `source` in a fresh namespace holding `inputs`; its names are the attributes."""
        names = dict(inputs)
        exec(compile(source, "<setup>", "exec"), names)  # the public test's own text
        return SimpleNamespace(**names)


def check(question_id: str) -> None:
    """Run the public checks of one question and show a table of what passed.

    Raises:
        ChecksFailed: if a check failed.
    """
    shell = get_ipython()
    submission = Submission(shell.user_ns if shell is not None else {})
    outcomes = run_checks(load_checks(Path(CHECKS_FILE)), question_id, submission)
    if not outcomes:
        print(f"{question_id} has no public checks; it is tested after you hand in.")
        return
    display(HTML(as_table(question_id, outcomes)))
    failed = sum(outcome.message is not None for outcome in outcomes)
    if failed:
        raise ChecksFailed(f"{failed} of {len(outcomes)} checks of {question_id} failed, see above")


def load_checks(path: Path) -> ModuleType:
    """Import the file of public tests that lies beside the notebook."""
    spec = importlib.util.spec_from_file_location("public_checks", path)
    if spec is None or spec.loader is None or not path.exists():
        raise ChecksFailed(f"{path} is missing: open the notebook in the folder it was released in")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_checks(checks: ModuleType, question_id: str, submission: Submission) -> list[Outcome]:
    """Run the question's public tests in the order of the file."""
    tests = [value for value in vars(checks).values() if callable(value)]
    chosen = [test for test in tests if (mark := question_of(test)) and mark.id == question_id]
    return [Outcome(what_is_checked(test), _failure(test, submission)) for test in chosen]


def _failure(test: Callable[[Submission], None], submission: Submission) -> str | None:
    # The check must not change what the student's next cell draws at random.
    python_state, numbers = random.getstate(), torch.get_rng_state()
    random.seed(0)
    torch.manual_seed(0)
    try:
        test(submission)
    except AssertionError as failure:
        return str(failure) or "not as asked"
    except NotImplementedError as blank:
        return f"this blank is still open: {blank}"
    except Exception as error:
        where = _student_line(error)
        return f"your code raised {type(error).__name__}: {error}{where}"
    finally:
        random.setstate(python_state)
        torch.set_rng_state(numbers)
    return None


def _student_line(error: Exception) -> str:
    """The innermost line of the notebook's own code in a traceback, if any."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if "ipykernel" in frame.filename or frame.filename.startswith("<ipython-input"):
            return f" (line {frame.lineno} of its cell, in {frame.name})"
    return ""


def as_table(question_id: str, outcomes: list[Outcome]) -> str:
    """An HTML table, a row per check; sign and word besides colour, readable in both themes."""
    rows = "".join(
        "<tr>"
        f"<td style='text-align:left;color:{'#1a7f5a' if outcome.message is None else '#c4501b'}'>"
        f"<b>{'✓ passed' if outcome.message is None else '✗ failed'}</b></td>"
        f"<td style='text-align:left'>{html.escape(outcome.checked)}</td>"
        f"<td style='text-align:left'>{html.escape(outcome.message or '')}</td>"
        "</tr>"
        for outcome in outcomes
    )
    return f"<table><caption>{html.escape(question_id)}</caption>{rows}</table>"
