"""Where slips are overlooked: which were, and where none is.

Each kind counts once, however often it is met: a name that is misspelt in two lines is one slip.
"""

from collections.abc import Iterator
from contextlib import contextmanager

MOST_NOTED = 100
LONGEST = 80  # characters of what is noted

_noted: set[str] = set()
_told: set[str] = set()
_kept: list[bool] = []  # one for each `kept` that is open


def note(what: str) -> None:
    """Say that a slip of this kind was overlooked."""
    if len(_noted) < MOST_NOTED:
        _noted.add(what[:LONGEST])


def noted() -> list[str]:
    """The kinds of slips that were overlooked since this was asked last."""
    new = sorted(_noted - _told)
    _told.update(new)
    return new


def are_kept() -> bool:
    """Whether nothing is overlooked now."""
    return bool(_kept)


@contextmanager
def kept() -> Iterator[None]:
    """Within the block, let whatever is wrong be raised: who catches it wants to know."""
    _kept.append(True)
    try:
        yield
    finally:
        _kept.pop()
