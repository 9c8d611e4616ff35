"""What the scan may find, since it gives nothing away: a list with reasons, beside hidden tests.

[[allowed]]
file = "checks.py"                          # within the release
text = "def forward(self, num_1, num_2):"   # the line found, without its indentation
reason = "the signature that the notebook states"
"""

from dataclasses import dataclass, field
from pathlib import Path

from autograder.toml_file import read_entries

from .scan import Leak

FILE_NAME = "allowed_leaks.toml"


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
    entries = read_entries(path, "allowed", ("file", "text", "reason"))
    return AllowList(path, [Allowed(**entry, line=line) for line, entry in entries])
