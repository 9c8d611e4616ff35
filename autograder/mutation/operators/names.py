"""Names: of a sibling, or of what is easily taken for something else."""

import ast
from collections.abc import Iterator

from ..code import Code, Edit, Edits


def other_name(node: ast.AST, code: Code) -> Iterator[Edits]:
    """A sibling's name or key: num_1 for num_2, w_k for w_q, val_x for train_x, key for query."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        for sibling in _siblings(node.id, _names(code), node, code):
            yield [code.replaced(node, sibling)]
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        attributes = {n.attr for n in ast.walk(code.tree) if isinstance(n, ast.Attribute)}
        for sibling in sorted(attributes - {node.attr}):
            if _alike(node.attr, sibling):
                yield [Edit(code.end(node) - len(node.attr), code.end(node), sibling)]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        strings = {n.value for n in ast.walk(code.tree) if isinstance(n, ast.Constant)}
        for sibling in sorted(s for s in strings if isinstance(s, str) and s != node.value):
            if _alike(node.value, sibling):
                yield [code.replaced(node, f'"{sibling}"')]


def confused_name(node: ast.AST, code: Code) -> Iterator[Edits]:
    """What is easily taken for something else."""
    if isinstance(node, ast.Name | ast.Attribute):
        name = last_name(node)
        for pair in code.confusions.names:
            if name in pair:
                other = pair[1 - pair.index(name)]
                yield [Edit(code.end(node) - len(name), code.end(node), other)]


def last_name(node: ast.expr) -> str:
    """The name itself, or the part after the last dot."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _names(code: Code) -> set[str]:
    return {node.id for node in ast.walk(code.tree) if isinstance(node, ast.Name)} | {
        node.arg for node in ast.walk(code.tree) if isinstance(node, ast.arg)
    }


def _siblings(name: str, names: set[str], node: ast.AST, code: Code) -> list[str]:
    """Names that differ in a number or one word, and arguments of the same type."""
    alike = {other for other in names if other != name and _alike(name, other)}
    function = code.function_of(node)
    if function is not None:
        types = {a.arg: ast.dump(a.annotation) for a in function.args.args if a.annotation}
        if name in types:
            alike |= {o for o, kind in types.items() if o != name and kind == types[name]}
    return sorted(alike)


def _alike(name: str, other: str) -> bool:
    """Words joined by _, of which exactly one differs: num_1 and num_2, train_x and val_x."""
    words, others = name.split("_"), other.split("_")
    if len(words) != len(others) or len(words) < 2:
        return False
    return sum(a != b for a, b in zip(words, others, strict=True)) == 1
