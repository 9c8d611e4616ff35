"""Variants: the lab's solution with some of its blanks filled otherwise, a text file each.

    # What it is, in a line
    #!BLANK ex1-lstm.1
                outputs = self.lstm(embedded)[0]
                ...
    #!GIVEN ex1-lstm
    -        return self.fc(state).squeeze(1)  # (batch,)
    +        return self.fc(state)[:, 0]

The lines below `#!BLANK name` stand in the place of that blank, just as they are. Students may also
change what is given in a cell with a blank: below `#!GIVEN question` the lines marked `-` are
replaced by those marked `+`; lines marked by a blank say where, if the others stand twice.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..compiler.ipython_syntax import syntax_problem
from ..compiler.tags import DoesNotCompile
from ..errors import UserError
from .solution import AnswerCell, Solution

BLANK, GIVEN = "BLANK", "GIVEN"
SUFFIX = ".txt"

_HEADER = re.compile(r"#!(BLANK|GIVEN)\s+(\S+)\s*")


@dataclass(frozen=True)
class Variant:
    """What stands in which cell instead of the solution."""

    path: Path
    title: str
    questions: tuple[str, ...]  # whose cells it changes
    sources: dict[str, str]  # cell id -> code

    @property
    def name(self) -> str:
        """The file's stem."""
        return self.path.stem


@dataclass(frozen=True)
class _Section:
    kind: str
    name: str
    line: int
    lines: list[str]


def read_variants(folder: Path, solution: Solution) -> list[Variant]:
    """All variants of a folder, by name; see `read_variant`."""
    return [read_variant(path, solution) for path in sorted(folder.glob(f"*{SUFFIX}"))]


def read_variant(path: Path, solution: Solution) -> Variant:
    """Read a variant and put it into the solution's cells.

    Raises:
        UserError: as `file:line: what is wrong; what to do`; exit code 2 if there is no such file.
    """
    title, sections = _read_sections(path)
    fills: dict[str, dict[int, list[str]]] = {}
    for section in sections:
        if section.kind == BLANK:
            blank = solution.blanks.get(section.name)
            if blank is None:
                raise _wrong(path, section, _unknown_blank(section.name, solution))
            if blank.index in fills.setdefault(blank.cell_id, {}):
                raise _wrong(path, section, f"{section.name} twice; keep one")
            if not section.lines:
                raise _wrong(path, section, f"nothing stands below {section.name}; write its code")
            fills[blank.cell_id][blank.index] = section.lines
    sources = {}
    for cell_id, of_cell in fills.items():
        try:
            sources[cell_id] = solution.cells[cell_id].filled(of_cell)
        except DoesNotCompile as error:
            culprit = next(s for s in sections if s.kind == BLANK and s.lines in of_cell.values())
            wrong = f"with this in it, the cell does not compile: {error.problem}"
            raise _wrong(path, culprit, wrong) from None
    for section in sections:
        if section.kind == GIVEN:
            _change_given(path, section, solution, sources)
    changed = {i: text for i, text in sources.items() if text != solution.cells[i].source}
    if not changed:
        raise UserError(f"{path}:1: it is the solution; change something")
    touched = {solution.cells[cell_id].question for cell_id in changed}
    questions = tuple(question for question in solution.questions if question in touched)
    return Variant(path, title, questions, changed)


def _read_sections(path: Path) -> tuple[str, list[_Section]]:
    if not path.is_file():
        raise UserError(f"{path}: no such file; check its name", exit_code=2)
    try:
        lines = path.read_text("utf-8").split("\n")
    except UnicodeDecodeError:
        raise UserError(f"{path}:1: not UTF-8 text; save it as UTF-8") from None
    if not re.match(r"#(?!!).*\w", lines[0]):
        raise UserError(f"{path}:1: the first line should say what it is, after a #; add it")
    sections: list[_Section] = []
    for number, line in enumerate(lines[1:], start=2):
        header = _HEADER.fullmatch(line)
        if header:
            sections.append(_Section(header[1], header[2], number, []))
        elif line.startswith("#!"):
            usage = "write `#!BLANK question.n` or `#!GIVEN question`"
            raise UserError(f"{path}:{number}: `{line.strip()}` is no header; {usage}")
        elif sections:
            sections[-1].lines.append(line)
        elif line.strip() and not line.startswith("#"):
            raise UserError(f"{path}:{number}: code before the first #!BLANK; say where it belongs")
    for section in sections:
        while section.lines and not section.lines[-1].strip():
            del section.lines[-1]
    if not sections:
        raise UserError(f"{path}:1: it replaces no blank; add a line `#!BLANK question.n`")
    return lines[0].lstrip("# ").strip(), sections


def _change_given(
    path: Path, section: _Section, solution: Solution, sources: dict[str, str]
) -> None:
    """Replace lines in the one cell of the question that has them, and have them once."""
    lines = [line for line in section.lines if line.strip()]
    old, new = (_side(lines, sign) for sign in "-+")
    if any(line[0] not in " -+" for line in lines) or not old or old == new:
        raise _wrong(path, section, "mark each line below by -, + or a blank; replace something")
    places = [
        (cell.cell_id, start)
        for cell in _cells_of(section.name, solution)
        for start in _places(sources.get(cell.cell_id, cell.source).split("\n"), old)
    ]
    if len(places) != 1:
        found = f"these lines stand {len(places)} times in the answers of {section.name}"
        raise _wrong(path, section, f"{found}, not once; mend them or add lines around them")
    ((cell_id, start),) = places
    code = sources.get(cell_id, solution.cells[cell_id].source).split("\n")
    code[start : start + len(old)] = new
    text = "\n".join(code)
    if problem := syntax_problem(text):
        raise _wrong(path, section, f"with this, the cell does not compile: {problem.message}")
    sources[cell_id] = text


def _side(lines: list[str], sign: str) -> list[str]:
    return [line[1:] for line in lines if line[0] in (sign, " ")]


def _places(code: list[str], old: list[str]) -> Iterator[int]:
    """Where these lines stand, one after the other."""
    for start in range(len(code) - len(old) + 1):
        if code[start : start + len(old)] == old:
            yield start


def _cells_of(question: str, solution: Solution) -> list[AnswerCell]:
    return [cell for cell in solution.cells.values() if cell.question == question]


def _unknown_blank(name: str, solution: Solution) -> str:
    question = name.rpartition(".")[0]
    siblings = [n for n, blank in solution.blanks.items() if blank.question == question]
    known = f"those of {question} are {', '.join(siblings)}" if siblings else "see --list"
    return f"no blank is called {name}; {known}"


def _wrong(path: Path, section: _Section, message: str) -> UserError:
    return UserError(f"{path}:{section.line}: {message}")
