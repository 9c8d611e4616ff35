"""The list of mutants that no test may tell from the solution, each with the reason.

    # The reason, for all mutants below it up to the next reason
    #!MUTANT ex2-model.1
    -            nn.ReLU(),
    +            nn.Identity(),

A mutant is equivalent if no input that the task allows tells it apart, or if the task leaves the
choice free. An entry names a blank and the lines that differ, just as `mutate` prints them.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from ..errors import UserError
from .mutants import Mutant

EQUIVALENT_FILE = "equivalent.txt"  # in the lab's folder of variants

_HEADER = re.compile(r"#!MUTANT\s+(\S+)\s*")


@dataclass(frozen=True)
class Equivalent:
    """One entry; `line` is that of its header."""

    blank: str
    diff: str
    reason: str
    line: int


def read_equivalents(path: Path, mutants: list[Mutant]) -> dict[tuple[str, str], Equivalent]:
    """The entries by blank and diff; none if there is no such file.

    Raises:
        UserError: if an entry has no reason, stands there twice or is no mutant.
    """
    entries: dict[tuple[str, str], Equivalent] = {}
    known = {(mutant.blank, mutant.diff) for mutant in mutants}
    for entry in _read(path) if path.is_file() else []:
        key = (entry.blank, entry.diff)
        if not entry.reason:
            raise UserError(f"{path}:{entry.line}: no reason stands above it; add one after a #")
        if key in entries:
            raise UserError(f"{path}:{entry.line}: also on line {entries[key].line}; keep one")
        if key not in known:
            raise UserError(f"{path}:{entry.line}: no mutant of {entry.blank} is this; mend it")
        entries[key] = entry
    return entries


def _read(path: Path) -> list[Equivalent]:
    """The diff of an entry ends with its first line that is not marked - or +."""
    entries: list[Equivalent] = []
    reason: list[str] = []
    reason_is_used = False
    blank, diff, start = "", [""], 0
    for number, line in enumerate([*path.read_text("utf-8").split("\n"), ""], start=1):
        if blank and line[:1] in ("-", "+"):
            diff.append(line)
            continue
        if blank:
            entries.append(Equivalent(blank, "\n".join(diff), " ".join(reason), start))
            blank, reason_is_used = "", True
        if header := _HEADER.fullmatch(line):
            blank, diff, start = header[1], [], number
        elif line.startswith("# "):
            reason = [*([] if reason_is_used else reason), line.removeprefix("# ")]
            reason_is_used = False
        elif line.strip():
            raise UserError(f"{path}:{number}: `{line.strip()}` belongs to no #!MUTANT; mend it")
    return entries
