"""Tries one mutation operator on a piece of code."""

import ast

from autograder.mutation.code import Code
from autograder.mutation.confusions import Confusions
from autograder.mutation.operators import Operator


def edited(
    operator: Operator, source: str, confusions: Confusions | None = None, imported: str = ""
) -> list[str]:
    """All that an operator makes of a source, in the order of the tree."""
    code = Code(source, set(imported.split()), confusions)
    return [code.edited(edits) for node in ast.walk(code.tree) for edits in operator(node, code)]
