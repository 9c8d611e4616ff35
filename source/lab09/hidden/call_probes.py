"""What calls of a student's function leave behind, and which of them tell what is wrong."""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from lib.kit.checks import CheckFailure, assert_equal, fail, take_list, take_number

# Each call finds generators that were seeded in another way; what they draw behind it.
CALLS = """
import random

import numpy as np
import torch

results, drawn = [], []
for seed in (1, 2):
    for sets_seed in (random.seed, np.random.seed, torch.manual_seed):
        sets_seed(seed)
    results.append(function(*arguments))
    drawn.append([random.random(), float(np.random.rand()), float(torch.rand(1))])
"""


def assert_leaves_no_trace(
    submission: Any, name: str, arguments: list[Any], assert_right: Callable[[Any], None]
) -> None:
    """A function must leave its arguments as they are, set no seed, and be as right again."""
    given = copy.deepcopy(arguments)  # where no worker is between, they are the same objects
    probe = submission.setup(CALLS, function=getattr(submission, name), arguments=given)
    try:
        assert_equal(probe.arguments, arguments)
    except CheckFailure:
        fail(f"`{name}` changes its arguments", "Work on a copy")
    drawn, drawn_again = (
        [take_number(one, "a number drawn") for one in take_list(each, 3, "what is drawn")]
        for each in take_list(probe.drawn, 2, "what is drawn")
    )
    if any(one == other for one, other in zip(drawn, drawn_again, strict=True)):
        fail(f"`{name}` sets a seed: all that is drawn later is the same", "Set no seed")
    first, again = take_list(probe.results, 2, f"the results of `{name}`")
    assert_right(first)
    try:
        assert_right(again)
    except CheckFailure:
        fail(
            f"`{name}` gives something else when it is called again",
            "The same arguments should give the same result",
        )


def passes(check: Callable[[], None]) -> bool:
    """Whether a check finds nothing wrong; what else it raises is raised."""
    try:
        check()
    except CheckFailure:
        return False
    return True


@contextmanager
def explained(hint: str, if_passes: Callable[[], None]) -> Iterator[None]:
    """What fails or raises inside gets this hint, if another case passes: only then is it
    established that what differs between both cases is the cause.

    Raises:
        CheckFailure: with the hint, or as it was; what else was raised comes with a note.
    """
    try:
        yield
    except Exception as failure:
        try:
            if_passes()
        except Exception:
            raise failure from None
        if isinstance(failure, CheckFailure):
            fail(failure.what, hint)
        failure.add_note(hint)
        raise
