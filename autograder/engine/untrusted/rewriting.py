"""Attributes and keys that nothing has: where slips are overlooked, one that is like it is taken.

`zero_grads` for `zero_grad`, a class that `with` opens though it was not called: cells are
rewritten so that functions of ours look such things up (`LOOKUPS`), which do as Python does if
nothing is missing.
"""

import ast
from collections.abc import Iterable
from typing import Any

from .names import likely

LEAST_BEGINNING = 4  # letters of `eval`, which stands for `evaluate`


class Rewriting(ast.NodeTransformer):
    """Has attributes, keys and what `with` opens looked up by functions of ours."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """`value.name`, but for names that Python changes within a class."""
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load) or node.attr.startswith("__"):
            return node
        return _call(node, _attribute.__name__, node.value, ast.Constant(node.attr))

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """`value["key"]`."""
        self.generic_visit(node)
        is_text = isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
        if not isinstance(node.ctx, ast.Load) or not is_text:
            return node
        return _call(node, _item.__name__, node.value, node.slice)

    def visit_withitem(self, node: ast.withitem) -> ast.withitem:
        """`with value:`."""
        self.generic_visit(node)
        node.context_expr = _call(node.context_expr, _open.__name__, node.context_expr)
        return node

    def visit_match_case(self, node: ast.match_case) -> ast.match_case:
        """Patterns are no expressions, and stay."""
        node.guard = self.visit(node.guard) if node.guard else None
        node.body = [self.visit(statement) for statement in node.body]
        return node


def _call(place: ast.expr, function: str, *arguments: ast.expr) -> ast.expr:
    call = ast.Call(ast.Name(function, ast.Load()), list(arguments), [])
    return ast.fix_missing_locations(ast.copy_location(call, place))


def _attribute(target: Any, name: str) -> Any:
    try:
        return getattr(target, name)
    except AttributeError:
        if type(target) is int and hasattr(str, name):  # its digits were meant
            return getattr(str(target), name)
        for other in (*likely(name, dir(target)), *_beginnings(name, dir(target))):
            return getattr(target, other)
        raise


def _item(target: Any, key: str) -> Any:
    try:
        return target[key]
    except KeyError:
        for other in likely(key, target if isinstance(target, dict) else ()):
            return target[other]
        raise


def _open(target: Any) -> Any:
    """What `with` opens: an object where a class was not called."""
    return target() if isinstance(target, type) else target


def _beginnings(name: str, others: Iterable[str]) -> list[str]:
    """The names that it begins with, the longest first: `eval` for `evaluate`."""
    begun = [other for other in others if name.startswith(other)]
    return sorted((one for one in begun if len(one) >= LEAST_BEGINNING), key=len, reverse=True)


LOOKUPS = (_attribute, _item, _open)
