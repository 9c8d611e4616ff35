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
from pathlib import Path

from autograder.errors import shown

from .text import CODE, PROSE, Line, Run, normalised, numbered, runs, tokens

_BEGIN = re.compile(r"\s*#!TAG\s+HWBEGIN\b")
_END = re.compile(r"\s*#!TAG\s+HWEND\b")
_MESSAGE = re.compile(r"\s*#!MSG\b ?")
_TAG = re.compile(r"\s*#!TAG\b")
_FENCE = re.compile(r"(`{3,}|~{3,})(?P<language>.*)")
_FIGURE = re.compile(r"[\w./-]+\.(?:png|jpe?g|gif|svg|webp|pdf)\b", re.IGNORECASE)
_SAID_BY_ALL_TESTS = re.compile(r"\s*(?:import\b|from\b.*\bimport\b|@question\b|#)")
_WRAPPINGS = ("{}", "(\n{}\n)", "if True:\n    pass\n{}")  # a block need not stand alone

TAGGED = (".py", ".md", ".txt")  # what has tags, of the files that are handed in
# Of our packages, what ships with a release on purpose.
SHIPPED = ("lib/__init__.py", "lib/kit")
REFERENCE = "lib"
KNOWN_RUN = 5  # tokens in a row that students are given somewhere are no secret
SHORTEST_NAME = 6  # letters; `m`, `last` and the like are anyone's


@dataclass(frozen=True)
class Kind:
    """A kind of secret, and how much of it has to coincide to be no coincidence."""

    name: str
    shortest_line: int  # in characters; `)`, `else:` and the like give nothing away
    run_length: int  # in tokens
    token: re.Pattern[str]


# Hidden tests resemble the public ones, which use the same names on the same functions.
SOLUTION = Kind("solution", 8, 8, CODE)
WRITTEN_SOLUTION = Kind("written solution", 8, 6, PROSE)
REFERENCE_CODE = Kind("reference", 8, 10, CODE)
HIDDEN_TEST = Kind("hidden test", 24, 16, CODE)


@dataclass(frozen=True)
class Passage:
    """Lines of a file that belong together."""

    file: Path
    lines: list[Line]


@dataclass
class Secrets:
    """All secrets of one kind, each with the place it comes from (`file:line`)."""

    kind: Kind
    lines: dict[str, str] = field(default_factory=dict)  # normalised
    runs: dict[Run, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    figures: dict[str, str] = field(default_factory=dict)  # by the digest of their bytes

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.lines) + len(self.runs) + len(self.names) + len(self.figures)


def read_secrets(
    source: Path, hidden_dir: Path, project: Path, files_dir: Path | None = None
) -> list[Secrets]:
    """The secrets of a lab: of its source, of its hidden tests and of the project's reference.

    `files_dir` holds what students hand in besides the notebook, solved and with tags. A line, a
    run of tokens or a name that students are given elsewhere is no secret.
    """
    extra = sorted(path for path in files_dir.rglob("*") if path.is_file()) if files_dir else []
    tagged = [source, *(file for file in extra if file.suffix in TAGGED)]
    given, code, prose = _split(source)
    for file in tagged[1:]:
        for kind, more in zip((given, code, prose), _split(file), strict=True):
            kind += more
    shipped = _files_in(project, SHIPPED)
    held_back = [file for file in _files_in(project, [REFERENCE]) if file not in shipped]
    tests = [
        Passage(file, [line for line in _lines(file) if not _SAID_BY_ALL_TESTS.match(line.text)])
        for file in sorted(hidden_dir.rglob("*.py"))
    ]
    given_or_shipped = [*given, *(Passage(file, _lines(file)) for file in shipped)]
    solution = _collect(SOLUTION, code, given)
    solution.names = _names(code, given_or_shipped)
    solution.figures = _figures(source, [*code, *prose], given) | {
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


def _split(source: Path) -> tuple[list[Passage], list[Passage], list[Passage]]:
    """A file's given text, and what its solution blocks hold: code, and prose."""
    is_code = source.suffix == ".py"
    language = "python" if is_code else ""
    given = [Passage(source, [])]
    code: list[Passage] = []
    prose: list[Passage] = []
    current = given[-1]
    for line in _lines(source):
        fence = None if is_code else _FENCE.match(line.text)
        if _BEGIN.match(line.text):
            current = Passage(source, [])
            (code if language else prose).append(current)
        elif _END.match(line.text):
            current = Passage(source, [])
            given.append(current)
        elif message := _MESSAGE.match(line.text):
            given[-1].lines.append(Line(line.number, line.text[message.end() :]))
        elif not _TAG.match(line.text):
            current.lines.append(line)
        if fence and current is given[-1]:
            language = "" if language else fence["language"] or "text"
    return given, code, prose


def _collect(kind: Kind, secret: list[Passage], given: list[Passage]) -> Secrets:
    given_lines = {normalised(line.text) for passage in given for line in passage.lines}
    known = {
        run
        for passage in given
        for _, run in runs(tokens(passage.lines, kind.token), KNOWN_RUN)
    }  # fmt: skip
    found = Secrets(kind)
    for passage in secret:
        for line in passage.lines:
            text = normalised(line.text)
            if len(text) >= kind.shortest_line and text not in given_lines:
                found.lines.setdefault(text, _place(passage.file, line.number))
        for number, run in _secret_runs(passage, kind, known):
            found.runs.setdefault(run, _place(passage.file, number))
    return found


def _secret_runs(passage: Passage, kind: Kind, known: set[Run]) -> Iterator[tuple[int, Run]]:
    """Runs of which at most half is known, and which don't say the same all the time."""
    sequence = tokens(passage.lines, kind.token)
    is_known = [False] * len(sequence)
    for start, run in runs(sequence, KNOWN_RUN):
        if run in known:
            is_known[start : start + KNOWN_RUN] = [True] * KNOWN_RUN
    for start, run in runs(sequence, kind.run_length):
        num_known = sum(is_known[start : start + kind.run_length])
        if 2 * num_known <= kind.run_length <= 2 * len(set(run)):
            yield sequence[start].line, run


def _names(code: list[Passage], given: list[Passage]) -> dict[str, str]:
    """Names that only solutions bind and nothing given mentions."""
    words = {
        word
        for passage in given
        for line in passage.lines
        for word in PROSE.findall(line.text.lower())
    }
    names: dict[str, str] = {}
    for passage in code:
        for name, line in _bound_names(passage.lines):
            if len(name) >= SHORTEST_NAME and name.lower() not in words:
                names.setdefault(name.lower(), _place(passage.file, line))
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
            for name in _FIGURE.findall(line.text):
                path = source.parent / name
                if path.is_file():
                    yield path, _place(source, line.number)


def _files_in(project: Path, names: Iterable[str]) -> list[Path]:
    paths = [project / name for name in names]
    folders = [file for path in paths if path.is_dir() for file in sorted(path.rglob("*.py"))]
    return [path for path in paths if path.is_file()] + folders


def _place(file: Path, line: int) -> str:
    return f"{shown(file)}:{line}"


def _lines(file: Path) -> list[Line]:
    return numbered(file.read_text("utf-8-sig"))
