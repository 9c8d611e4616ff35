"""Reads from test files, without running them, which question each test belongs to."""

import ast
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UserError
from autograder.lab import Lab

from .ipython_syntax import parse


@dataclass(frozen=True)
class MarkedTest:
    """A test function under `@question(id, points=…)`."""

    question_id: str
    points: float
    name: str
    path: Path
    line: int


def read_lab_tests(folder: Lab) -> list[MarkedTest]:
    """The marked tests of a lab: public ones, then hidden ones.

    Raises:
        UserError: as `read_tests` says.
    """
    public = [folder.checks_file] if folder.checks_file.is_file() else []
    return [test for path in [*public, *folder.hidden_tests] for test in read_tests(path)]


def read_tests(path: Path) -> list[MarkedTest]:
    """The marked tests of one file, in order.

    Raises:
        UserError: the file isn't Python, a mark isn't `@question("id", points=number)`, a marked
            function isn't called `test_…`, or two have the same name (Python keeps only one).
    """
    try:
        tree = parse(path.read_bytes())
    except SyntaxError as error:
        wrong = f"{path}:{error.lineno or 1}: not Python ({error.msg}); fix the test file"
        raise UserError(wrong) from error
    tests: dict[str, MarkedTest] = {}
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for mark in filter(_is_question, function.decorator_list):
            name, line = function.name, function.lineno
            if not name.startswith("test_"):
                raise UserError(f"{path}:{line}: `{name}` isn't called test_…; rename it")
            if name in tests:
                earlier = f"already defined on line {tests[name].line}"
                raise UserError(f"{path}:{line}: `{name}` is {earlier}; rename one")
            tests[name] = MarkedTest(*_read_mark(path, mark), name, path, line)
    return list(tests.values())


def _is_question(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return (isinstance(called, ast.Name) and called.id == "question") or (
        isinstance(called, ast.Attribute) and called.attr == "question"
    )


def _read_mark(path: Path, mark: ast.expr) -> tuple[str, float]:
    match mark:
        case ast.Call(
            args=[ast.Constant(value=str(question_id))],
            keywords=[
                ast.keyword(arg="points", value=ast.Constant(value=int() | float() as points)),
                *_,
            ],
        ) if not isinstance(points, bool) and 0 < points < float("inf"):
            return question_id, float(points)
    form = '@question("id", points=number), the points above 0'
    raise UserError(f"{path}:{mark.lineno}: the mark must read {form}; write it so")
