"""Reads a lab's source: Jupytext's Markdown or MyST's, each cell with its line in the file.

Jupytext is lenient: what it doesn't know for a cell it takes for text. Here a block that was meant
as a cell is one, or is an error at its line; so the file is read line by line, and what Jupytext
says of the same file is what comes out (tests compare both).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from jupytext.cell_metadata import is_active, text_to_metadata
from jupytext.languages import usual_language_name

from autograder.conversion import refuse_other_formats, renamed
from autograder.errors import UserError

from .fences import CODE_CELL, Fence, is_nearly_a_cell, opening
from .header import Header, is_python, read_header
from .ipython_syntax import Scanner, cell_magic

_REGION = re.compile(r"<!--\s*#(?P<name>region|markdown|md|raw)(?P<options>.*)-->\s*")
_REGION_END = re.compile(r"<!--\s*#end(?P<name>region|markdown|md|raw)\s*-->\s*")
_NEARLY_A_REGION = re.compile(
    r"\s*<!--\s*(#\s*(end)?\s*(region|markdown|md|raw)\b.*|(end)?\s*region\s*-->\s*)", re.IGNORECASE
)
_COMMENT = re.compile(r" {0,3}<!--")
_TAG = re.compile(r"\s*#!(TAG|MSG|HINT)\b")
_HEADING = re.compile(r"#{1,6}(\s|$)")
_BLOCK_BREAK = re.compile(r" {0,3}\+\+\+(?P<metadata>.*)")  # between two text cells of MyST
_RULE = re.compile(r" {0,3}-{3,}\s*")
_HEADER_KEY = re.compile(r"\s*(jupyter|jupytext|kernelspec)\s*:")
# What a cell may be in beside Python, in a lab that has no other.
_MAGICS_OF_IPYTHON = frozenset(
    {"python", "bash", "sh", "html", "javascript", "js", "latex", "markdown", "perl", "pypy"}
    | {"ruby", "script", "svg"}
)
_PERCENT = re.compile(r"#\s*%%(\s|$)")
_DIVISION = re.compile(r"\s*:{3,}\s*\{([^}]*\.(cell|code)|\s*(code|raw)-cell)\b.*")


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
        UserError: the file is missing or of another format (exit code 2), unreadable, binary or
            empty, its header is wrong, a block never ends, or what was meant as code is text.
    """
    lines = _read_text(path).split("\n")
    header = read_header(path, lines)
    is_myst = header.format_name == "myst" or _has_myst_cells(lines[header.num_lines :])
    reader = (_MystReader if is_myst else _MarkdownReader)(path, lines, header)
    cells = list(reader.cells())
    if not any(cell.source.strip() for cell in cells):
        raise UserError(f"{path}:1: the lab has no cells; write some")
    return cells


