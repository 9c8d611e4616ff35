"""Fenced blocks of Markdown: where one begins and ends, and whether its author meant code.

Markdown renders every fenced block, and Jupytext makes cells of some of them. What an author meant
as a cell and Jupytext takes for text is found here, by its first line.
"""

import re
from dataclasses import dataclass

from jupytext.cell_reader import MarkdownCellReader
from jupytext.languages import _JUPYTER_LANGUAGES

_OPENING = re.compile(
    r"(?P<lead>(?:[ \t]|>|[-*+][ \t]|\d{1,9}[.)][ \t])*)(?P<marks>`{3,}|~{3,})(?P<info>.*)"
)
# What a hand or a word processor makes of it: quotes, too few marks, blanks that nobody sees.
_NEARLY = re.compile(
    r"[\s\u200b\u2060\ufeff]*(?P<marks>'{3}|\"{3}|`{1,2}|[\u00b4\u2018\u2019\u201c\u201d\uff40]{2,4}|`{3,}|~{3,})"
    r"\s*\{?(?:i?python|py|code-cell)[\d.]*\}?\s*",
    re.IGNORECASE,
)
_DIRECTIVE = re.compile(r"\{[\s.]*([^\s{},.=]+)[^{}]*\}?")
_WORD = re.compile(r"[\w+#-]+")
_PYTHON = re.compile(r"(?:i?python|py)[\d.]*")
_CELL_DIRECTIVES = frozenset(
    {"code-cell", "code_cell", "codecell", "code-cells", "raw-cell", "jupyter-execute", "cell"}
)
_AS_TEXT = ".noeval"  # Jupytext's own word for code that is shown and not run
CODE_CELL, RAW_CELL = "{code-cell}", "{raw-cell}"  # MyST's


@dataclass(frozen=True)
class Fence:
    """The first line of a fenced block."""

    lead: str  # what stands before it: blanks, `>`, list markers
    marks: str  # three or more ` or ~
    info: str

    @property
    def is_nested(self) -> bool:
        """Whether it stands in a list, a quotation or indented code."""
        return bool(self.lead.strip()) or len(self.lead.expandtabs(4)) > 3

    @property
    def is_jupytext_cell(self) -> bool:
        """Whether Jupytext makes a cell of it."""
        line = f"{self.lead}{self.marks}{self.info}"
        return not self.is_text_on_purpose and bool(MarkdownCellReader.start_code_re.match(line))

    @property
    def is_myst_cell(self) -> bool:
        """Whether MyST makes a cell of it."""
        return not self.is_nested and self.info.strip().startswith((CODE_CELL, RAW_CELL))

    @property
    def is_text_on_purpose(self) -> bool:
        """Whether the author says that it is not to run."""
        return _AS_TEXT in self.info.split()

    @property
    def is_directive(self) -> bool:
        """Whether it holds Markdown of its own, as MyST's notes do."""
        return self.info.strip().startswith("{") and not self.info.strip().startswith("{code")

    @property
    def means_code(self) -> bool:
        """Whether the author meant Python, or another format's cell."""
        if self.is_text_on_purpose:
            return False
        if directive := _DIRECTIVE.match(self.info.strip()):
            name = directive[1].lower()
            is_chunk = self.info.strip()[1:2] != "." and name in _JUPYTER_LANGUAGES | {"r"}
            return bool(_PYTHON.fullmatch(name)) or name in _CELL_DIRECTIVES or is_chunk
        word = _WORD.search(self.info)
        return word is not None and bool(_PYTHON.fullmatch(word[0].lower()))

    def is_closed_by(self, line: str) -> bool:
        """Whether this line ends the block."""
        rest = line.lstrip(" \t>" if self.is_nested else " ")
        if not self.is_nested and len(line) - len(rest) > 3:
            return False
        marks = rest.rstrip()
        return len(marks) >= len(self.marks) and not marks.strip(self.marks[0])

    def is_broken_by(self, line: str) -> bool:
        """Whether a block begins in this line that shows that this one's end is missing: inside a
        block others are text, but only if they have fewer marks or other ones."""
        inner = opening(line)
        if inner is None or not inner.info.strip() or (inner.is_nested and not self.is_nested):
            return False
        same = inner.marks[0] == self.marks[0] and len(inner.marks) >= len(self.marks)
        return same or (self.is_nested and not inner.lead)


def opening(line: str) -> Fence | None:
    """The fenced block that a line begins, if it stands outside of any."""
    found = _OPENING.fullmatch(line)
    if found is None or (found["marks"][0] == "`" and "`" in found["info"]):
        return None
    return Fence(found["lead"], found["marks"], found["info"])


def is_nearly_a_cell(line: str) -> bool:
    """Whether a line was meant to begin a cell, but begins no block at all."""
    return opening(line) is None and bool(_NEARLY.fullmatch(line))
