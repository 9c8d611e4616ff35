"""The list of mutants that no test may tell from the solution, each with the reason.

    # The reason, for all mutants below it
    #!MUTANT ex2-model.1
    -            nn.ReLU(),
    +            nn.Identity(),

A mutant is equivalent if no input that the task allows tells it apart, or if the task leaves the
choice free. Each reason is a file of `variants/equivalent/`; an entry names a blank and the lines
that differ, just as `mutate` prints them.
"""

from dataclasses import dataclass
from pathlib import Path

from ..errors import shown
from ..variants.format import SUFFIX, Kind, Section, VariantFile, read_variant_file
from .mutants import Mutant

EQUIVALENT_FOLDER = "equivalent"  # of variants

BlankAndDiff = tuple[str, str]


@dataclass(frozen=True)
class Equivalent:
    """One entry; `line` is that of its header."""

    blank: str
    diff: str
    reason: str
    path: Path
    line: int

    @property
    def place(self) -> str:
        """Where it stands, as `file:line`."""
        return f"{shown(self.path)}:{self.line}"


def read_equivalents(folder: Path, mutants: list[Mutant]) -> dict[BlankAndDiff, Equivalent]:
    """The entries by blank and diff; none if there is no such folder.

    Raises:
        UserError: as `file:line: what; what to do`, if an entry stands there twice or is no mutant.
    """
    entries: dict[BlankAndDiff, Equivalent] = {}
    known = {(mutant.blank, mutant.diff) for mutant in mutants}
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        file = read_variant_file(path)
        for section in file.sections:
            entry = _entry(file, section)
            key = (entry.blank, entry.diff)
            if key in entries:
                raise file.wrong(section, f"also at {entries[key].place}; keep one")
            if key not in known:
                raise file.wrong(section, f"no mutant of {entry.blank} is this; fix or delete it")
            entries[key] = entry
    return entries


def _entry(file: VariantFile, section: Section) -> Equivalent:
    if section.kind is not Kind.MUTANT:
        what = "only `#!MUTANT question.n` belongs to equivalent mutants; move this elsewhere"
        raise file.wrong(section, what)
    for number, line in enumerate(section.lines, section.line + 1):
        if line[:1] not in ("-", "+"):
            raise file.wrong(number, "mark each line of a mutant by - or +, as `mutate` prints it")
    return Equivalent(
        section.argument, "\n".join(section.lines), file.title, file.path, section.line
    )
