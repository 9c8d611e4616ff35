"""What tells an answer cell from its neighbours: the name that it defines.

Only what students see is looked at, so a key gives nothing of the solution away.
"""

import ast
from collections.abc import Iterator

from autograder.identity import short_hash

from ..blank_errors import NAME_PREFIX
from .ipython_syntax import as_python, parse

_OWN_NAMESPACE = (
    *(ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
)


def answer_key(student: str, given: str) -> str:
    """The name defined by the statement that holds the first blank; else the first one that the
    cell defines; else a hash of the code around its blanks, or of the message if there is none.

    Args:
        student: the cell with its blanks.
        given: the cell without them.
    """
    python = as_python(student)
    statements = parse(python).body if python is not None else []
    first_blank = _first_difference(student, given)
    after = [one for one in statements if (one.end_lineno or 0) >= first_blank]
    for statement in (*after[:1], *statements):
        for name in _defined_names(statement):
            return name
    return short_hash(given if given.strip() else student)


def _first_difference(student: str, given: str) -> int:
    """The number, from 1, of the line where a blank begins."""
    pairs = zip(student.split("\n"), given.split("\n"), strict=False)
    same = next((i for i, (left, right) in enumerate(pairs) if left != right), None)
    return 1 + (len(given.split("\n")) if same is None else same)


def _defined_names(node: ast.AST) -> Iterator[str]:
    """The names that a statement gives a value, in order; a blank's own name is none."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            found = [name]
        case ast.Name(id=name, ctx=ast.Store()):
            found = [name]
        case _:
            found = []
    yield from (name for name in found if not name.startswith(NAME_PREFIX))
    if not isinstance(node, _OWN_NAMESPACE):
        for child in ast.iter_child_nodes(node):
            yield from _defined_names(child)
