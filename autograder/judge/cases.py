"""Names and titles for the cases of parametrised tests, each of which earns points of its own.

pytest's own ids repeat what a case is given, which students may not read, can be the same for two
cases, and may hold any characters. So cases are numbered, in pytest's order, and students read an
id only where the author wrote it down.
"""

import functools
import itertools
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lib.kit.checks import what_is_checked

from ..compiler.cases import ARGUMENTS
from ..compiler.points import MarkedTest, case_name, read_tests
from ..errors import UserError, shown
from ..printable import printable

AT_ITSELF = type(pytest.param())  # what `pytest.param` makes of a case
LONGEST_ID = 80  # characters that students read
Ids = tuple[str | None, ...]  # None where the author wrote none down


@dataclass(frozen=True)
class Case:
    """What an item that pytest collected is called: a test, or a case of one."""

    name: str
    checked: str  # read by students


def cases_of(items: Sequence[pytest.Item]) -> dict[pytest.Item, Case]:
    """What each item is called.

    Raises:
        UserError: if a test has other cases than were counted when the lab was built.
    """
    of_test: dict[tuple[Path, str], list[pytest.Item]] = defaultdict(list)
    for item in items:
        of_test[item.path, _function_of(item).__name__].append(item)
    found: dict[pytest.Item, Case] = {}
    for own in of_test.values():
        found |= zip(own, _cases_of_one(own), strict=True)
    return found


def _cases_of_one(items: list[pytest.Item]) -> list[Case]:
    """The cases of one test; itself, if it has none."""
    first = items[0]
    function = _function_of(first)
    checked = what_is_checked(function)
    if len(items) == 1 and not _is_parametrised(first):
        return [Case(function.__name__, checked)]
    _refuse_uncounted(first.path, function, len(items))
    marks = list(first.iter_markers("parametrize"))  # pytest varies the last of them fastest
    ids = list(itertools.product(*map(_written_ids, marks)))
    return [
        Case(
            case_name(function.__name__, number),
            f"{checked.removesuffix('.')} ({_title(ids, number)})",
        )
        for number in range(1, len(items) + 1)
    ]


def _refuse_uncounted(path: Path, function: Callable[..., Any], number: int) -> None:
    counted = [test for test in _read(path) if test.function == function.__name__]
    if len(counted) != number or counted[0].name == function.__name__:
        place = f"{shown(path)}:{function.__code__.co_firstlineno}"
        wrong = f"pytest makes {number} cases of {function.__name__}, the build counts other ones"
        raise UserError(f"{place}: {wrong}; write all as `@pytest.mark.parametrize` at the test")


@functools.cache
def _read(path: Path) -> list[MarkedTest]:
    return read_tests(path)


def _function_of(item: pytest.Item) -> Any:
    return item.function  # type: ignore[attr-defined]


def _is_parametrised(item: pytest.Item) -> bool:
    return hasattr(item, "callspec")


def _title(ids: Sequence[Ids], number: int) -> str:
    """How a case is told from the others: by the ids written down, else by its number."""
    own = ids[number - 1]
    counted = f"case {number} of {len(ids)}"
    written = [printable(one, LONGEST_ID) for one in own if one]
    is_enough = len(written) == len(own) and ids.count(own) == 1
    return ", ".join(written if is_enough else [*written, counted])


def _written_ids(mark: pytest.Mark) -> Ids:
    """The id of each case of a mark."""
    given = dict(zip(ARGUMENTS, mark.args, strict=False)) | dict(mark.kwargs)
    cases, beside = given["argvalues"], given.get("ids")
    if not isinstance(beside, list | tuple):
        beside = [None] * len(cases)
    own = (case.id if isinstance(case, AT_ITSELF) else None for case in cases)
    both = zip(own, beside, strict=True)
    return tuple(next((one for one in ids if isinstance(one, str)), None) for ids in both)