def _read_text(path: Path) -> str:
    if not path.exists():
        raise UserError(f"{path}: no such file; check its name", exit_code=2)
    if not path.is_file():
        raise UserError(f"{path}: not a file; name a lab's Markdown file", exit_code=2)
    refuse_other_formats(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(
            f"{path}: cannot be read ({error.strerror}); fix its permissions"
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
    if text.lstrip().startswith("{") and '"nbformat"' in text:
        raise UserError(f"{path}:1: a notebook, not Markdown; {renamed(path, '.ipynb')}")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _has_myst_cells(lines: list[str]) -> bool:
    fence: Fence | None = None
    for line in lines:
        if fence is not None:
            fence = None if fence.is_closed_by(line) else fence
        elif (fence := opening(line)) is not None and fence.is_myst_cell:
            return True
    return False


@dataclass
class _Reader:
    """Goes through a file's lines; what becomes a cell, a format says."""

    path: Path
    lines: list[str]
    header: Header
    text_start: int = field(init=False)  # of the text cell that is being read
    text_metadata: dict[str, Any] = field(init=False, default_factory=dict)

    def cells(self) -> Iterator[SourceCell]:
        """The file's cells in order.

        Raises:
            UserError: as `read_lab` says.
        """
        position = self.text_start = self.header.num_lines
        while position < len(self.lines):
            if (fence := opening(self.lines[position])) is not None:
                end = self.end_of(fence, position)
                if self.is_cell(fence):
                    yield from self.text_until(position)
                    cell = self.cell(fence, position, end)
                    self.check_strings(cell, fence, end)
                    yield cell
                    self.text_start = end + 1
                else:
                    yield from self.at_text_line(position)
                    self.check_text_block(fence, position, end)
                position = end + 1
            elif _COMMENT.match(self.lines[position]):
                if region := self.region_at(position):
                    yield from self.text_until(position)
                    yield region[0]
                    position = self.text_start = region[1] + 1
                else:
                    yield from self.at_text_line(position)
                    position = self.end_of_comment(position) + 1
            else:
                self.check_line(position)
                yield from self.at_text_line(position)
                position += 1
        yield from self.text_until(len(self.lines))

    # -- what a format says ---------------------------------------------------------------------

    begin = "```python"  # how a cell begins

    def is_cell(self, fence: Fence) -> bool:
        raise NotImplementedError

    def cell(self, fence: Fence, first: int, end: int) -> SourceCell:
        raise NotImplementedError

    def at_text_line(self, position: int) -> Iterator[SourceCell]:
        raise NotImplementedError

    def region_at(self, position: int) -> tuple[SourceCell, int] | None:
        return None

    def check_strings(self, cell: SourceCell, fence: Fence, end: int) -> None:
        """See to it that no string of a cell holds the line that ends the cell."""
        magic = cell_magic(cell.source.split("\n"))
        if cell.kind != "code" or (magic is not None and not magic.body_is_python):
            return
        scanner = Scanner()
        for line in cell.source.split("\n"):
            scanner.read(line)
        if scanner.open_string_line is not None:
            begin = self.begin.replace("```", f"{fence.marks}`")
            wrong = (
                f"the string that begins here never ends before the cell does, in line {end + 1}"
            )
            raise self.wrong(
                cell.line + scanner.open_string_line - 2,
                f"{wrong}; close it, or begin the cell with {begin} and end it alike",
            )

    def check_line(self, position: int) -> None:
        """See to it that a line of text begins neither a cell nor a header."""
        line, following = self.lines[position], self.lines[position + 1 : position + 2]
        if _DIVISION.fullmatch(line):
            wrong = "a cell between colons is none for Jupyter"
        elif is_nearly_a_cell(line):
            wrong = f"{line.strip()} begins no cell"
        elif _PERCENT.match(line):
            wrong = "a cell of a script, which is text in Markdown"
            raise self.wrong(position, f"{wrong}; {renamed(self.path, '.py')}")
        elif _RULE.fullmatch(line) and following and _HEADER_KEY.match(following[0]):
            wrong = "a header stands at the top of the file, and this is text"
            raise self.wrong(position, f"{wrong}; move it there")
        else:
            return
        raise self.wrong(position, f"{wrong}; begin it with {self.begin}")

    # -- blocks of text --------------------------------------------------------------------------

    def text_until(self, end: int) -> Iterator[SourceCell]:
        """The text cell that ends before a line, without blank lines around it."""
        written = [n for n in range(self.text_start, end) if self.lines[n].strip()]
        if written:
            text = "\n".join(self.lines[written[0] : written[-1] + 1])
            yield SourceCell("markdown", text, written[0] + 1, self.text_metadata)
        self.text_start, self.text_metadata = end, {}

    def end_of(self, fence: Fence, first: int) -> int:
        """The line that ends a fenced block."""
        for number in range(first + 1, len(self.lines)):
            line = self.lines[number]
            if fence.is_closed_by(line):
                return number
            if fence.is_broken_by(line):
                wrong = (
                    f"this block is still open in line {number + 1}, where another one begins; "
                    f"close it with {fence.marks}, or begin it with more of them"
                )
                raise self.wrong(first, wrong)
        raise self.wrong(first, f"this block never ends; close it with {fence.marks}")

    def check_text_block(self, fence: Fence, first: int, end: int, where: str = "") -> None:
        """See to it that a block was meant as text."""
        if fence.means_code:
            wrong = (
                f"{fence.marks}{fence.info.rstrip()} {where or self.why_text(fence)}would be "
                f"text, not a cell; {self.remedy(fence)}"
            )
            raise self.wrong(first, wrong)
        for number in range(first + 1, end):
            inner = opening(self.lines[number]) if fence.is_directive else None
            if inner is not None and inner.means_code:
                wrong = f"a cell inside the block of line {first + 1} would be text"
                raise self.wrong(number, f"{wrong}; move it out")
            if _TAG.match(self.lines[number]):
                wrong = (
                    "a tag inside a block that is text; begin the block with "
                    f"{self.begin} to make it a cell, or take the tag out"
                )
                raise self.wrong(number, wrong)

    def why_text(self, fence: Fence) -> str:
        if fence.lead:
            return "inside a list, a quotation or indented text "
        return "is written otherwise than a cell and "

    def remedy(self, fence: Fence) -> str:
        return (
            f"begin the line with {self.begin}, or write ```python .noeval to show it without "
            "running it"
        )

    def end_of_comment(self, first: int) -> int:
        """The line that ends an HTML comment; a cell in a comment would run all the same."""
        after = self.lines[first].split("<!--", 1)[1]
        if "-->" in after:
            return first
        for number in range(first + 1, len(self.lines)):
            line = self.lines[number]
            fence = opening(line)
            if _REGION.fullmatch(line) or (fence and (self.is_cell(fence) or fence.means_code)):
                wrong = f"this comment is still open in line {number + 1}, where a cell begins"
                raise self.wrong(first, f"{wrong}; close it with -->, or delete the cell")
            if "-->" in line:
                return number
        raise self.wrong(first, "this comment never ends; close it with -->")

    def wrong(self, position: int, what: str) -> UserError:
        return UserError(f"{self.path}:{position + 1}: {what}")


@dataclass
class _MarkdownReader(_Reader):
    """Jupytext's own Markdown: two blank lines, a region or a block of code end a text cell."""

    blank_lines: int = 0  # above
    in_indented_code: bool = False
    languages: dict[str, int] = field(default_factory=dict)  # of cells, and where first

    def cells(self) -> Iterator[SourceCell]:
        yield from super().cells()
        others = [one for one in self.languages if one not in _MAGICS_OF_IPYTHON]
        if others and "python" not in self.languages:
            wrong = f"all cells are in other languages, {others[0]} here"
            raise self.wrong(self.languages[others[0]], f"{wrong}; a lab is written in Python")

    def is_cell(self, fence: Fence) -> bool:
        return fence.is_jupytext_cell

    def cell(self, fence: Fence, first: int, end: int) -> SourceCell:
        self.blank_lines, self.in_indented_code = 0, False
        language, metadata = text_to_metadata(fence.info)
        self.languages.setdefault(usual_language_name(language), first)
        source, line = "\n".join(self.lines[first + 1 : end]), first + 2
        if usual_language_name(language) != "python":
            if language.startswith("python") or language != language.lower() != "r":
                raise self.wrong(first, self.another_python(language))
            arguments = str(metadata.get("magic_args", ""))
            magic = f"%%{language} {arguments}".rstrip()
            source, line = f"{magic}\n{source}", first + 1
        kind = "code" if is_active(".ipynb", metadata) else "raw"
        return SourceCell(kind, source, line, metadata)

    def another_python(self, language: str) -> str:
        if language.lower().startswith("python"):
            return (
                f"a cell ```{language} runs in a process of its own, and other cells see nothing "
                f"of it; begin it with {self.begin}"
            )
        return f"```{language} would be run as Python; write ```{language.lower()}"

    def why_text(self, fence: Fence) -> str:
        if fence.info.strip().startswith("{"):
            return "is R Markdown's or Quarto's and "
        return super().why_text(fence)

    def at_text_line(self, position: int) -> Iterator[SourceCell]:
        line = self.lines[position]
        self.check_region_mark(position)
        if not line.strip():
            self.blank_lines += not self.in_indented_code
            return
        if line.startswith("    ") and (self.blank_lines or self.in_indented_code):
            self.in_indented_code = True
        else:
            self.in_indented_code = False
            is_heading = self.header.jupytext.get("split_at_heading") and _HEADING.match(line)
            if self.blank_lines >= 2 or (self.blank_lines and is_heading):
                yield from self.text_until(position)
        self.blank_lines = 0

    def check_region_mark(self, position: int) -> None:
        line = self.lines[position]
        if _NEARLY_A_REGION.fullmatch(line):
            wanted = "`<!-- #region -->` and `<!-- #endregion -->`, each alone on its line"
            what = "no region is open here" if _REGION_END.fullmatch(line) else "nearly a region"
            raise self.wrong(position, f"{what}; write {wanted}")

    def region_at(self, position: int) -> tuple[SourceCell, int] | None:
        """The region that begins in a line, and where it ends."""
        begin = _REGION.fullmatch(self.lines[position])
        if begin is None:
            return None
        self.blank_lines, self.in_indented_code = 0, False
        end = self.end_of_region(position, begin["name"])
        _, metadata = text_to_metadata(begin["options"], allow_title=True)
        kind = "raw" if begin["name"] == "raw" else "markdown"
        source = "\n".join(self.lines[position + 1 : end])
        return SourceCell(kind, source, position + 2, metadata), end

    def end_of_region(self, first: int, name: str) -> int:
        position = first + 1
        while position < len(self.lines):
            line = self.lines[position]
            end = _REGION_END.fullmatch(line)
            if end and end["name"] == name:
                return position
            if end or _NEARLY_A_REGION.fullmatch(line):
                wrong = f"the region of line {first + 1} is still open; close it above"
                raise self.wrong(position, f"{wrong} with `<!-- #end{name} -->`")
            if (fence := opening(line)) is not None and name != "raw":
                block_end = self.end_of(fence, position)
                self.check_text_block(fence, position, block_end, "inside a region ")
                position = block_end
            position += 1
        raise self.wrong(first, f"this region never ends; close it with `<!-- #end{name} -->`")


@dataclass
class _MystReader(_Reader):
    """MyST's Markdown: a block `{code-cell}` is a cell, `+++` ends a text cell."""

    begin = f"```{CODE_CELL}"

    def is_cell(self, fence: Fence) -> bool:
        return fence.is_myst_cell

    def cell(self, fence: Fence, first: int, end: int) -> SourceCell:
        directive, _, lexer = fence.info.strip().partition("}")
        if lexer.strip() and not is_python(lexer.strip()):
            wrong = f"a cell in {lexer.strip()}; a lab is written in Python"
            raise self.wrong(first, f"{wrong}: take it away, or write the cell with a magic %%")
        indentation = len(fence.lead)
        lines = [_outdented(line, indentation) for line in self.lines[first + 1 : end]]
        num_options, metadata = self.options(first + 1, lines)
        if num_options < len(lines) and not lines[num_options].strip():
            num_options += 1
        kind = "code" if f"{directive}}}" == CODE_CELL else "raw"
        source = "\n".join(lines[num_options:])
        return SourceCell(kind, source, first + 2 + num_options, metadata)

    def options(self, first: int, lines: list[str]) -> tuple[int, dict[str, Any]]:
        """How many lines of a cell are options, and what they say."""
        if lines and lines[0].startswith("---"):
            ends = [n for n, line in enumerate(lines) if n and line.startswith("---")]
            if not ends:
                raise self.wrong(first, "the options never end; close them with ---")
            return ends[0] + 1, self.yaml(first + 1, lines[1 : ends[0]])
        written = [line.lstrip() for line in lines]
        start = next((n for n, line in enumerate(written) if line), 0)
        end = next((n for n in range(start, len(lines)) if written[n][:1] != ":"), len(lines))
        if start == end:
            return 0, {}
        return end, self.yaml(first + start, [line[1:] for line in written[start:end]])

    def yaml(self, first: int, lines: list[str]) -> dict[str, Any]:
        try:
            options = yaml.safe_load("\n".join(lines))
        except (yaml.YAMLError, ValueError) as error:
            raise self.wrong(first, "the options of this cell are no YAML; fix them") from error
        if options is None or isinstance(options, dict):
            return options or {}
        raise self.wrong(first, "an option is written `:key: value`; write it so")

    def why_text(self, fence: Fence) -> str:
        return super().why_text(fence) if fence.lead else "in MyST Markdown "

    def at_text_line(self, position: int) -> Iterator[SourceCell]:
        found = _BLOCK_BREAK.fullmatch(self.lines[position])
        if found is None:
            return
        yield from self.text_until(position)
        self.text_start = position + 1
        try:
            self.text_metadata = json.loads(found["metadata"].strip() or "{}")
        except ValueError:
            self.text_metadata = []  # type: ignore[assignment]
        if not isinstance(self.text_metadata, dict):
            wrong = "what follows +++ is no JSON object; write `+++` alone"
            raise self.wrong(position, wrong)


def _outdented(line: str, width: int) -> str:
    """A line of a block that stands a little to the right, as Markdown reads it."""
    blanks = len(line) - len(line.lstrip(" "))
    return line[min(blanks, width) :]
