"""A code cell as Python sees it: strings, comments, IPython's commands and cell magics.

Read line by line, because tags are lines. Nothing is executed, and only the standard library is
imported.
"""

import ast
import re
import textwrap
import warnings
from collections.abc import Iterable
from dataclasses import dataclass

# These run their body as Python; any other cell magic has a language of its own.
PYTHON_MAGICS = frozenset(
    {"capture", "debug", "ipytest", "memit", "prun", "px", "pyinstrument", "python", "python3"}
    | {"snakeviz", "time", "timeit"}
)
FILE_MAGICS = frozenset({"file", "writefile"})

_COMMAND = re.compile(r"\s*[!%?,;/]")  # no statement of Python begins with one of these
_TOKEN = re.compile(
    r"""(?P<comment>\#.*)
      | (?P<quote>\"\"\"|'''|"|')
      | (?P<open>[(\[{])
      | (?P<close>[)\]}])
      | (?P<joined>\\$)
      | (?P<assigned_command>=\s*[!%])
      | [^\#"'()\[\]{}\\=]+ | .""",
    re.VERBOSE,
)
_STRING_END = {quote: re.compile(rf"(?:[^\\]|\\.)*?{quote}") for quote in ('"""', "'''", '"', "'")}


@dataclass(frozen=True)
class CellMagic:
    """The `%%name argument` that opens a cell."""

    name: str
    argument: str

    @property
    def body_is_python(self) -> bool:
        """Whether what follows the magic is Python (for `%%writefile`, a `.py` file)."""
        writes_python = self.name in FILE_MAGICS and self.argument.endswith(".py")
        return self.name in PYTHON_MAGICS or writes_python


@dataclass(frozen=True)
class CodeLine:
    """One line of a code cell."""

    inside_string: bool  # it begins inside a string that an earlier line opened
    comment: str  # from its `#` on; empty without one
    python: str  # the line, a command to IPython replaced by harmless Python


@dataclass(frozen=True)
class SyntaxProblem:
    """Why a cell does not compile, and on which of its lines (from 1)."""

    line: int
    message: str


class Scanner:
    """Reads a cell's lines in order and knows what each one stands inside of."""

    def __init__(self) -> None:
        self.open_string_line: int | None = None
        self._quote = ""
        self._depth = 0
        self._joined = False
        self._in_command = False
        self._lines_read = 0

    def read(self, line: str) -> CodeLine:
        """The next line."""
        self._lines_read += 1
        starts_statement = not (self._quote or self._depth or self._joined)
        self._joined = False
        if self._in_command:
            self._in_command = _is_continued(line)
            return CodeLine(False, "", "")
        if starts_statement and _COMMAND.match(line):
            self._in_command = _is_continued(line)
            return CodeLine(False, "", _indentation(line) + "pass")
        inside_string = bool(self._quote)
        comment, python = self._read_tokens(line)
        code = line.removesuffix(comment).rstrip()
        if starts_statement and code.endswith("?") and not (self._quote or self._depth):
            python = _indentation(line) + "pass"  # `name?` asks IPython for help
        return CodeLine(inside_string, comment, python)

    def _read_tokens(self, line: str) -> tuple[str, str]:
        """The line's comment and its Python; follows strings and brackets on the way."""
        position = self._end_of_string(line, 0) if self._quote else 0
        while position < len(line):
            token = _TOKEN.match(line, position)
            assert token is not None  # the last alternative takes any character
            position = token.end()
            match token.lastgroup:
                case "comment":
                    return token.group(), line
                case "quote":
                    self._quote = token.group()
                    self.open_string_line = self._lines_read
                    position = self._end_of_string(line, position)
                case "open":
                    self._depth += 1
                case "close":
                    self._depth = max(0, self._depth - 1)
                case "joined":
                    self._joined = True
                case "assigned_command" if not self._depth:
                    self._in_command = _is_continued(line)
                    return "", line[: token.start()] + "= None"
        return "", line

    def _end_of_string(self, line: str, position: int) -> int:
        end = _STRING_END[self._quote].match(line, position)
        if end is None and (len(self._quote) == 3 or _is_continued(line)):
            return len(line)
        self._quote = ""  # also where the line's end broke a string: Python says so later
        self.open_string_line = None
        return end.end() if end else len(line)


def cell_magic(lines: Iterable[str]) -> CellMagic | None:
    """The cell magic that opens the first line that isn't blank, if there is one."""
    first = next((line.strip() for line in lines if line.strip()), "")
    if not first.startswith("%%"):
        return None
    name, _, argument = first[2:].partition(" ")
    return CellMagic(name, argument.strip())


def as_python(source: str) -> str | None:
    """The cell as plain Python with the same lines; None if its magic has another language."""
    lines = textwrap.dedent(source).split("\n")  # as IPython does
    magic = cell_magic(lines)
    if magic is not None:
        if not magic.body_is_python:
            return None
        first = next(number for number, line in enumerate(lines) if line.strip())
        lines[first] = ""
    scanner = Scanner()
    return "\n".join(scanner.read(line).python for line in lines)


def parse(python: str | bytes) -> ast.Module:
    """The syntax tree, without Python's warnings about what it parses.

    Raises:
        SyntaxError: it isn't Python.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(python)
        except (ValueError, RecursionError, MemoryError) as error:
            raise SyntaxError(str(error)) from error


def syntax_problem(source: str) -> SyntaxProblem | None:
    """Why IPython couldn't compile this cell, or None if it can; `await` may stand at top level."""
    python = as_python(source)
    if python is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            compile(python, "<cell>", "exec", flags=flags, dont_inherit=True)
    except SyntaxError as error:
        return SyntaxProblem(error.lineno or 1, error.msg)
    except (ValueError, RecursionError, MemoryError) as error:
        return SyntaxProblem(1, str(error) or type(error).__name__)
    return None


def _indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _is_continued(line: str) -> bool:
    """Whether a backslash that isn't itself escaped ends the line."""
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1
