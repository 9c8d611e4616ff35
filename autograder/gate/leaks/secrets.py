"""What students must not receive: solutions, hidden tests, the reference, figures of solutions.

Deliberately not built on the tag compiler: a lab's source is read line by line, so that an error
of the compiler cannot hide itself here.
"""

import ast
import hashlib
import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

from autograder.errors import shown

from .text import Line, Run, Statement, Token, Tokens, code, numbered, runs, statements, words

_BEGIN = re.compile(r"\s*#!TAG\s+HWBEGIN\b")
_END = re.compile(r"\s*#!TAG\s+HWEND\b")
_MESSAGE = re.compile(r"\s*#!MSG\b ?")
_HINT = re.compile(r"\s*#!HINT\b")
_TAG = re.compile(r"\s*#!TAG\b")
_CELL_MARK = re.compile(
    r"<!-- *#end|(?:`{3,}|~{3,}) *(?:python|\{code-cell\})(?!.*\.noeval)|\+\+\+"
)
_FENCE = re.compile(r"(`{3,}|~{3,})(?P<language>.*)")
_FIGURE = re.compile(r"[^\s()<>\[\]\"']+\.\w{1,8}\b")
_QUOTED_FILE = re.compile(r"(?<=[<\"'])[^<>\"'\n]+ [^<>\"'\n]+\.\w{1,8}(?=[>\"'])")
_SAID_BY_ALL_TESTS = re.compile(r"(?:import\b|from\b.*\bimport\b|@question\b|#)")
_WRAPPINGS = ("{}", "(\n{}\n)", "if True:\n    pass\n{}")  # a block need not stand alone

TAGGED = (".py", ".md", ".txt")  # what has tags, of the files that are handed in
FEW = 2  # words, as in `return None`: no secret, whoever writes them
# Of our packages, what ships with a release on purpose.
SHIPPED = ("lib/__init__.py", "lib/kit")
REFERENCE = "lib"
KNOWN_RUN = 5  # tokens in a row that students are given somewhere are no secret
SHORTEST_NAME = 6  # letters; `m`, `last` and the like are anyone's


@dataclass(frozen=True)
class Kind:
    """A kind of secret, and how much of it has to coincide to be no coincidence."""

    name: str
    shortest_line: int  # in letters and signs; `)`, `else:` and the like give nothing away
    run_length: int  # in tokens
    tokens: Tokens


# Hidden tests resemble the public ones, which use the same names on the same functions.
SOLUTION = Kind("solution", 7, 8, code)
WRITTEN_SOLUTION = Kind("written solution", 7, 6, words)
REFERENCE_CODE = Kind("reference", 7, 10, code)
HIDDEN_TEST = Kind("hidden test", 21, 16, code)


@dataclass(frozen=True)
class Passage:
    """Lines of a file that belong together, cut into tokens once for each way to do that."""

    file: Path
    lines: list[Line]
    _tokens: dict[Tokens, list[Token]] = field(default_factory=dict)

    def tokens(self, cut: Tokens) -> list[Token]:
        """All tokens in order. From now on the lines stay as they are."""
        if cut not in self._tokens:
            self._tokens[cut] = cut(self.lines)
        return self._tokens[cut]

    def statements(self, cut: Tokens) -> list[Statement]:
        """The statements that the tokens make."""
        return statements(self.lines, self.tokens(cut))

    def place(self, line: int) -> str:
        """Where one of its lines stands."""
        return f"{self._shown_file}:{line}"

    @cached_property
    def _shown_file(self) -> str:
        return shown(self.file)


@dataclass
class Secrets:
    """All secrets of one kind, each with the place it comes from (`file:line`)."""

    kind: Kind
    statements: dict[Run, str] = field(default_factory=dict)  # all of their tokens
    runs: dict[Run, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    figures: dict[str, str] = field(default_factory=dict)  # by the digest of their bytes

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.statements) + len(self.runs) + len(self.names) + len(self.figures)


def read_secrets(
    source: Path, hidden_dir: Path, home: Path, files_dir: Path | None = None
) -> list[Secrets]:
    """The secrets of a lab: of its source, of its hidden tests and of our reference.

    `home` is the folder that our packages lie in: those that ship, and the reference. `files_dir`
    holds what students hand in besides the notebook, solved and with tags. A line, a run of tokens
    or a name that students are given elsewhere is no secret.
    """
    extra = sorted(path for path in files_dir.rglob("*") if path.is_file()) if files_dir else []
    tagged = [source, *(file for file in extra if file.suffix in TAGGED)]
    given, solved, prose = _split(source)
    for file in tagged[1:]:
        for kind, more in zip((given, solved, prose), _split(file), strict=True):
            kind += more
    shipped = _files_in(home, SHIPPED)
    held_back = [file for file in _files_in(home, [REFERENCE]) if file not in shipped]
    tests = [Passage(file, _of_one_test(_lines(file))) for file in sorted(hidden_dir.rglob("*.py"))]
    given_or_shipped = [*given, *(Passage(file, _lines(file)) for file in shipped)]
    solution = _collect(SOLUTION, solved, given)
    solution.names = _names(solved, given_or_shipped)
    solution.figures = _figures(source, [*solved, *prose], given) | {
        digest(file.read_bytes()): _place(file, 1) for file in extra if file not in tagged
    }
    reference = [Passage(file, _lines(file)) for file in held_back]
    return [
        solution,
        _collect(WRITTEN_SOLUTION, prose, given),
        _collect(HIDDEN_TEST, tests, given_or_shipped),
        _collect(REFERENCE_CODE, reference, given_or_shipped),
    ]


def digest(content: bytes) -> str:
    """What equal files have in common."""
    return hashlib.sha256(content).hexdigest()


