"""What ran in this kernel: each cell's text, what it defines, and where it stopped.

A check looks at the code as it stands, so it has to know whether what it finds in the kernel came
from the latest text of the cell above. A kernel knows the cells that ran, not what is on the
screen: text that was changed but neither run nor saved is known to nobody but the browser.
"""

import ast
import re
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .blank_errors import NAME_PREFIX, is_of_open_blank

_TIMED = ("%%time", "%%capture")  # cell magics whose body defines names as a plain cell does
_DEFINES = re.compile(r"^(?:async\s+def|def|class)\s+(\w+)|^(\w+)\s*(?::[^=\n]+)?=(?!=)", re.M)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_BLANK = re.compile(rf"'({NAME_PREFIX}\w*)")  # the name of an open one, in what is said of it


@dataclass(frozen=True)
class Statement:
    """One statement of a cell: its lines, the names it sets and those it reads while it runs."""

    first: int
    last: int
    sets: frozenset[str]
    reads: frozenset[str]
    text: str


@dataclass(frozen=True)
class Stop:
    """What ended a run before its last line."""

    error: str  # "ValueError: no words"
    line: int  # of the cell, the first of which is 1; 0 if nothing of it ran
    text: str  # of that line, or of the line that is no Python
    blank: str | None = None  # what an open blank says, if that is why
    missing: str = ""  # the undefined name, if that is why
    through: tuple[str, ...] = ()  # the functions and classes that were running, outermost first


@dataclass(frozen=True)
class Run:
    """One run of a cell."""

    source: str
    cell_id: str
    statements: tuple[Statement, ...]
    stop: Stop | None
    stamp: object = None  # of the notebook's file when the run ended

    def attempts(self, name: str) -> bool:
        """Whether the cell's text sets the name, be it that it came so far or not."""
        return any(name in statement.sets for statement in self.statements)

    def statement_for(self, name: str) -> Statement | None:
        """The last statement that set the name; None if the run stopped before its end."""
        reached = [
            one
            for one in self.statements
            if name in one.sets and (self.stop is None or one.last < self.stop.line)
        ]
        return reached[-1] if reached else None

    def read_for(self, made: Statement) -> set[str]:
        """The names that a statement reads, and those that set these before it in the cell."""
        read = set(made.reads)
        for one in reversed(self.statements[: self.statements.index(made)]):
            if one.sets & read:
                read |= one.reads
        return read


class Runs:
    """The runs of one kernel, in their order."""

    def __init__(self) -> None:
        self._runs: list[Run] = []
        self.current = ""  # the text of the cell that runs now

    def __iter__(self) -> Iterator[Run]:
        return iter(self._runs)

    def add(self, run: Run) -> None:
        """Note one more run."""
        self._runs.append(run)

    def last_attempt(self, name: str, before: Run | None = None) -> Run | None:
        """The last run whose text sets the name, of those before another one if so asked."""
        found = None
        for run in self._runs:
            if run is before:
                break
            if run.attempts(name):
                found = run
        return found

    def after(self, run: Run) -> list[Run]:
        """The runs later than this one."""
        place = next(place for place, one in enumerate(self._runs) if one is run)
        return self._runs[place + 1 :]


def statements_of(source: str) -> tuple[Statement, ...]:
    """The statements of a cell that set names; of text that is no Python what looks like one."""
    head, _, body = source.partition("\n")
    if head.startswith(_TIMED):
        source = f"\n{body}"
    plain = "\n".join("" if line.startswith(("%", "!")) else line for line in source.split("\n"))
    try:
        tree = ast.parse(plain)
    except (SyntaxError, ValueError):
        defined = frozenset(first or second for first, second in _DEFINES.findall(source))
        return (Statement(1, source.count("\n") + 1, defined, frozenset(), source),)
    lines = plain.split("\n")
    found = []
    for node in tree.body:
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
        last = node.end_lineno or node.lineno
        names = frozenset(_names_set(node))
        reads = frozenset(_names_read(node)) - names
        found.append(Statement(first, last, names, reads, "\n".join(lines[first - 1 : last])))
    return tuple(found)


