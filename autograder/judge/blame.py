"""Who is to blame for what a test raises that is no failed assertion: the test, or the value.

A name that isn't defined, or something sent that can't cross, is the test's own fault whatever a
student returned. All else may follow from a value that nobody expected.
"""

import traceback
from pathlib import Path

import pytest

from lib.kit.checks.untaken import TakeValuesFirst

from ..engine import Cause, Misuse, Unsendable
from ..errors import shown
from ..printable import printable

OF_TESTS = (TakeValuesFirst, Unsendable, ImportError, SyntaxError, pytest.FixtureLookupError)
LONGEST = 500  # characters


def cause_of(error: BaseException) -> Cause:
    """TEST_BROKEN for what no answer brings about, else CHECK_BROKEN."""
    if isinstance(error, Misuse):
        return Cause.TEST_BROKEN if error.of_test else Cause.CHECK_BROKEN
    is_unknown = isinstance(error, NameError) and not isinstance(error, UnboundLocalError)
    return Cause.TEST_BROKEN if is_unknown or isinstance(error, OF_TESTS) else Cause.CHECK_BROKEN


def told_to_student(error: BaseException) -> str:
    """A sentence without anything of the test's inner life."""
    if cause_of(error) is Cause.TEST_BROKEN:
        return f"the check itself is broken here ({type(error).__name__}); your grader is told"
    what = type(error).__name__
    if isinstance(error, Misuse):
        what = f"an object of type {printable(error.type_name)}"
    return f"the check could not make sense of what your code returned ({what})"


def told_to_author(error: BaseException, test_file: Path) -> str:
    """Where in the tests it was raised, and what it says."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).parent == test_file.parent
    ]
    place = shown(test_file)
    if frames:
        place = f"{shown(Path(frames[-1].filename))}:{frames[-1].lineno}"
    said = printable(_said_of(error), LONGEST)
    return ": ".join(filter(None, [place, type(error).__name__, said]))


def _said_of(error: BaseException) -> str:
    if isinstance(error, pytest.FixtureLookupError):
        return f"nothing called `{error.argname}` is given to a test; take `submission` and `rng`"
    return str(error)