def _of_one_test(lines: list[Line]) -> list[Line]:
    """Without the statements that all files of tests have."""
    tokens = code(lines)
    written = statements(lines, tokens)
    common = {one.start for one in written if _SAID_BY_ALL_TESTS.match(one.text)}
    taken = {token.line for token in tokens if token.statement in common}
    return [line for line in lines if line.number not in taken]


def _split(source: Path) -> tuple[list[Passage], list[Passage], list[Passage]]:
    """A file's given text, and what its solution blocks hold: code, and prose.

    Hints are none of it: what they give away of a solution is found in the release, and stays only
    where its author allows it.
    """
    is_code = source.suffix == ".py"
    given = [Passage(source, [])]
    solved: list[Passage] = []
    prose: list[Passage] = []
    current, fence = given[-1], ""  # what opened the block of code, if one is open
    in_hint, empty = False, 0  # lines in a row
    for line in _lines(source):
        marks = None if is_code else _FENCE.match(line.text)
        empty = 0 if line.text.strip() else empty + 1
        if _HINT.match(line.text):
            in_hint = True
        elif _TAG.match(line.text) or _CELL_MARK.match(line.text) or empty > 1:
            in_hint = False
        if in_hint:
            continue
        if _BEGIN.match(line.text):
            current = Passage(source, [])
            (solved if fence or is_code else prose).append(current)
        elif _END.match(line.text):
            current = Passage(source, [])
            given.append(current)
        elif message := _MESSAGE.match(line.text):
            given[-1].lines.append(Line(line.number, line.text[message.end() :]))
        elif not _TAG.match(line.text):
            current.lines.append(line)
        if marks and current is given[-1]:
            closes = marks[1].startswith(fence) and not marks["language"].strip()
            fence = marks[1] if not fence else "" if closes else fence
    return given, solved, prose


def _collect(kind: Kind, secret: list[Passage], given: list[Passage]) -> Secrets:
    given_statements = {one.tokens for passage in given for one in passage.statements(kind.tokens)}
    known = {
        run
        for passage in given
        for _, run in runs(passage.tokens(kind.tokens), KNOWN_RUN)
    }  # fmt: skip
    found = Secrets(kind)
    for passage in secret:
        for one in passage.statements(kind.tokens):
            is_long = sum(map(len, one.tokens)) >= kind.shortest_line and len(one.tokens) > FEW
            if is_long and one.tokens not in given_statements:
                found.statements.setdefault(one.tokens, passage.place(one.line))
        for number, run in _secret_runs(passage, kind, known):
            found.runs.setdefault(run, passage.place(number))
    return found


def _secret_runs(passage: Passage, kind: Kind, known: set[Run]) -> Iterator[tuple[int, Run]]:
    """Runs of which at most half is known, and which don't say the same all the time."""
    sequence = passage.tokens(kind.tokens)
    is_known = [False] * len(sequence)
    for start, run in runs(sequence, KNOWN_RUN):
        if run in known:
            is_known[start : start + KNOWN_RUN] = [True] * KNOWN_RUN
    for start, run in runs(sequence, kind.run_length):
        num_known = sum(is_known[start : start + kind.run_length])
        if 2 * num_known <= kind.run_length <= 2 * len(set(run)):
            yield sequence[start].line, run


def _names(solved: list[Passage], given: list[Passage]) -> dict[str, str]:
    """Names that only solutions bind and nothing given mentions."""
    known = {token.text for passage in given for token in passage.tokens(words)}
    names: dict[str, str] = {}
    for passage in solved:
        for name, line in _bound_names(passage.lines):
            if len(name) >= SHORTEST_NAME and name.lower() not in known:
                names.setdefault(name.lower(), passage.place(line))
    return names


def _bound_names(lines: list[Line]) -> Iterator[tuple[str, int]]:
    text = textwrap.dedent("\n".join(line.text for line in lines))
    for wrapping in _WRAPPINGS:
        try:
            tree = ast.parse(wrapping.format(text))
        except SyntaxError:
            continue
        offset = lines[0].number - 1 - wrapping[: wrapping.index("{}")].count("\n")
        for node in ast.walk(tree):
            match node:
                case ast.Name(id=name, ctx=ast.Store(), lineno=line):
                    yield name, line + offset
                case (
                    ast.FunctionDef(name=name, lineno=line)
                    | ast.ClassDef(name=name, lineno=line)
                    | ast.arg(arg=name, lineno=line)
                ):
                    yield name, line + offset
        return


def _figures(source: Path, secret: list[Passage], given: list[Passage]) -> dict[str, str]:
    """Files that solutions show and given text doesn't."""
    in_given = {digest(path.read_bytes()) for path, _ in _mentioned(source, given)}
    return {
        found: place
        for path, place in _mentioned(source, secret)
        if (found := digest(path.read_bytes())) not in in_given
    }


def _mentioned(source: Path, passages: list[Passage]) -> Iterator[tuple[Path, str]]:
    for passage in passages:
        for line in passage.lines:
            for name in (*_FIGURE.findall(line.text), *_QUOTED_FILE.findall(line.text)):
                path = source.parent / unquote(name)
                if path.is_file():
                    yield path, _place(source, line.number)


def _files_in(home: Path, names: Iterable[str]) -> list[Path]:
    paths = [home / name for name in names]
    folders = [file for path in paths if path.is_dir() for file in sorted(path.rglob("*.py"))]
    return [path for path in paths if path.is_file()] + folders


def _place(file: Path, line: int) -> str:
    return f"{shown(file)}:{line}"


def _lines(file: Path) -> list[Line]:
    return numbered(file.read_text("utf-8-sig"))
