"""What the name of one file in a download says about it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .archive import Archive, nfc

_COPY = re.compile(r"(?P<stem>.+?)-\d{1,3}(?P<kind>\.[^.]+)?", re.DOTALL)


@dataclass(frozen=True)
class Submitter:
    """One of those who handed in together."""

    name: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)  # as `Clue` has them


@dataclass(frozen=True)
class Clue:
    """Whose file it is, as far as the platform says so, and which of their hand-ins it is part of.

    `ids` are known of the person by kind: see `roster.COLUMNS_OF`. `person` is the same for all
    files of one person, `attempt` for all files of one hand-in of theirs. `others` are what else
    the name may say, where parts of it are students' own words: ids, or a name.
    """

    person: str
    file: str  # its path as it was handed in
    name: str = ""
    lms_id: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    attempt: str = ""
    handed_in: datetime | None = None
    late_flag: str = ""
    group: str = ""  # if the platform says that a group handed in
    version: int | None = None  # of a file: a later one has a larger number
    submitters: tuple[Submitter, ...] = ()
    others: tuple[Mapping[str, str], ...] = ()
    unclear: str = ""  # the students that the name may mean
    is_of_all_labs: bool = False  # it lies in a person's folder, where other labs may be, too

    @property
    def title(self) -> str:
        """The file's name without the number that a platform adds to a second one."""
        if self.version is None:
            return self.file
        found = _COPY.fullmatch(self.file)
        return f"{found['stem']}{found['kind'] or ''}" if found else self.file


Clues = dict[str, Clue]  # by the path in the archive


def matches(pattern: re.Pattern[str], archive: Archive) -> dict[str, re.Match[str]]:
    """Of each file whose path matches, the match; accents are in one form there.

    A backslash parts folders where Windows wrote the archive; else a student did, in a file's name.
    """
    found = {}
    for member in archive.members:
        match = pattern.fullmatch(nfc(member.path))
        if match is None and "\\" in member.raw:
            match = pattern.fullmatch(nfc(member.path).replace("/", "\\"))
        if match is not None:
            found[member.path] = match
    return found
