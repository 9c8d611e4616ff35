"""A platform's own file of grades: who is in it, and which column is ours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ..delimited import Delimited


@dataclass(frozen=True)
class Line:
    """A row of such a file: whose it is, by all that it says."""

    row: int
    ids: Mapping[str, str] = field(default_factory=dict)  # by kind: see `roster.COLUMNS_OF`
    name: str = ""
    group: str = ""
    handed_in: datetime | None = None
    time_text: str = ""  # the same, as it stands there
    locked: str = ""  # why its grade stays as it is
    is_test: bool = False  # nobody: the platform's own test student
    members: tuple[str, ...] = ()  # logins, where a row is a team's


@dataclass(frozen=True)
class GradeFile:
    """The file, its lines, and our column in it."""

    platform: str
    table: Delimited
    lines: list[Line]
    column: int | None
    maximum: str | None = None  # as it stands there
    problem: str = ""  # why no grades can go into it, and what to do
    empty: frozenset[str] = frozenset({""})  # texts of a cell that mean: no grade yet
    fixed: frozenset[str] = frozenset()  # texts in lower case that a person set, and that stay
    flags: Mapping[int, str] = field(default_factory=dict)  # column -> text, where a grade is new
