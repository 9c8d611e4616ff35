"""Which parts of code do nothing: they are easily put into a copy, and say nothing of whose it is.

Notes to readers (texts, types), asserts and prints, and what is never reached or read. Code is only
read here, never run. Of a text that is no code, those pieces are looked at that are.
"""

import ast
import builtins
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from ..compiler.ipython_syntax import parse

ROUNDS = 20  # what only idle code reads is idle, and so on
_COMMAND = re.compile(r"^([ \t]*)[%!?].*$", re.MULTILINE)  # to IPython
_PIECE = re.compile(r"\n[ \t]*\n(?=[^\s)\]}])")  # after it, something may begin
_ENDS = (ast.Return, ast.Raise, ast.Break, ast.Continue)
_BLOCKS = ("body", "orelse", "finalbody")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_QUIET = (
    *(ast.Constant, ast.Name, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.UnaryOp, ast.BinOp),
    *(ast.BoolOp, ast.Compare, ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop),
)
_ACTING = {"delattr", "eval", "exec", "next", "setattr"}
_BUILT_IN = {*dir(builtins)} - _ACTING  # a call of one whose value nobody takes


class Span(NamedTuple):
    """From where to where something stands in a text."""

    start: int
    end: int


def idle_spans(text: str) -> list[Span]:
    """Where idle code stands, in order; parts may hold others."""
    return sorted(span for start, piece in _pieces(text) for span in _idle(start, piece))


def _pieces(text: str) -> Iterator[tuple[int, "_Piece"]]:
    """The text as Python reads it, else what it can read of it, with the place of each piece."""
    lines = text.replace("\r", "\n")
    if (whole := _read(lines)) is not None:
        yield 0, whole
        return
    starts = [0, *(found.end() for found in _PIECE.finditer(lines))]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        if (piece := _read(lines[start:end])) is not None:
            yield start, piece


class _Piece(NamedTuple):
    text: str
    tree: ast.Module


def _read(text: str) -> _Piece | None:
    python = _COMMAND.sub(lambda found: found[1] + "_".ljust(len(found[0]) - len(found[1])), text)
    try:
        return _Piece(python, parse(python))
    except SyntaxError:
        return None


def _idle(start: int, piece: _Piece) -> Iterator[Span]:
    places = _Places(piece.text)
    dropped = _Statements(piece.tree).idle
    for node in ast.walk(piece.tree):
        span = places.of(node) if id(node) in dropped else places.of_notes(node)
        if span is not None:
            yield Span(start + span.start, start + span.end)


class _Statements:
    """Which statements of a module are idle, by their `id`."""

    def __init__(self, tree: ast.Module) -> None:
        self.idle: set[int] = set()
        self._tree = tree
        for _ in range(ROUNDS):
            known = len(self.idle)
            read = self._names_read()
            for body, scope in self._blocks():
                self.idle |= {id(one) for one in self._idle_of(body, read, scope)}
            if len(self.idle) == known:
                break
        for body, _ in self._blocks():  # a block is never left empty
            if self._are_idle(body):
                self.idle -= {*map(id, body)}

    def _names_read(self) -> set[str]:
        waiting: list[ast.AST] = [self._tree]
        read: set[str] = set()
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                read.add(node.id)
            elif isinstance(node, ast.Global | ast.Nonlocal):
                read |= {*node.names}
            waiting += (one for one in ast.iter_child_nodes(node) if id(one) not in self.idle)
        return read

    def _blocks(self) -> Iterator[tuple[list[ast.stmt], ast.AST]]:
        """All blocks, and the function, class or module that each is part of."""
        waiting: list[tuple[ast.AST, ast.AST]] = [(self._tree, self._tree)]
        while waiting:
            node, scope = waiting.pop()
            scope = node if isinstance(node, (*_FUNCTIONS, ast.ClassDef)) else scope
            for name in _BLOCKS:
                body = getattr(node, name, None)
                if isinstance(body, list) and body:
                    yield body, scope
            waiting += ((one, scope) for one in ast.iter_child_nodes(node))

    def _idle_of(
        self, body: Sequence[ast.stmt], read: set[str], scope: ast.AST
    ) -> Iterator[ast.stmt]:
        is_over = False
        for one in body:
            if is_over or self._does_nothing(one) or _is_for_nobody(one, read, scope):
                yield one
            is_over = is_over or isinstance(one, _ENDS)

    def _does_nothing(self, one: ast.stmt) -> bool:
        match one:
            case ast.Pass() | ast.Assert() | ast.Expr(ast.Constant()):
                return True
            case ast.Expr(ast.Call(ast.Name(name))):
                return name in _BUILT_IN
            case ast.Assign([ast.Name(target)], ast.Name(value)):
                return target == value
            case ast.If(ast.Constant(test)) | ast.While(ast.Constant(test)) if not test:
                return self._are_idle(one.orelse)
            case ast.If() | ast.For() | ast.While() | ast.Try():
                blocks = (one, *getattr(one, "handlers", ()))
                return all(
                    self._are_idle(getattr(block, name, ())) for block in blocks for name in _BLOCKS
                )
        return False

    def _are_idle(self, body: Iterable[ast.stmt]) -> bool:
        return all(id(one) in self.idle for one in body)


