"""Mutants: the solution with one small mistake in one of its blanks, made automatically.

A mutation edits the text of a node of the cell's syntax tree and nothing else, so all other lines
stay as they are and the difference is what a student might have written. Deterministic: the same
solution has the same mutants in the same order.
"""

import ast
import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from ..compiler.ipython_syntax import as_python, parse
from ..compiler.tags import Block, Line, Part, Text
from ..variants.solution import AnswerCell, Blank, Solution, file_of
from .code import Code
from .confusions import Confusions
from .operators import mutations


@dataclass(frozen=True)
class Mutant:
    """The solution but for one edit in one blank."""

    question: str
    blank: str
    cell_id: str  # or the name of a module
    source: str  # of all of it
    diff: str  # the lines that differ, marked - and +
    solved: str = ""  # the solution of the whole cell
    is_file: bool = False

    @property
    def in_context(self) -> str:
        """The difference, with the lines around it where lines moved, went or came: without them
        nobody sees where."""
        lines = self.diff.split("\n")
        removed, added = (sorted(one[1:] for one in lines if one[:1] == sign) for sign in "-+")
        if removed and added and removed != added:
            return self.diff
        return _diff(self.solved, self.source, around=1)

    @property
    def sources(self) -> dict[str, str]:
        """What stands in which cell instead of the solution."""
        return {} if self.is_file else {self.cell_id: self.source}

    @property
    def files(self) -> dict[str, bytes]:
        """What is handed in besides the notebook instead of the solution's."""
        return {self.cell_id: file_of(self.source)} if self.is_file else {}


def make_mutants(solution: Solution, confusions: Confusions | None = None) -> list[Mutant]:
    """All mutants of all blanks, each with code of its own, in the order of the lab."""
    imported = _imported_names(solution)
    mutants: list[Mutant] = []
    for cell in solution.code.values():
        try:
            code = Code(cell.source, imported, confusions)
        except SyntaxError:  # a cell of magics or commands is not Python
            continue
        mutants += _mutants_of(cell, code, solution)
    return mutants


def _imported_names(solution: Solution) -> set[str]:
    """What the lab's cells import, by the names that they use."""
    trees = (
        parse(as_python(piece.solution) or "")
        for piece in solution.lab.pieces
        if piece.kind == "code"
    )
    return {
        (alias.asname or alias.name).partition(".")[0]
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }


def _mutants_of(cell: AnswerCell, code: Code, solution: Solution) -> Iterator[Mutant]:
    seen = {ast.dump(code.tree)}
    for blank, lines in _lines_of_blanks(cell, solution):
        nodes = [node for node in ast.walk(code.tree) if getattr(node, "lineno", 0) in lines]
        inside = [node for node in nodes if getattr(node, "end_lineno", 0) in lines]
        for node in sorted(inside, key=lambda node: (code.start(node), -code.end(node))):
            for edits in mutations(node, code):
                mutated = code.edited(edits)
                try:
                    compile(mutated, cell.cell_id, "exec")
                except (SyntaxError, ValueError):
                    continue
                tree = ast.dump(ast.parse(mutated))
                if tree not in seen:
                    seen.add(tree)
                    diff = _diff(cell.source, mutated)
                    is_file = cell.cell_id in solution.modules
                    yield Mutant(
                        *(blank.question, blank.name, cell.cell_id, mutated, diff),
                        solved=cell.source,
                        is_file=is_file,
                    )


def _lines_of_blanks(cell: AnswerCell, solution: Solution) -> Iterator[tuple[Blank, range]]:
    """Each blank of a cell and its lines in the solution, from 1."""
    blanks = iter(blank for blank in solution.blanks.values() if blank.cell_id == cell.cell_id)
    texts = [line.text for part in cell.tagged.parts for line in _lines_of(part)]
    at = 1 - next(place for place, text in enumerate(texts) if text.strip())  # else stripped
    for part in cell.tagged.parts:
        if isinstance(part, Block):
            yield next(blanks), range(at, at + len(part.solution))
        at += len(_lines_of(part))


def _lines_of(part: Part) -> list[Line]:
    match part:
        case Text(lines=lines) | Block(solution=lines):
            return lines
    return []


def _diff(old: str, new: str, around: int = 0) -> str:
    lines = difflib.unified_diff(old.split("\n"), new.split("\n"), n=around, lineterm="")
    return "\n".join(line for line in list(lines)[2:] if not line.startswith("@@"))
