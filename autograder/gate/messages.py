"""The gate's check that no test's message can hold an expected value or an input.

It reads hidden tests without running them. What a test author puts into a message besides plain
words is looked at: nothing of it may be what the same function compares with. Messages of a plain
`assert` or of a library's comparisons are no concern: they never reach a student as they are.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

from ..compiler.cases import arguments_of, is_parametrize
from ..errors import shown
from .bench import Bench, Finding, Seen

COMPARISONS = (
    *("assert_equal", "assert_close", "assert_tensor_equal"),
    *("assert_frame_equal", "assert_series_equal"),
)
MESSAGE_AT = {  # which argument a message is; further ones go by these keywords
    **dict.fromkeys(COMPARISONS, 2),
    **{"assert_above": 2, "fail": 0, "CheckFailure": 0},
}
KEYWORDS = ("what", "hint", "message")
TELLING_NAMES = ("expected", "correct", "solution", "reference", "secret")
FORM = ("shape", "dtype", "ndim", "size", "columns", "__name__")  # what may be told of a value
OF_FORM = ("len", "type", "getattr")
WAIVER = "# tells nothing:"  # with a reason behind it, on a line of the call


@dataclass(frozen=True)
class Telling:
    """A message with something in it that it may not hold."""

    line: int
    name: str
    waived: str = ""  # the reason


def check_messages(bench: Bench) -> Seen:
    """No message of a hidden test has a value in it that the test compares with."""
    findings, notes, num_files = [], [], 0
    for path in sorted(bench.subject.hidden_dir.glob("*.py")):
        num_files += 1
        for telling in tellings_in(path):
            place = f"{shown(path)}:{telling.line}"
            if telling.waived:
                notes.append(f"{place}: `{telling.name}` is in a message: {telling.waived}")
                continue
            wrong = f"the message can hold `{telling.name}`, which the test compares with"
            advice = f"say it in words, or give your reason in a comment `{WAIVER} …` there"
            findings.append(Finding(place, f"{wrong}; {advice}"))
    return Seen(f"{num_files} files of tests", findings, notes)


def tellings_in(path: Path) -> list[Telling]:
    """The messages of a file that tell too much."""
    text = path.read_text("utf-8")
    lines = text.splitlines()
    found = {}
    for function in ast.walk(ast.parse(text)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for call, name in _tellings(function):
                last = call.end_lineno or call.lineno
                telling = Telling(call.lineno, name, _waiver(lines[call.lineno - 1 : last]))
                found[call.lineno, name] = telling
    return [found[key] for key in sorted(found)]


def _waiver(lines: list[str]) -> str:
    reasons = [line.partition(WAIVER)[2].strip() for line in lines]
    return next(filter(None, reasons), "")


def _tellings(function: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    expected = [part for call in calls for part in _expected(call)]
    written_down = set(_written_down(function)) - {one.id for one in expected if _is_name(one)}
    compared = {name for part in expected for name in _values_in(part)} - written_down
    for call in calls:
        for message in _messages(call):
            for name in sorted(set(_values_in(message))):
                if name in compared or name.lower().startswith(TELLING_NAMES):
                    yield call, name


def _written_down(function: ast.AST) -> Iterator[str]:
    """Names that a loop or a mark gives values which the file has word by word, as inputs that
    anybody may know."""
    for mark in filter(is_parametrize, getattr(function, "decorator_list", ())):
        given = arguments_of(mark)
        if "argvalues" in given and _is_literal(given["argvalues"]):
            names = ast.literal_eval(given["argnames"])
            yield from names.replace(",", " ").split() if isinstance(names, str) else names
    for node in ast.walk(function):
        if isinstance(node, ast.For) and _is_literal(node.iter):
            yield from (name.id for name in ast.walk(node.target) if isinstance(name, ast.Name))


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True


def _is_name(node: ast.expr) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name)


def _name_of(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _expected(call: ast.Call) -> Iterator[ast.expr]:
    """What a comparison compares with."""
    if _name_of(call) in COMPARISONS:
        yield from call.args[1:2]
        yield from (word.value for word in call.keywords if word.arg == "expected")


def _messages(call: ast.Call) -> Iterator[ast.expr]:
    name = _name_of(call)
    if name in MESSAGE_AT:
        yield from call.args[MESSAGE_AT[name] :]
    if name in MESSAGE_AT or name.startswith("take_"):
        yield from (word.value for word in call.keywords if word.arg in KEYWORDS)


def _values_in(node: ast.expr) -> Iterator[str]:
    """The names whose values an expression holds; of a place in something, not that of the place;
    and not what tells of a form only."""
    match node:
        case ast.Name(id=name):
            yield name
        case ast.Attribute(attr=attribute) if attribute in FORM:
            return
        case ast.Subscript(value=value):
            yield from _values_in(value)
        case ast.Call() if _name_of(node) in OF_FORM:
            return
        case _:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    yield from _values_in(child)
                elif isinstance(child, ast.keyword):
                    yield from _values_in(child.value)
