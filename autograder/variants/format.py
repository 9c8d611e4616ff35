"""The format of variant files: a title, then sections; one format for every folder of `variants/`.

    # What this is, or why it is so: the title, in one line or more

    #!SAYS is it < or <=?
    #!BLANK ex1-count.1
            if number <= limit:
                found += 1
    #!GIVEN ex1-count
    -    return found
    +    return int(found)
    #!OPEN ex2-why
    #!MUTANT ex1-count.2
    -    10
    +    11

The sections, by the word in their header:

- `#!BLANK question.n`: the lines below stand in this blank, just as they are.
- `#!GIVEN question`: in the cells with blanks of this question, the lines marked `-` are replaced
  by those marked `+`. Lines marked by a space say where, if the others stand there twice.
- `#!FILE name`: the lines below are this file, which is handed in besides the notebook.
- `#!OPEN question`: the answers to this question stay open; `#!OPEN *`: those to all questions, and
  the files besides the notebook are as they were released.
- `#!SAYS words`: a message to this student must contain these words.
- `#!WORTH points`: what this honestly earns; more is forged.
- `#!LOSS points`: what a fair teacher would take off for this answer, of all the questions it
  changes. 0, or no such header, says that it is right.
- `#!MUTANT question.n`: the lines below are the difference between the solution and a mutant of
  this blank, just as `python -m autograder mutate` prints it.

The folders of `variants/`, and what a file there is:

- `right/`: an answer that must get full marks.
- `wrong/`: an answer that is wrong, with the points that it deserves to lose (`#!LOSS`).
- `mistakes/`: an answer that the test of the file's name must find.
- `forged/`: a way to points without doing what is asked, which must not earn more than it is worth.
- `class/`: what the demo student of the file's name hands in; without sections, the solution.
- `equivalent/`: a reason why no test may find these mutants.

A line that begins with `#!` is a header. Empty lines at the end of a section don't count.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

from ..errors import UserError, shown

SUFFIX = ".txt"


class Kind(StrEnum):
    """What a section is about; the word in its header."""

    BLANK = "BLANK"
    GIVEN = "GIVEN"
    FILE = "FILE"
    OPEN = "OPEN"
    SAYS = "SAYS"
    WORTH = "WORTH"
    LOSS = "LOSS"
    MUTANT = "MUTANT"


USAGES = {
    Kind.BLANK: "#!BLANK question.n",
    Kind.GIVEN: "#!GIVEN question",
    Kind.FILE: "#!FILE name",
    Kind.OPEN: "#!OPEN question",
    Kind.SAYS: "#!SAYS words",
    Kind.WORTH: "#!WORTH points",
    Kind.LOSS: "#!LOSS points",
    Kind.MUTANT: "#!MUTANT question.n",
}
_WITHOUT_LINES = (Kind.OPEN, Kind.SAYS, Kind.WORTH, Kind.LOSS)

_TITLE = re.compile(r"#(?!!).*\w.*")
_COMMENT = re.compile(r"#(?!!)\s*(.*)")
_HEADER = re.compile(rf"#!({'|'.join(Kind)})(?:\s+(.*))?")
_LIKE_A_HEADER = re.compile(rf"#!|[-+\s]*#\s*!\s*(?:{'|'.join(Kind)})\b")


@dataclass(frozen=True)
class Section:
    """A header and the lines below it; `line` is the header's, from 1."""

    kind: Kind
    argument: str
    line: int
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class VariantFile:
    """A variant file taken apart, before anybody asks whether it fits a lab."""

    path: Path
    title: str
    sections: tuple[Section, ...]

    def of_kind(self, kind: Kind) -> list[Section]:
        """The sections of one kind, in order."""
        return [section for section in self.sections if section.kind is kind]

    def wrong(self, where: Section | int, message: str) -> UserError:
        """The error that names this file and a section of it, or a line."""
        line = where.line if isinstance(where, Section) else where
        return UserError(f"{shown(self.path)}:{line}: {message}")


def read_variant_file(path: Path) -> VariantFile:
    """Read a variant file.

    Raises:
        UserError: as `file:line: what is wrong; what to do`; exit code 2 if there is no such file,
            or no text in it.
    """
    try:
        content = path.read_bytes() if path.is_file() else None
    except OSError as error:
        message = f"{shown(path)}: can't be read ({error.strerror}); see to it"
        raise UserError(message, exit_code=2) from None
    if content is None:
        raise UserError(f"{shown(path)}: no such file; check its name", exit_code=2)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        message = f"{shown(path)}:{line}: not UTF-8; save it as UTF-8"
        raise UserError(message, exit_code=2) from None
    return parse(text.replace("\r\n", "\n"), path)


def parse(text: str, path: Path) -> VariantFile:
    """Take the text of a variant file apart; `path` is for messages.

    Raises:
        UserError: as `file:line: what is wrong; what to do`.
    """
    lines = text.split("\n")
    headers = [number for number, line in enumerate(lines, 1) if _is_header(line, number, path)]
    ends = [*headers, len(lines) + 1]
    title = _title(lines[: ends[0] - 1], path)
    sections = tuple(
        _section(lines[start - 1], start, lines[start : end - 1], path)
        for start, end in pairwise(ends)
    )
    return VariantFile(path, title, sections)


def _is_header(line: str, number: int, path: Path) -> bool:
    if _HEADER.fullmatch(line):
        return True
    if _LIKE_A_HEADER.match(line):
        usages = ", ".join(f"`{usage}`" for usage in USAGES.values())
        raise _wrong(path, number, f"`{line.strip()}` is no header; write one of {usages}")
    return False


def _title(lines: list[str], path: Path) -> str:
    if not lines or not _TITLE.fullmatch(lines[0]):
        raise _wrong(path, 1, "the first line should say what it is, after a #; add it")
    for number, line in enumerate(lines, 1):
        if line.strip() and not _COMMENT.fullmatch(line):
            raise _wrong(path, number, "a line before the first section; write a header above it")
    comments = [found[1].strip() for found in map(_COMMENT.fullmatch, lines) if found]
    return " ".join(filter(None, comments))


def _section(header: str, number: int, lines: list[str], path: Path) -> Section:
    found = _HEADER.fullmatch(header)
    assert found is not None, header
    kind, argument = Kind(found[1]), (found[2] or "").strip()
    if not argument or (kind is not Kind.SAYS and len(argument.split()) > 1):
        raise _wrong(path, number, f"`{header.strip()}` names nothing; write `{USAGES[kind]}`")
    below = list(lines)
    while below and not below[-1].strip():
        below.pop()
    if below and kind in _WITHOUT_LINES:
        first = next(index for index, line in enumerate(below) if line.strip())
        what = f"nothing belongs below `#!{kind} {argument}`; delete it, or write a header above it"
        raise _wrong(path, number + 1 + first, what)
    if not below and kind not in _WITHOUT_LINES:
        raise _wrong(path, number, f"nothing stands below `#!{kind} {argument}`; write its lines")
    return Section(kind, argument, number, tuple(below))


def _wrong(path: Path, line: int, message: str) -> UserError:
    return UserError(f"{shown(path)}:{line}: {message}")
