"""What the scan may find, since it gives nothing away: a list with reasons, beside hidden tests.

[[allowed]]
file = "checks.py"                          # within the release
text = "def forward(self, num_1, num_2):"   # the line or the statement found
reason = "the signature that the notebook states"

A text allows what was found whatever formatter either of them went through.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

from autograder.toml_file import read_entries

from .scan import Leak
from .text import Run, code, numbered

FILE_NAME = "allowed_leaks.toml"


@dataclass(frozen=True)
class Allowed:
    """One line of a release that may stay."""

    file: str
    text: str
    reason: str
    line: int  # of the entry, in the list

    def holds(self, leak: Leak) -> bool:
        """Whether this is what was found, or what was found is a part of this."""
        if leak.file != self.file:
            return False
        own = _tokens(self.text)
        if own in (_tokens(leak.text), _tokens(leak.line_text)):
            return True
        return bool(leak.leaked) and _has_within(own, leak.leaked)


@dataclass(frozen=True)
class AllowList:
    """All that may stay in a release."""

    path: Path
    entries: list[Allowed] = field(default_factory=list)

    def sift(self, leaks: list[Leak]) -> tuple[list[Leak], list[Allowed]]:
        """The leaks that are not allowed, and the entries that allow nothing any more."""
        used = {entry for entry in self.entries if any(entry.holds(leak) for leak in leaks)}
        return (
            [leak for leak in leaks if not any(entry.holds(leak) for entry in used)],
            [entry for entry in self.entries if entry not in used],
        )


def entry_for(leak: Leak) -> str:
    """What to add to the list so that a leak may stay; its author has the reason to write."""
    lines = [f"file = {_quoted(leak.file)}", f"text = {_quoted(leak.text)}"]
    return "\n".join(["[[allowed]]", *lines, 'reason = "say why it gives nothing away"'])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _tokens(text: str) -> Run:
    return tuple(token.text for token in code(numbered(text)))


def _has_within(whole: Run, part: Run) -> bool:
    starts = range(len(whole) - len(part) + 1)
    return any(whole[start : start + len(part)] == part for start in starts)


def read_allow_list(hidden_dir: Path) -> AllowList:
    """The list of a lab, empty if it has none.

    Raises:
        UserError: if an entry lacks something, or its reason is empty.
    """
    path = hidden_dir / FILE_NAME
    entries = read_entries(path, "allowed", ("file", "text", "reason"))
    return AllowList(path, [Allowed(**entry, line=line) for line, entry in entries])
