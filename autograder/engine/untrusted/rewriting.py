"""Attributes and keys that nothing has: where slips are overlooked, one that is like it is taken.

`zero_grads` for `zero_grad`, a class that `with` opens though it was not called: cells are
rewritten so that functions of ours look such things up (`LOOKUPS`), which do as Python does if
nothing is missing.
"""

import ast
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any

from . import slips
from .names import likely

LEAST_BEGINNING = 4  # letters of `eval`, which stands for `evaluate`


class Rewriting(ast.NodeTransformer):
    """Has attributes, keys and what `with` opens looked up by functions of ours."""

    def visit(self, node: ast.AST) -> Any:
        """Any node; one that is nested too deep for this stays as it is."""
        try:
            return super().visit(node)
        except RecursionError:
            return node

    def visit_Try(self, node: ast.Try) -> ast.Try:
        """What a handler catches is no slip."""
        self.generic_visit(node)
        if node.handlers:
            first = node.body[0]
            opened = ast.withitem(_call(first, _kept.__name__))
            node.body = [ast.copy_location(ast.With([opened], node.body), first)]
        return node

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


def _call(place: ast.AST, function: str, *arguments: ast.expr) -> ast.expr:
    call = ast.Call(ast.Name(_spelt(function), ast.Load()), list(arguments), [])
    return ast.fix_missing_locations(ast.copy_location(call, place))


def _attribute(target: Any, name: str) -> Any:
    try:
        return getattr(target, name)
    except AttributeError:
        if slips.are_kept():
            raise
        if type(target) is int and hasattr(str, name):  # its digits were meant
            slips.note(f"the attribute {name}")
            return getattr(str(target), name)
        for other in (*likely(name, dir(target)), *_beginnings(name, dir(target))):
            slips.note(f"the attribute {name}")
            return getattr(target, other)
        raise


def _item(target: Any, key: str) -> Any:
    try:
        return target[key]
    except KeyError:
        if slips.are_kept():
            raise
        for other in likely(key, target if isinstance(target, dict) else ()):
            slips.note(f"the key {key}")
            return target[other]
        raise


def _open(target: Any) -> Any:
    """What `with` opens: an object where a class was not called."""
    if not isinstance(target, type) or hasattr(type(target), "__enter__"):
        return target
    slips.note(f"the class {target.__name__}, not called")
    return target()


def _kept() -> AbstractContextManager[None]:
    return slips.kept()


def _beginnings(name: str, others: Iterable[str]) -> list[str]:
    """The names that it begins with, the longest first: `eval` for `evaluate`."""
    begun = [other for other in others if name.startswith(other)]
    return sorted((one for one in begun if len(one) >= LEAST_BEGINNING), key=len, reverse=True)


def _spelt(function: str) -> str:
    """A name that nobody can type, and so no other thing has."""
    return f"our {function}"


LOOKUPS = {_spelt(one.__name__): one for one in (_attribute, _item, _open, _kept)}
