"""One call, and all that came of it: in a worker and at the desk alike."""

from collections.abc import Iterator
from typing import Any

import pytest

from autograder.engine import Cause, StudentError, Submission, Zygote
from lib.kit.checks.selfcheck import Submission as Names

CELL = """
import statistics

def append(items, more, *, times=1):
    print("adding", more)
    items.extend([more] * times)
    return len(items)

def mean(numbers):
    print("before")
    return statistics.mean(numbers)

def blank():
    raise NotImplementedError("TODO")

def lacks():
    return nothing_of_that_name
"""


@pytest.fixture(params=["worker", "desk"], scope="module")
def submission(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param == "desk":
        names: dict[str, Any] = {}
        exec(CELL, names)
        yield Names(names)
        return
    with Zygote() as zygote:
        worker = zygote.fork(seed=0)
        assert worker.execute(CELL) is None
        yield worker.submission


def test_a_call_that_returns(submission: Submission) -> None:
    called = submission.call(submission.append, [1], 2, times=2)
    assert called.result == 3
    assert called.arguments == [[1, 2, 2], 2]
    assert called.named == {"times": 2}
    assert called.printed == "adding 2\n"
    assert (called.raised, called.says) == ([], "")


def test_a_call_that_raises(submission: Submission) -> None:
    called = submission.call(submission.mean, [])
    assert called.raised == ["StatisticsError", "ValueError", "Exception"]
    assert called.says == "mean requires at least one data point"
    assert (called.result, called.printed) == (None, "before\n")


@pytest.mark.parametrize("name", ["result", "printed", "arguments", "named"])
def test_a_call_that_raises_where_nobody_asked(submission: Submission, name: str) -> None:
    """Else a student reads that what is printed is wrong, and not why."""
    called = submission.call(submission.mean, [])
    with pytest.raises((StudentError, ValueError), match="mean requires at least one data point"):
        getattr(called, name)
    other = submission.call(submission.mean, [])
    assert other.says == "mean requires at least one data point"
    assert getattr(other, name) in (None, "before\n", [[]], {})


def test_one_that_was_raised_is_told_as_any_other(submission: Submission) -> None:
    if isinstance(submission, Names):
        return
    with pytest.raises(StudentError) as told:
        _ = submission.call(submission.mean, []).result
    assert str(told.value).startswith("your code raised StatisticsError: mean requires")
    assert told.value.cause is Cause.RAISED


@pytest.mark.parametrize("name", ["blank", "lacks"])
def test_an_open_blank_and_a_missing_name_go_on(submission: Submission, name: str) -> None:
    with pytest.raises((StudentError, NotImplementedError, NameError)):
        submission.call(getattr(submission, name))
