"""Variants: the lab's solution with some of its answers written otherwise, a text file each.

`format` says what such a file looks like.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..compiler.ipython_syntax import syntax_problem
from ..compiler.tags import DoesNotCompile
from ..toml_file import nearest
from .format import SUFFIX, Kind, Section, VariantFile, read_variant_file
from .solution import AnswerCell, Solution

ALL_QUESTIONS = "*"


@dataclass(frozen=True)
class Variant:
    """What stands in which cell instead of the solution."""

    path: Path
    title: str
    questions: tuple[str, ...]  # whose answers it changes
    sources: dict[str, str]  # cell id -> what stands there
    files: dict[str, bytes] = field(default_factory=dict)  # besides the notebook, by name
    says: tuple[str, ...] = ()  # words that a message to the student must contain
    worth: float | None = None  # points that it honestly earns, where that matters
    loss: float | None = None  # points that it deserves to lose, if it is said

    @property
    def name(self) -> str:
        """The file's stem."""
        return self.path.stem


def read_variants(
    folder: Path, solution: Solution, may_be_the_solution: bool = False
) -> list[Variant]:
    """All variants of a folder, by name; see `read_variant`."""
    paths = sorted(folder.glob(f"*{SUFFIX}"))
    return [read_variant(path, solution, may_be_the_solution) for path in paths]


def read_variant(
    path: Path, solution: Solution, may_be_the_solution: bool = False, must_lose: bool = False
) -> Variant:
    """Read a variant and put it into the solution's cells.

    Args:
        path: the file.
        solution: what it changes.
        may_be_the_solution: or changes nothing of.
        must_lose: whether it has to say how many points it deserves to lose.

    Raises:
        UserError: as `file:line: what is wrong; what to do`; exit code 2 if there is no such file.
    """
    file = read_variant_file(path)
    for section in file.of_kind(Kind.MUTANT):
        raise file.wrong(section, "this is no mutant; move it to a file of `variants/equivalent/`")
    edited = _Edited(file, solution)
    edited.leave_open()
    edited.fill_blanks()
    edited.change_given_lines()
    edited.write_files()
    given = solution.files.solution
    solved = {piece.cell_id: piece.solution for piece in solution.lab.pieces}
    changed = {i: text for i, text in edited.sources.items() if text != solved[i]}
    files = {name: text for name, text in edited.files.items() if text != given.get(name)}
    if not changed and not files and not may_be_the_solution:
        raise file.wrong(1, "it is the solution; change something below `#!BLANK question.n`")
    of_files = {solution.question_of_file(name) for name in files}
    questions = tuple(
        question
        for question, cell_ids in solution.answers.items()
        if question in of_files or not changed.keys().isdisjoint(cell_ids)
    )
    says = tuple(section.argument for section in file.of_kind(Kind.SAYS))
    worth, loss = _points(file, Kind.WORTH), _points(file, Kind.LOSS)
    if must_lose and not loss:
        where = next(iter(file.of_kind(Kind.LOSS)), 1)
        raise file.wrong(where, "a wrong answer loses points; write `#!LOSS points`, more than 0")
    return Variant(path, file.title, questions, changed, files, says, worth, loss)


