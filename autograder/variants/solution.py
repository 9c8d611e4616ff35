"""A lab's solution as cells that can be filled otherwise.

A blank is named `<question>.<n>`: the n-th solution block, from 1, of the code cells that lead up
to the question's check cell. Those of a module that is handed in besides the notebook are named
`<file>.<n>`; it belongs to the first question that mentions what it defines.
"""

import ast
import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ..compiler import blanks
from ..compiler.extra_files import ExtraFiles, read_extra_files
from ..compiler.notebooks import Lab, read_pieces
from ..compiler.source import read_lab
from ..compiler.tags import Block, Line, TaggedCell, read_code
from ..errors import UserError
from ..lab import read_lab_folder

IMPORT = re.compile(r"^\s*(from|import)\b.*", re.MULTILINE)


@dataclass(frozen=True)
class Blank:
    """One solution block."""

    name: str
    question: str
    cell_id: str  # or the name of a module
    index: int  # among the blocks of its cell, from 0
    line: int  # of the lab's file, or of the module's
    lines: tuple[str, ...]  # what the solution has there


@dataclass(frozen=True)
class AnswerCell:
    """A code cell with blanks; `line` is that of the lab's file where it begins. A module with
    blanks is one, too: its id is its name."""

    cell_id: str
    question: str
    line: int
    tagged: TaggedCell

    @cached_property
    def source(self) -> str:
        """The solution."""
        return blanks.solved(self.tagged)

    def filled(self, fills: Mapping[int, list[str]]) -> str:
        """The cell with the blocks of these indices filled otherwise.

        Raises:
            DoesNotCompile: if it is no Python.
        """
        blocks = iter(range(len(self.tagged.blocks)))
        parts = [
            _refilled(part, fills.get(next(blocks))) if isinstance(part, Block) else part
            for part in self.tagged.parts
        ]
        return blanks.solved(dataclasses.replace(self.tagged, parts=parts))


@dataclass(frozen=True)
class Solution:
    """The solution of one lab."""

    lab: Lab
    cells: dict[str, AnswerCell]  # by cell id, in order
    files: ExtraFiles = field(default_factory=ExtraFiles)  # besides the notebook
    asked: tuple[str, ...] = ()  # all their names
    modules: dict[str, AnswerCell] = field(default_factory=dict)  # those with blanks, by name

    @property
    def path(self) -> Path:
        """The lab's file."""
        return self.lab.path

    @property
    def questions(self) -> list[str]:
        """The questions that are graded by tests, in order."""
        return [piece.grade_id for piece in self.lab.pieces if piece.role == "check"]

    @property
    def code(self) -> dict[str, AnswerCell]:
        """All code with blanks: cells by their ids, modules by their names."""
        return self.cells | self.modules

    def changed(self, texts: Mapping[str, str]) -> tuple[dict[str, str], dict[str, bytes]]:
        """What stands in some of `code`: that of cells, and the files."""
        files = {name: file_of(text) for name, text in texts.items() if name in self.modules}
        return {name: text for name, text in texts.items() if name not in files}, files

    def question_of_file(self, name: str) -> str:
        """The first tested question whose cells mention what a file defines, or the file itself;
        the last one, if none does."""
        content = self.files.solution.get(name, b"").decode("utf-8", "replace")
        words = "|".join(map(re.escape, [*_defined(content), name] if content else [name]))
        mentioned = re.compile(rf"(?<!\w)({words})(?!\w)")
        found = False
        for piece in self.lab.pieces:
            found |= bool(mentioned.search(IMPORT.sub("", piece.solution)))
            if found and piece.role == "check":
                return piece.grade_id
        return self.questions[-1] if self.questions else ""

    @cached_property
    def answers(self) -> dict[str, tuple[str, ...]]:
        """The cells that students fill, by question: tested ones and written ones, in order."""
        answers: dict[str, tuple[str, ...]] = {}
        for piece in self.lab.pieces:
            if piece.role == "written":
                answers[piece.grade_id] = (piece.cell_id,)
            elif piece.role == "check":
                own = (c.cell_id for c in self.cells.values() if c.question == piece.grade_id)
                answers[piece.grade_id] = tuple(own)
        return answers

    @cached_property
    def blanks(self) -> dict[str, Blank]:
        """By name, in order."""
        found: dict[str, Blank] = {}
        counts = dict.fromkeys([*self.questions, *self.modules], 0)
        for cell in self.code.values():
            of = cell.cell_id if cell.cell_id in self.modules else cell.question
            for index, block in enumerate(cell.tagged.blocks):
                counts[of] += 1
                name = f"{of}.{counts[of]}"
                lines = tuple(line.text for line in block.solution)
                line = cell.line + block.line - 1
                found[name] = Blank(name, cell.question, cell.cell_id, index, line, lines)
        return found


def read_solution(path: Path) -> Solution:
    """Read the solution of a lab's source.

    Raises:
        UserError: if there is no such lab (exit code 2), or anything is wrong in it.
    """
    if not path.is_file():
        raise UserError(f"{path}: no such lab source", exit_code=2)
    lab = read_pieces(path)
    tagged = {c.line: read_code(c.source) for c in read_lab(path) if c.kind == "code"}
    cells: dict[str, AnswerCell] = {}
    pending: list[str] = []
    for piece in lab.pieces:
        if piece.role == "blank" and piece.kind == "code":
            cells[piece.cell_id] = AnswerCell(piece.cell_id, "", piece.line, tagged[piece.line])
            pending.append(piece.cell_id)
        elif piece.role == "check":
            for cell_id in pending:
                cells[cell_id] = dataclasses.replace(cells[cell_id], question=piece.grade_id)
            pending = []
    for cell_id in pending:  # no check cell follows
        del cells[cell_id]
    folder = read_lab_folder(path)
    found = Solution(lab, cells, read_extra_files(folder), folder.files)
    for name, tagged_module in found.files.modules.items():
        found.modules[name] = AnswerCell(name, found.question_of_file(name), 1, tagged_module)
    return found


def file_of(source: str) -> bytes:
    """The file of a module's code."""
    return f"{source}\n".encode()


def _defined(module: str) -> list[str]:
    """The names that a module gives at its top level."""
    try:
        statements = ast.parse(module).body
    except (SyntaxError, ValueError):  # a text, a picture
        return []
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    functions = [one.name for one in statements if isinstance(one, kinds)]
    assigned = (one for one in statements if isinstance(one, ast.Assign | ast.AnnAssign))
    names = (part for one in assigned for part in ast.walk(one) if isinstance(part, ast.Name))
    return functions + [name.id for name in names if isinstance(name.ctx, ast.Store)]


def _refilled(block: Block, lines: list[str] | None) -> Block:
    if lines is None:
        return block
    return dataclasses.replace(block, solution=[Line(block.line, line) for line in lines])
