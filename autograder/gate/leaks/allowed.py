"""What the scan may find, since it gives nothing away: a list with reasons, beside hidden tests.

[[allowed]]
file = "checks.py"                          # within the release
text = "def forward(self, num_1, num_2):"   # the line found, without its indentation
reason = "the signature that the notebook states"
"""

from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import UserError
from autograder.toml_file import read_toml

from .scan import Leak

FILE_NAME = "allowed_leaks.toml"
_HEADER = "[[allowed]]"
_KEYS = {"file", "text", "reason"}


@dataclass(frozen=True)
class Allowed:
    """One line of a release that may stay."""

    file: str
    text: str
    reason: str
    line: int  # of the entry, in the list


@dataclass(frozen=True)
class AllowList:
    """All that may stay in a release."""

    path: Path
    entries: list[Allowed] = field(default_factory=list)

    def sift(self, leaks: list[Leak]) -> tuple[list[Leak], list[Allowed]]:
        """The leaks that are not allowed, and the entries that allow nothing any more."""
        allowed = {(entry.file, entry.text) for entry in self.entries}
        found = {(leak.file, leak.text) for leak in leaks}
        return (
            [leak for leak in leaks if (leak.file, leak.text) not in allowed],
            [entry for entry in self.entries if (entry.file, entry.text) not in found],
        )


def read_allow_list(hidden_dir: Path) -> AllowList:
    """The list of a lab, empty if it has none.

    Raises:
        UserError: if an entry lacks something, or its reason is empty.
    """
    path = hidden_dir / FILE_NAME
    if not path.is_file():
        return AllowList(path)
    whole, text = read_toml(path)
    read = whole.get("allowed", [])
    headers = [n for n, line in enumerate(text.splitlines(), 1) if line.strip() == _HEADER]
    if not isinstance(read, list) or len(read) != len(headers):
        raise UserError(f"{path}:1: each entry begins with a line `{_HEADER}`; write them so")
    entries = []
    for line, entry in zip(headers, read, strict=True):
        if set(entry) != _KEYS or not all(isinstance(x, str) and x for x in entry.values()):
            raise UserError(f"{path}:{line}: an entry has file, text and reason; fill them in")
        entries.append(Allowed(**entry, line=line))
    return AllowList(path, entries)
