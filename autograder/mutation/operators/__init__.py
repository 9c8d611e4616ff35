"""The mutation operators: each yields the edits that turn a node into a likely mistake."""

import ast
from collections.abc import Callable, Iterator

from ..code import Code, Edits
from .arithmetic import other_operator
from .calls import other_call
from .literals import other_constant, other_number_list
from .logic import other_comparison, other_logic
from .names import confused_name, other_name
from .sequences import other_iteration, other_subscript, swapped_tuple
from .statements import missing_statement

Operator = Callable[[ast.AST, Code], Iterator[Edits]]

OPERATORS: tuple[Operator, ...] = (
    missing_statement,
    other_operator,
    other_comparison,
    other_logic,
    other_constant,
    other_number_list,
    other_name,
    other_call,
    confused_name,
    other_subscript,
    other_iteration,
    swapped_tuple,
)


def mutations(node: ast.AST, code: Code) -> Iterator[Edits]:
    """Every edit of every operator, in the order of `OPERATORS`."""
    for operator in OPERATORS:
        yield from operator(node, code)
