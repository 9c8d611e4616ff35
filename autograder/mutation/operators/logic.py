"""Conditions: another comparison, another connective, a negation missing."""

import ast
from collections.abc import Iterator

from ..code import Code, Edits, swapped

COMPARISONS: dict[type[ast.cmpop], tuple[str, tuple[str, ...]]] = {
    ast.Lt: (r"<", ("<=", ">")),
    ast.LtE: (r"<=", ("<", ">=")),
    ast.Gt: (r">", (">=", "<")),
    ast.GtE: (r">=", (">", "<=")),
    ast.Eq: (r"==", ("!=",)),
    ast.NotEq: (r"!=", ("==", ">")),
    ast.Is: (r"is\b", ("is not",)),
    ast.IsNot: (r"is\s+not\b", ("is",)),
    ast.In: (r"\bin\b", ("not in",)),
    ast.NotIn: (r"\bnot\s+in\b", ("in",)),
}


def other_comparison(node: ast.AST, code: Code) -> Iterator[Edits]:
    """A bound that is in instead of out, a comparison turned round or negated."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        pattern, texts = COMPARISONS[type(node.ops[0])]
        for text in texts:
            yield [code.between(node.left, node.comparators[0], pattern, text)]


def other_logic(node: ast.AST, code: Code) -> Iterator[Edits]:
    """`or` for `and`, a condition or a negation missing, the other way of an if-expression."""
    match node:
        case ast.BoolOp(op=op, values=[first, second]):
            joint, other = ("and", "or") if isinstance(op, ast.And) else ("or", "and")
            yield [code.between(first, second, rf"\b{joint}\b", other)]
            yield [code.replaced(node, code.text(first))]
            yield [code.replaced(node, code.text(second))]
        case ast.UnaryOp(op=ast.Invert() | ast.Not(), operand=operand):
            yield [code.replaced(node, code.text(operand))]
        case ast.UnaryOp(op=ast.USub(), operand=operand) if not isinstance(operand, ast.Constant):
            yield [code.replaced(node, code.text(operand))]
        case ast.IfExp(body=body, orelse=orelse):
            yield swapped(body, orelse, code)
            yield [code.replaced(node, code.text(orelse))]