@dataclass
class _Edited:
    """The cells that a file changes, as they are after the sections read so far."""

    file: VariantFile
    solution: Solution
    sources: dict[str, str] = field(default_factory=dict)  # cell id -> what stands there
    files: dict[str, bytes] = field(default_factory=dict)

    def leave_open(self) -> None:
        """Put back what students receive."""
        released = {piece.cell_id: piece.student for piece in self.solution.lab.pieces}
        answers = self.solution.answers
        for section in self.file.of_kind(Kind.OPEN):
            question = section.argument
            if question != ALL_QUESTIONS and not answers.get(question):
                known = ", ".join(name for name, cells in answers.items() if cells)
                raise self.file.wrong(
                    section, f"no question with answers is called {question}; there are {known}"
                )
            opened = [question]
            if question == ALL_QUESTIONS:
                opened = list(answers)
                self.files |= self.solution.files.release
            self.sources |= {cell: released[cell] for name in opened for cell in answers[name]}

    def fill_blanks(self) -> None:
        """Write the lines below `#!BLANK` into the blanks."""
        sections: dict[str, dict[int, Section]] = {}  # cell id -> index of the blank -> section
        for section in self.file.of_kind(Kind.BLANK):
            blank = self.solution.blanks.get(section.argument)
            if blank is None:
                raise self.file.wrong(section, _unknown_blank(section.argument, self.solution))
            if blank.cell_id in self.sources or blank.cell_id in self.files:
                raise self.file.wrong(section, f"{blank.question} stays open; keep one of the two")
            if blank.index in sections.setdefault(blank.cell_id, {}):
                raise self.file.wrong(section, f"{section.argument} twice; keep one")
            sections[blank.cell_id][blank.index] = section
        filled: dict[str, str] = {}
        for cell_id, of_cell in sections.items():
            fills = {index: list(section.lines) for index, section in of_cell.items()}
            try:
                filled[cell_id] = self.solution.code[cell_id].filled(fills)
            except DoesNotCompile as error:
                message = f"with this in it, the cell does not compile: {error.problem}; fix it"
                raise self.file.wrong(next(iter(of_cell.values())), message) from None
        sources, files = self.solution.changed(filled)
        self.sources |= sources
        self.files |= files

    def change_given_lines(self) -> None:
        """Replace the lines marked `-` below `#!GIVEN` by those marked `+`."""
        for section in self.file.of_kind(Kind.GIVEN):
            old, new = self._sides(section)
            cell_id, start = self._place(section, old)
            code = self._code(self.solution.cells[cell_id])
            code[start : start + len(old)] = new
            text = "\n".join(code)
            if problem := syntax_problem(text):
                message = f"with this, the cell does not compile: {problem.message}; fix it"
                raise self.file.wrong(section, message)
            self.sources[cell_id] = text

    def write_files(self) -> None:
        """Take the lines below `#!FILE` for a file that is handed in besides the notebook."""
        known = self.solution.asked
        for section in self.file.of_kind(Kind.FILE):
            if section.argument not in known:
                there = f"it asks for {', '.join(known)}" if known else "it asks for no files"
                wrong = f"the lab does not ask for {section.argument}; {there}"
                raise self.file.wrong(section, wrong)
            self.files[section.argument] = "".join(f"{one}\n" for one in section.lines).encode()

    def _sides(self, section: Section) -> tuple[list[str], list[str]]:
        lines = [line for line in section.lines if line.strip()]
        old, new = ([line[1:] for line in lines if line[0] in (sign, " ")] for sign in "-+")
        if any(line[0] not in " -+" for line in lines) or not old or old == new:
            message = "mark each line below by -, + or a space, and replace something"
            raise self.file.wrong(section, message)
        return old, new

    def _place(self, section: Section, old: list[str]) -> tuple[str, int]:
        """The one cell of the question that has these lines, and where."""
        places = [
            (cell.cell_id, start)
            for cell in self.solution.cells.values()
            if cell.question == section.argument
            for start in _starts(self._code(cell), old)
        ]
        if len(places) != 1:
            found = f"stand {len(places)} times in the answers of {section.argument}"
            message = f"these lines {found}, not once; fix them or add lines around them"
            raise self.file.wrong(section, message)
        return places[0]

    def _code(self, cell: AnswerCell) -> list[str]:
        return self.sources.get(cell.cell_id, cell.source).split("\n")


def _points(file: VariantFile, kind: Kind) -> float | None:
    """The points of the last section of this kind, None without one."""
    points = None
    for section in file.of_kind(kind):
        if not re.fullmatch(r"\d+(\.\d+)?", section.argument):
            message = f"{section.argument} is no number of points; write one such as 2 or 2.5"
            raise file.wrong(section, message)
        points = float(section.argument)
    return points


def _starts(code: Sequence[str], old: Sequence[str]) -> Iterator[int]:
    """Where these lines stand, one after the other."""
    for start in range(len(code) - len(old) + 1):
        if code[start : start + len(old)] == old:
            yield start


def _unknown_blank(name: str, solution: Solution) -> str:
    question = name.rpartition(".")[0]
    siblings = [one for one in solution.blanks if one.rpartition(".")[0] == question]
    known = (
        f"those of {question} are {', '.join(siblings)}"
        if siblings
        else nearest(name, solution.blanks, "the blanks")
    )
    return f"no blank is called {name}; {known}"
