"""Reads a lab's source: Jupytext Markdown, each cell with its line in the file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext

from autograder.errors import UserError

# `str.splitlines`, which jupytext uses, ends lines at these characters too; in a lab they are
# ordinary characters, so they hide in the private use area while jupytext looks on.
_SEPARATORS = "\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_HIDDEN = "".join(chr(0xF8F0 + index) for index in range(len(_SEPARATORS)))
_HIDE = str.maketrans(_SEPARATORS, _HIDDEN)
_SHOW = str.maketrans(_HIDDEN, _SEPARATORS)
# What the header says besides Jupyter's own metadata is the author's, not a first cell.
_FORMAT = {"extension": ".md", "root_level_metadata_as_raw_cell": False}


@dataclass(frozen=True)
class SourceCell:
    """One cell as its author wrote it."""

    kind: str  # "code", "markdown" or "raw"
    source: str
    line: int  # the file's line that holds the cell's first line, from 1
    metadata: dict[str, Any]


def read_lab(path: Path) -> list[SourceCell]:
    """The cells of a lab.

    Raises:
        UserError: the file is missing (exit code 2), unreadable, binary, empty or not Jupytext
            Markdown.
    """
    text = _read_text(path)
    try:
        # A leading line break, since jupytext would drop a first line `#!…` as a script's.
        leading = "\n" if text.startswith("#!") else ""
        notebook = jupytext.reads(leading + text.translate(_HIDE), fmt=dict(_FORMAT))
    except Exception as error:  # whatever its YAML and format readers raise
        reason = " ".join(str(error).split())
        raise UserError(f"{path}:1: not Jupytext Markdown: {reason}; mend its header") from error
    cells = [(cell, cell.source.translate(_SHOW)) for cell in notebook.cells]
    if not any(source.strip() for _, source in cells):
        raise UserError(f"{path}:1: the lab has no cells; write some")
    lines = _first_lines(text.split("\n"), [source for _, source in cells])
    return [
        SourceCell(cell.cell_type, source, line, dict(cell.metadata))
        for (cell, source), line in zip(cells, lines, strict=True)
    ]


def _read_text(path: Path) -> str:
    if not path.exists():
        raise UserError(f"{path}: no such file; check its name", exit_code=2)
    if not path.is_file():
        raise UserError(f"{path}: not a file; name a lab's Markdown file", exit_code=2)
    if path.suffix in {".ipynb", ".py"}:
        raise UserError(f"{path}:1: not Jupytext Markdown; name a lab's .md file", exit_code=2)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(
            f"{path}: cannot be read ({error.strerror}); mend its permissions"
        ) from error
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise UserError(f"{path}:{line}: a binary file; a lab is Markdown text")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UserError(f"{path}:{line}: not UTF-8 text; save the lab as UTF-8") from error
    if not text.strip():
        raise UserError(f"{path}:1: the file is empty; write a lab")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _first_lines(file_lines: list[str], sources: list[str]) -> list[int]:
    """Where each cell begins: jupytext keeps cells in order and their lines as they are."""
    found = []
    position = 0
    for source in sources:
        lines = source.split("\n")
        written = [number for number, line in enumerate(lines) if line.strip()] or [0]
        first, last = written[0], written[-1]
        # jupytext itself writes the first line of a `%%bash` cell, which the file lacks.
        for skipped in (first, first + 1):
            start = _find(file_lines, lines[skipped : last + 1], position)
            if start is not None:
                found.append(start - skipped + 1)
                position = start + last + 1 - skipped
                break
        else:
            found.append(min(position + 1, len(file_lines)))
    return found


def _find(file_lines: list[str], lines: list[str], position: int) -> int | None:
    """Where these lines stand, from a position on; an empty cell stands nowhere."""
    if not any(line.strip() for line in lines):
        return None
    for start in range(position, len(file_lines) - len(lines) + 1):
        if file_lines[start : start + len(lines)] == lines:
            return start
    return None
