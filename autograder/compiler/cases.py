"""Counts the cases of a parametrised test without running its file.

Each case is worth the points of the mark, so a build has to know how many there are. They are
counted where they are written down; the judge compares with what pytest makes of the file.
"""

import ast
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.errors import UserError

ARGUMENTS = ("argnames", "argvalues", "indirect", "ids", "scope")  # of `parametrize`, in order
MOST_CASES = 1000
Constants = Mapping[str, ast.expr]
Test = ast.FunctionDef | ast.AsyncFunctionDef


def constants_of(tree: ast.Module) -> Constants:
    """What the file's top level gives a name once and for all."""
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    stored = [node.id for node in names if not isinstance(node.ctx, ast.Load)]
    found: dict[str, ast.expr] = {}
    for statement in tree.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                found[name] = value
    return {name: value for name, value in found.items() if stored.count(name) == 1}


def count_cases(path: Path, test: Test, constants: Constants) -> int | None:
    """The number of cases of a test, None for a test without `parametrize`.

    Raises:
        UserError: if they can't be counted, or if there are none, or too many.
    """
    marks = [mark for mark in test.decorator_list if is_parametrize(mark)]
    if not marks:
        return None
    number = math.prod(_count(path, mark, constants) for mark in marks)
    if number > MOST_CASES:
        wrong = f"there are {number} cases, more than {MOST_CASES}"
        raise _wrong(path, marks[0], wrong, "write a loop into the test")
    return number


def is_parametrize(decorator: ast.expr) -> bool:
    """Whether a decorator is pytest's mark, by whatever name pytest is known."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return (isinstance(called, ast.Name) and called.id == "parametrize") or (
        isinstance(called, ast.Attribute) and called.attr == "parametrize"
    )


def arguments_of(mark: ast.expr) -> dict[str, ast.expr]:
    """What `parametrize` is given, by the names of its parameters."""
    if not isinstance(mark, ast.Call):
        return {}
    named = {word.arg: word.value for word in mark.keywords if word.arg}
    return dict(zip(ARGUMENTS, mark.args, strict=False)) | named


def _count(path: Path, mark: ast.expr, constants: Constants) -> int:
    given = arguments_of(mark)
    match given.get("indirect"):
        case None | ast.Constant(value=False) | ast.List(elts=[]):
            pass
        case _:
            wrong = "`indirect` hands the cases to a fixture"
            raise _wrong(path, mark, wrong, "let the test make of them what it needs")
    if "scope" in given:
        raise _wrong(path, mark, "`scope` changes the order of cases", "leave it out")
    cases = _written_down(given.get("argvalues"), constants)
    if cases is None:
        wrong = "the cases can't be counted without running the file"
        raise _wrong(path, mark, wrong, "write them as a list, here or at the top of the file")
    if not cases:
        raise _wrong(path, mark, "there are no cases", "write some into the list")
    for title in (*_own_ids(cases), *(_written_down(given.get("ids"), constants) or ())):
        if isinstance(title, ast.expr) and not isinstance(title, ast.Constant):
            wrong = "students read the id of a case"
            raise _wrong(path, title, wrong, "write it word by word, or leave it out")
    return len(cases)


def _written_down(node: ast.expr | None, constants: Constants) -> Sequence[Any] | None:
    """The elements of what is written down as a list or a range; None if it is anything else."""
    match node:
        case ast.Name(id=name) if name in constants:
            return _written_down(constants[name], {})
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            starred = any(isinstance(element, ast.Starred) for element in elements)
            return None if starred else elements
        case ast.Call(func=ast.Name(id="range"), args=limits, keywords=[]):
            try:
                return range(*map(ast.literal_eval, limits))
            except (TypeError, ValueError):
                return None
    return None


def _own_ids(cases: Sequence[Any]) -> list[ast.expr]:
    """Those that stand at the cases themselves: `pytest.param(…, id=…)`."""
    calls = (case for case in cases if isinstance(case, ast.Call))
    return [word.value for call in calls for word in call.keywords if word.arg == "id"]


def _wrong(path: Path, node: ast.expr, wrong: str, remedy: str) -> UserError:
    return UserError(f"{path}:{node.lineno}: {wrong}; {remedy}")