def _names_set(node: ast.AST) -> Iterator[str]:
    """The names that a statement gives to the module, also in the blocks inside it."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name
            return
        case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return
        case ast.Name(id=name, ctx=ast.Store()):
            yield name
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in names)
    for child in ast.iter_child_nodes(node):
        yield from _names_set(child)


def _names_read(node: ast.AST) -> Iterator[str]:
    """The names that a statement looks up while it runs; not those of functions' bodies, which
    are looked up when they are called."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield node.id
    if isinstance(node, _SCOPES):
        outside = [node.args, *getattr(node, "decorator_list", ())]
        children: Iterable[ast.AST] = outside
    else:
        children = ast.iter_child_nodes(node)
    for child in children:
        yield from _names_read(child)


def stop_of(error: BaseException | None, source: str, ran: bool) -> Stop | None:
    """What an exception says of where a cell stopped; None without one.

    Args:
        ran: whether the cell began to run: text that is no Python does not.
    """
    if error is None:
        return None
    described = f"{type(error).__name__}: {described_error(error)}"
    lines = source.split("\n")
    if not ran or source.startswith("%%"):
        if isinstance(error, SyntaxError):
            error = _syntax_error_in(source) or error  # Python's own message says more
            described = f"{type(error).__name__}: {error.msg}"
        number = getattr(error, "lineno", None) or 0
        text = lines[number - 1].strip() if 0 < number <= len(lines) else ""
        return Stop(described, 0, text, blank_of(error))
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    numbers = [number for _, number in traceback.walk_tb(error.__traceback__)]
    names = [frame.f_code.co_name for frame in frames]
    place = next((at for at, name in enumerate(names) if name.startswith(("<module", "<cell"))), 0)
    number = numbers[place] if numbers else 0
    text = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    through = tuple(
        frame.f_code.co_qualname.partition(".")[0]
        for frame in frames[place + 1 :]
        if frame.f_globals.get("__name__") == "__main__"
    )
    missing = error.name or "" if isinstance(error, NameError) else ""
    return Stop(described, number, text, blank_of(error), missing, through)


def _syntax_error_in(source: str) -> SyntaxError | None:
    try:
        ast.parse(source)
    except SyntaxError as error:
        return error
    except ValueError:
        pass
    return None


LONGEST_MESSAGE = 400  # characters; an error may quote a whole tensor


def described_error(error: BaseException) -> str:
    """What an exception says, cut short."""
    try:
        message = str(error)
    except Exception:  # a student's own exception may be unable to say what it is
        return "its message can't be read"
    cut = len(message) > LONGEST_MESSAGE
    return f"{message[:LONGEST_MESSAGE]} …" if cut else message


def blank_of(error: BaseException) -> str | None:
    """What an open blank asks for, if the exception is that of one; else None."""
    message = described_error(error)
    if not is_of_open_blank(type(error).__name__, message):
        return None
    if not isinstance(error, NotImplementedError):
        named = _BLANK.search(message)
        return named and named[1]
    frames = traceback.extract_tb(error.__traceback__)
    raised = frames[-1] if frames else None
    if raised is None or "site-packages" in raised.filename:
        return None
    return None if raised.line and "raise" not in raised.line else message


def watch(shell: Any, stamp: Any) -> Runs:
    """Note from now on what runs in a Jupyter kernel; elsewhere nothing is noted.

    Args:
        stamp: gives the state of the notebook's file.
    """
    if getattr(shell, "kernel", None) is None:  # a worker of the grader's, a script, a terminal
        return Runs()
    if (known := getattr(shell, "runs_of_cells", None)) is not None:  # imported once more
        runs: Runs = known
        return runs
    runs = shell.runs_of_cells = Runs()

    def before(info: Any) -> None:
        runs.current = info.raw_cell or ""

    def after(result: Any) -> None:
        runs.current = ""
        source = getattr(getattr(result, "info", None), "raw_cell", None)
        if not source:
            return
        error = result.error_before_exec or result.error_in_exec
        stop = stop_of(error, source, ran=result.error_before_exec is None)
        cell_id = getattr(result.info, "cell_id", None) or ""
        runs.add(Run(source, cell_id, statements_of(source), stop, stamp()))

    shell.events.register("pre_run_cell", before)
    shell.events.register("post_run_cell", after)
    return runs