def _is_for_nobody(one: ast.stmt, read: set[str], scope: ast.AST) -> bool:
    """Whether it only sets names that nothing reads. Those of a function are nobody else's; of a
    module's, only what takes no work is idle; those of a class are read as parts of it."""
    if isinstance(scope, ast.ClassDef):
        return False
    is_own = isinstance(scope, _FUNCTIONS)
    names: list[ast.expr]
    match one:
        case ast.Expr(value) if is_own:
            return _is_quiet(value)
        case ast.Delete(names):
            pass
        case ast.Assign(names, value) if is_own or _is_quiet(value):
            pass
        case ast.AnnAssign(name, _, value) if is_own or value is None or _is_quiet(value):
            names = [name]
        case ast.AugAssign(name, _, value) if is_own or _is_quiet(value):
            names = [name]
        case _:
            return False
    return all(isinstance(name, ast.Name) and name.id not in read for name in names)


def _is_quiet(value: ast.expr) -> bool:
    return all(isinstance(node, _QUIET) for node in ast.walk(value))


class _Places:
    """Where nodes stand in a text, in characters; Python counts bytes of lines."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = [f"{line}\n" for line in text.split("\n")]
        self._starts = [0, *accumulate(map(len, self._lines))]

    def of(self, node: Any) -> Span:
        """All of it; of a function or class, its decorators, too."""
        first = min([node, *getattr(node, "decorator_list", ())], key=lambda one: one.lineno)
        return Span(self._start(first), self._end(node))

    def of_notes(self, node: Any) -> Span | None:
        """What of it is for readers, or always so: a type, `if True:`."""
        match node:
            case ast.arg(annotation=ast.expr()):
                return Span(self._start(node) + len(node.arg), self._end(node))
            case (
                ast.FunctionDef(returns=ast.expr() as note)
                | ast.AsyncFunctionDef(returns=ast.expr() as note)
            ):
                arrow = self._text.rfind("->", 0, self._start(note))
                return Span(arrow, self._text.find(":", self._end(note)))
            case ast.AnnAssign(target, note, ast.expr() as value):
                colon = self._text.find(":", self._end(target))
                return Span(colon, self._text.rfind("=", self._end(note), self._start(value)))
            case ast.If(ast.Constant(value), [first, *_], []) if value:
                return Span(self._start(node), self.of(first).start)
        return None

    def _start(self, node: Any) -> int:
        return self._at(node.lineno, node.col_offset)

    def _end(self, node: Any) -> int:
        return self._at(node.end_lineno, node.end_col_offset)

    def _at(self, line: int, column: int) -> int:
        before = self._lines[line - 1]
        in_line = column if before.isascii() else len(before.encode()[:column].decode())
        return self._starts[line - 1] + in_line
