"""Operators between numbers: another one, operands swapped or missing."""

import ast
from collections.abc import Iterator

from ..code import Code, Edit, Edits, swapped

OPERATORS: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: (r"\+", "-"),
    ast.Sub: (r"-", "+"),
    ast.Mult: (r"\*", "/"),
    ast.Div: (r"/", "*"),
    ast.Pow: (r"\*\*", "*"),
    ast.FloorDiv: (r"//", "%"),
    ast.Mod: (r"%", "//"),
    ast.MatMult: (r"@", "*"),
}


def other_operator(node: ast.AST, code: Code) -> Iterator[Edits]:
    """Another operator, the operands the other way round, one operand missing."""
    if not isinstance(node, ast.BinOp) or type(node.op) not in OPERATORS:
        return
    pattern, text = OPERATORS[type(node.op)]
    yield [code.between(node.left, node.right, pattern, text), *_parenthesised(node, code)]
    if not isinstance(node.op, ast.Add | ast.Mult):
        yield swapped(node.left, node.right, code)
    yield [code.replaced(node, code.text(node.left))]  # a missing sqrt(d_k), a missing offset
    if isinstance(node.op, ast.Add | ast.Mult):
        yield [code.replaced(node, code.text(node.right))]


def _parenthesised(node: ast.expr, code: Code) -> Edits:
    """Brackets that keep the operands together, where another operator could take one."""
    start, end = code.start(node), code.end(node)
    if not isinstance(code.parents.get(node), ast.BinOp | ast.UnaryOp | ast.Compare):
        return []
    if code.source[start - 1] == "(" and code.source[end : end + 1] == ")":
        return []
    return [Edit(start, start, "("), Edit(end, end, ")")]
