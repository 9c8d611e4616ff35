"""A lab's solution as cells that can be filled otherwise.

A blank is named `<question>.<n>`: the n-th solution block, from 1, of the code cells that lead up
to the question's check cell.
"""

import dataclasses
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


@dataclass(frozen=True)
class Blank:
    """One solution block."""

    name: str
    question: str
    cell_id: str
    index: int  # among the blocks of its cell, from 0
    line: int  # of the lab's file
    lines: tuple[str, ...]  # what the solution has there


@dataclass(frozen=True)
class AnswerCell:
    """A code cell with blanks; `line` is that of the lab's file where it begins."""

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

    @property
    def path(self) -> Path:
        """The lab's file."""
        return self.lab.path

    @property
    def questions(self) -> list[str]:
        """The questions that are graded by tests, in order."""
        return [piece.grade_id for piece in self.lab.pieces if piece.role == "check"]

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
        counts = dict.fromkeys(self.questions, 0)
        for cell in self.cells.values():
            for index, block in enumerate(cell.tagged.blocks):
                counts[cell.question] += 1
                name = f"{cell.question}.{counts[cell.question]}"
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
    return Solution(lab, cells, read_extra_files(folder), folder.files)


def _refilled(block: Block, lines: list[str] | None) -> Block:
    if lines is None:
        return block
    return dataclasses.replace(block, solution=[Line(block.line, line) for line in lines])
