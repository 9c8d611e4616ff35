"""Values written down: numbers, truth values, texts, and lists of them."""

import ast
from collections.abc import Iterator

from ..code import Code, Edits, swapped


def other_constant(node: ast.AST, code: Code) -> Iterator[Edits]:
    """Numbers one off or of another sign, flipped truth values, empty strings.

    Of a literal list of numbers, only the first of each row.
    """
    if not isinstance(node, ast.Constant) or _is_docstring(node, code) or _is_later(node, code):
        return
    parent = code.parents.get(node)
    match node.value:
        case bool(value):
            yield [code.replaced(node, str(not value))]
        case int(value) if isinstance(parent, ast.UnaryOp):  # -1: the last, or the one before
            yield [code.replaced(parent, "0")]
            yield [code.replaced(parent, str(-value - 1))]
            yield [code.replaced(parent, str(value))]
        case int(value):
            yield [code.replaced(node, str(value + 1))]
            yield [code.replaced(node, str(value - 1))]
            if value > 9:
                yield [code.replaced(node, str(value * 10))]
        case float(value):
            yield [code.replaced(node, "0.0")]
            yield [code.replaced(node, repr(value * 2))]
            if value < 1:
                yield [code.replaced(node, repr(value * 200))]
        case str(value) if value:
            yield [code.replaced(node, '""')]


def other_number_list(node: ast.AST, code: Code) -> Iterator[Edits]:
    """Two neighbours of a literal list the other way round: rows, or columns."""
    if isinstance(node, ast.List) and is_literal(node):
        for first, second in zip(node.elts, node.elts[1:], strict=False):
            yield swapped(first, second, code)


def _is_docstring(node: ast.Constant, code: Code) -> bool:
    return isinstance(code.parents.get(node), ast.Expr)


def _is_later(node: ast.Constant, code: Code) -> bool:
    """Whether it is one of a literal list's numbers, but not its first."""
    parent = code.parents.get(node)
    return isinstance(parent, ast.List) and is_literal(parent) and parent.elts[0] is not node


def is_literal(node: ast.AST) -> bool:
    """Whether it holds constants only, in lists and tuples."""
    return all(
        isinstance(child, ast.Constant | ast.List | ast.Tuple | ast.expr_context)
        for child in ast.walk(node)
    )
