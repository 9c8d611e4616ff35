"""What a call of a student's function leaves behind: nothing, as the lab asks of every answer."""

import copy
from collections.abc import Callable
from typing import Any

from lib.kit.checks import CheckFailure, assert_equal, fail, take_list

CALLS = "results = [function(*arguments) for _ in range(2)]"


def assert_leaves_no_trace(
    submission: Any, name: str, arguments: list[Any], assert_right: Callable[[Any], None]
) -> None:
    """A function must leave its arguments as they are, and be as right when it is called again."""
    given = copy.deepcopy(arguments)  # where no worker is between, they are the same objects
    probe = submission.setup(CALLS, function=getattr(submission, name), arguments=given)
    try:
        assert_equal(probe.arguments, arguments)
    except CheckFailure:
        fail(f"`{name}` changes its arguments", "Work on a copy")
    first, again = take_list(probe.results, 2, f"the results of `{name}`")
    assert_right(first)
    try:
        assert_right(again)
    except CheckFailure:
        fail(f"`{name}` gives something else when it is called again", "Keep nothing between calls")
