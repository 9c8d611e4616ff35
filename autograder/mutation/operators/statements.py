"""Statements: left out, in another order, without the block around them."""

import ast
from collections.abc import Iterator

from ..code import Code, Edits, swapped


def missing_statement(node: ast.AST, code: Code) -> Iterator[Edits]:
    """A statement left out, or after the next one; a block without its `with` or `for`."""
    if not isinstance(node, ast.stmt) or isinstance(node, ast.FunctionDef):
        return
    if isinstance(node, ast.With | ast.For) and len(node.body) >= 1:
        yield [code.replaced(node, _dedented(node, code))]
        return
    yield [code.replaced(node, "pass")]
    if isinstance(node, ast.Assign):
        for ending in _endings(node, code):
            yield [code.replaced(node.value, f"({code.text(node.value)}){ending}")]
    siblings = _siblings_of_statement(node, code)
    at = siblings.index(node)
    following = siblings[at + 1] if at + 1 < len(siblings) else None
    if isinstance(node, ast.Expr) and isinstance(following, ast.Expr):  # effects, out of order
        yield swapped(node, following, code)


def _endings(node: ast.Assign, code: Code) -> tuple[str, ...]:
    """What this function's results get by mistake; comparisons give truth values, no results."""
    function = code.function_of(node)
    compares = any(isinstance(child, ast.Compare | ast.Invert) for child in ast.walk(node.value))
    if function is None or compares or not isinstance(node.targets[0], ast.Name):
        return ()
    return code.confusions.endings.get(function.name, ())


def _siblings_of_statement(node: ast.stmt, code: Code) -> list[ast.stmt]:
    parent = code.parents[node]
    for name in ("body", "orelse"):
        statements = getattr(parent, name, [])
        if isinstance(statements, list) and node in statements:
            return list(statements)
    return [node]


def _dedented(node: ast.With | ast.For, code: Code) -> str:
    """The body alone, where the statement stood."""
    text = code.source[code.start(node.body[0]) : code.end(node)]
    deeper = node.body[0].col_offset - node.col_offset
    return text.replace("\n" + " " * deeper, "\n")
