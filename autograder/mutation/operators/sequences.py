"""Parts of sequences: slices, rounds of a loop, pairs the other way round."""

import ast
from collections.abc import Iterator

from ..code import Code, Edits, swapped
from .literals import is_literal


def other_subscript(node: ast.AST, code: Code) -> Iterator[Edits]:
    """Slices one off, or of the other end; the whole instead of a part of it."""
    if not isinstance(node, ast.Subscript):
        return
    match node.slice:
        case ast.Slice(lower=None, upper=ast.expr() as upper, step=None):
            text = code.text(upper)
            if not isinstance(upper, ast.Constant):
                yield [code.replaced(upper, f"{text} - 1")]
                yield [code.replaced(upper, f"{text} + 1")]
            yield [code.replaced(node.slice, f"-{text}:")]
            yield [code.replaced(node.slice, f"{text}:")]
        case ast.Name(id=index):
            yield [code.replaced(node.slice, f"{index} - 1")]
            yield [code.replaced(node.slice, "0")]
    yield [code.replaced(node, code.text(node.value))]


def other_iteration(node: ast.AST, code: Code) -> Iterator[Edits]:
    """A loop or comprehension that runs backwards, or misses the first or the last round."""
    if isinstance(node, ast.For | ast.comprehension):
        return  # a comprehension has no place of its own: its iterable says it all
    parent = code.parents.get(node)
    if isinstance(parent, ast.For | ast.comprehension) and parent.iter is node:
        for part in ("[::-1]", "[1:]", "[:-1]"):
            yield [code.replaced(node, f"list({code.text(node)}){part}")]
    if isinstance(parent, ast.comprehension) and node in parent.ifs:
        yield [code.replaced(node, "True")]


def swapped_tuple(node: ast.AST, code: Code) -> Iterator[Edits]:
    """The elements of a pair the other way round; one of them for both."""
    if isinstance(node, ast.Tuple) and len(node.elts) > 1 and not is_literal(node):
        for first, second in zip(node.elts, node.elts[1:], strict=False):
            yield swapped(first, second, code)
    if isinstance(node, ast.Dict) and all(node.keys):
        for first, second in zip(node.values, node.values[1:], strict=False):
            yield swapped(first, second, code)
