"""Reads from test files, without running them, which question each test belongs to."""

import ast
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UserError
from autograder.lab import CHECKS_FILE, Lab

from .cases import constants_of, count_cases
from .ipython_syntax import parse


@dataclass(frozen=True)
class MarkedTest:
    """A test function under `@question(id, points=…)`, or one case of a parametrised one."""

    question_id: str
    points: float
    name: str  # of a case: `test_x[2]`
    path: Path
    line: int

    @property
    def function(self) -> str:
        """The name of the function that it is, or that it is a case of."""
        return function_of(self.name)


def case_name(function: str, number: int) -> str:
    """What the case of this number, from 1, of a parametrised test is called."""
    return f"{function}[{number}]"


def function_of(name: str) -> str:
    """The function behind the name of a test or of a case."""
    return name.partition("[")[0]


def read_lab_tests(folder: Lab) -> list[MarkedTest]:
    """The marked tests of a lab: public ones, then hidden ones.

    Raises:
        UserError: as `read_tests` says, or a helper's file holds tests, which would never run.
    """
    public = [folder.checks_file] if folder.checks_file.is_file() else []
    for path in sorted({*folder.hidden_dir.glob("*.py")} - {*folder.hidden_tests}):
        for test in read_tests(path):
            wrong = f"holds the test `{test.function}`, and isn't called test_….py; rename it"
            raise UserError(f"{path}:{test.line}: {wrong}")
    return [test for path in [*public, *folder.hidden_tests] for test in read_tests(path)]


def read_tests(path: Path) -> list[MarkedTest]:
    """The marked tests of one file, in order; each case of a parametrised one is a test.

    Raises:
        UserError: the file isn't Python, a mark isn't `@question("id", points=number)`, a test has
            none, a marked function isn't called `test_…` or isn't a plain one at the top of the
            file, two have the same name (Python keeps only one), or the cases of one can't be
            counted.
    """
    try:
        tree = parse(path.read_bytes())
    except SyntaxError as error:
        wrong = f"{path}:{error.lineno or 1}: not Python ({error.msg}); fix the test file"
        raise UserError(wrong) from error
    constants = constants_of(tree)
    _refuse_unmarked(path, tree)
    tests: dict[str, list[MarkedTest]] = {}
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for mark in filter(_is_question, function.decorator_list):
            name, line = function.name, function.lineno
            if not name.startswith("test_"):
                raise UserError(f"{path}:{line}: `{name}` isn't called test_…; rename it")
            if function not in tree.body or isinstance(function, ast.AsyncFunctionDef):
                wrong = f"`{name}` isn't a plain function at the top of the file"
                raise UserError(f"{path}:{line}: {wrong}; write it as `def {name}(…)` there")
            if name in tests:
                earlier = f"already defined on line {tests[name][0].line}"
                raise UserError(f"{path}:{line}: `{name}` is {earlier}; rename one")
            question_id, points = _read_mark(path, mark)
            number = count_cases(path, function, constants)
            if number is not None and path.name == CHECKS_FILE:
                wrong = "public checks have no cases, because they run without pytest"
                raise UserError(f"{path}:{line}: {wrong}; write a loop, or a check for each")
            names = [name] if number is None else [case_name(name, n + 1) for n in range(number)]
            tests[name] = [MarkedTest(question_id, points, one, path, line) for one in names]
    return [test for cases in tests.values() for test in cases]


def _refuse_unmarked(path: Path, tree: ast.Module) -> None:
    """A test without a mark would never run, and nobody would miss it."""
    for function in tree.body:
        if (
            isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
            and function.name.startswith("test_")
            and not any(map(_is_question, function.decorator_list))
        ):
            wrong = f"`{function.name}` has no mark, so it would never run"
            do = 'write `@question("id", points=number)` above it, or rename it'
            raise UserError(f"{path}:{function.lineno}: {wrong}; {do}")


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
