"""Calls: arguments missing, swapped or added, a step of a chain left out."""

import ast
from collections.abc import Iterator

from ..code import Code, Edit, Edits, swapped
from .names import last_name


def other_call(node: ast.AST, code: Code) -> Iterator[Edits]:
    """Arguments missing, swapped or added, a step of a chain left out, another function."""
    if not isinstance(node, ast.Call):
        return
    arguments: list[ast.expr | ast.keyword] = [*node.args, *node.keywords]
    for index in range(len(node.args), len(arguments)):
        yield [_without(arguments, index, code)]
    for first, second in zip(node.args, node.args[1:], strict=False):
        yield swapped(first, second, code)
    if isinstance(node.func, ast.Attribute):  # x.squeeze(0) is x
        if not _holds_no_value(node.func.value, code):
            yield [code.replaced(node, code.text(node.func.value))]
    elif len(node.args) == 1 and not node.keywords and isinstance(node.func, ast.Name):
        yield [code.replaced(node, code.text(node.args[0]))]
    name = last_name(node.func)
    of_module = isinstance(node.func, ast.Attribute) and _holds_no_value(node.func.value, code)
    if of_module and name.islower() and node.args:
        yield [code.replaced(node, code.text(node.args[0]))]  # math.exp(x) is x
    for keyword in code.confusions.keywords.get(name, ()):
        comma = ", " if arguments else ""
        end = max(map(code.end, arguments), default=code.end(node) - 1)
        yield [Edit(end, end, comma + keyword)]


def _without(arguments: list[ast.expr | ast.keyword], index: int, code: Code) -> Edit:
    """An argument goes together with the comma after it, or else the one before it."""
    if index + 1 < len(arguments):
        return Edit(code.start(arguments[index]), code.start(arguments[index + 1]), "")
    start = code.end(arguments[index - 1]) if index else code.start(arguments[0])
    return Edit(start, code.end(arguments[index]), "")


def _holds_no_value(node: ast.expr, code: Code) -> bool:
    """Whether it is a module, or an object that students compute nothing with."""
    return isinstance(node, ast.Name) and (node.id in code.imported or node.id == "self")
