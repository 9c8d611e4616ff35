"""Which questions build on which: whose answers the names come from that a question uses.

Only the author's cells are parsed. In what students wrote, names are found by pattern: some of
them stand in comments, which does no harm, since a question too many is just tried in vain.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..assignment import is_answer, is_own, is_skipped, question_id

NAME = re.compile(r"[^\W\d]\w*")
OF_THE_SHELL = {"In", "Out", "get_ipython", "exit", "quit"}  # the first is the text of all cells
OWN_NAMESPACE = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)


def spans(cells: list[Any]) -> dict[str, tuple[int, int]]:
    """Question id -> the cells that lead up to it, those since the check before: the index of
    the first one, and of the question's check cell."""
    found = {}
    start = 0
    for index, cell in enumerate(cells):
        question = question_id(cell)
        if question is not None:
            found[question] = (start, index)
            start = index + 1
    return found


def builds_on(
    cells: list[Any], solution: Any, asked: Mapping[str, set[str]]
) -> dict[str, set[str]]:
    """For each question the earlier ones whose answers its cells or its tests use, directly or
    by way of cells in between.

    Args:
        cells: of the composed notebook.
        solution: the solved notebook; it says which names an answer defines.
        asked: question id -> names of the notebook that its tests used.
    """
    defined = {cell.id: _defined(cell.source) for cell in solution.cells if runs(cell)}
    names = {cell.id: names_in([cell]) for cell in cells if runs(cell)}
    origins: dict[str, set[str]] = defaultdict(set)  # name -> questions whose answers made it

    def made_by(used: Iterable[str]) -> set[str]:
        return {origin for name in used if name in origins for origin in origins[name]}

    found: dict[str, set[str]] = {}
    order = list(spans(cells))
    for _ in range(2):  # a function may use names that a later cell defines
        for question, (start, check) in spans(cells).items():
            used = set(asked.get(question, ()))
            for cell in filter(runs, cells[start:check]):
                used |= names[cell.id]
                makers = made_by(names[cell.id]) | ({question} if is_answer(cell) else set())
                for name in () if is_own(cell) else defined[cell.id]:
                    origins[name] |= makers
            found[question] = made_by(used) & set(order[: order.index(question)])
    return found


def lent_names(cells: list[Any]) -> dict[str, set[str]]:
    """The cells of the solution that only it may run, with the names that they set: its answers,
    and given cells that compute with them when they run."""
    found: dict[str, set[str]] = {}
    of_answers: set[str] = set()
    for cell in filter(runs, cells):
        defined = _defined(cell.source)
        if is_answer(cell) or not of_answers.isdisjoint(names_in([cell])):
            of_answers |= defined
        if is_answer(cell) or not of_answers.isdisjoint(_used_at_once(cell.source)):
            found[cell.id] = defined - OF_THE_SHELL
    return found


def names_in(cells: Iterable[Any]) -> set[str]:
    """All that looks like a name in cells, comments and texts included."""
    return {name for cell in cells for name in NAME.findall(cell.source)}


def runs(cell: Any) -> bool:
    """Whether grading runs a cell."""
    return cell.cell_type == "code" and question_id(cell) is None and not is_skipped(cell)


def _defined(source: str) -> set[str]:
    """The names that a cell of the author's sets at its top level, or changes in part."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a magic or a shell line: whatever it mentions
        return set(NAME.findall(source))
    found: set[str] = set()
    for node in _at_top_level(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.add(name)
            case ast.ClassDef(name=name) | ast.Name(id=name, ctx=ast.Store()):
                found.add(name)
            case ast.alias(name=name, asname=alias):
                found.add(alias or name.partition(".")[0])
            case ast.Attribute(ctx=ast.Store()) | ast.Subscript(ctx=ast.Store()):
                found |= {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return found


def _at_top_level(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a module, but for what has a namespace of its own."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, OWN_NAMESPACE):
            yield from _at_top_level(child)


def _used_at_once(source: str) -> set[str]:
    """The names that a cell of the author's uses when it runs, not only when it is called."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return set(NAME.findall(source))
    return {
        node.id
        for node in _outside_functions(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a module, but for bodies and types of functions."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            children = [*node.decorator_list, node.args]
        case ast.Lambda():
            children = [node.args]
        case ast.arguments():
            children = [*node.defaults, *filter(None, node.kw_defaults)]
        case _:
            children = [*ast.iter_child_nodes(node)]
    for child in children:
        yield child
        yield from _outside_functions(child)
