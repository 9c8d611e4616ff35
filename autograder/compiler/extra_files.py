"""The files that students hand in besides the notebook, as the lab's author wrote them.

They lie in `source/<lab>/files/` under the names that `lab.toml` asks for. Modules (`.py`) and
texts (`.md`, `.txt`) hold tags like cells: students receive them with blanks, the solution has them
solved. Of anything else, a plot say, there is a solution only.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import UserError, shown
from autograder.lab import CONFIG_FILE, Lab

from . import blanks, tags

TEXTS = (".md", ".txt")


@dataclass(frozen=True)
class ExtraFiles:
    """The files by name, as students receive them and solved; modules with blanks also tagged."""

    release: dict[str, bytes] = field(default_factory=dict)
    solution: dict[str, bytes] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    modules: dict[str, tags.TaggedCell] = field(default_factory=dict)


def read_extra_files(folder: Lab) -> ExtraFiles:
    """Compile the tags of a lab's files.

    Raises:
        UserError: anything is wrong in one, as `file:line: what; what to do`.
    """
    found = ExtraFiles()
    for name, path in _files_below(folder.files_dir):
        if name not in folder.files:
            wrong = f"{CONFIG_FILE} does not ask for it; add it to `files` there, or move it"
            raise UserError(f"{shown(path)}:1: {wrong} to student/")
        if (folder.student_dir / name).exists():
            raise UserError(f"{shown(path)}:1: such a file also lies in student/; keep one")
        if path.suffix not in (".py", *TEXTS):
            found.solution[name] = path.read_bytes()
            continue
        student, solution, tagged = _versions(path)
        if path.suffix == ".py" and tagged.blocks:
            found.modules[name] = tagged
        found.release[name], found.solution[name] = student.encode(), solution.encode()
    found.notices.extend(
        f"{shown(folder.folder / CONFIG_FILE)}: asks for {name}, which the solution has not; write "
        f"{shown(folder.files_dir / name)}"
        for name in folder.files
        if name not in found.solution
    )
    return found


def _files_below(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & set(name.parts):
            yield name.as_posix(), path


def _versions(path: Path) -> tuple[str, str, tags.TaggedCell]:
    """The student's text of a file, the solution's, and what both are made of."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UserError(f"{shown(path)}:{line}: not UTF-8 text; save it as UTF-8") from None
    try:
        return _python(path, text) if path.suffix == ".py" else _prose(text)
    except tags.TagError as error:
        raise UserError(f"{shown(path)}:{error.line}: {error.message}") from None


def _python(path: Path, text: str) -> tuple[str, str, tags.TaggedCell]:
    tagged = tags.read_code(text)
    _refuse_other_tags(tagged)
    solution = blanks.solved(tagged)
    student = blanks.blanked(tagged) if tagged.blocks else solution
    for version in (solution, student):  # a cell may hold what no module may: `%magic`, say
        try:
            ast.parse(version)
        except SyntaxError as error:
            what = f"not Python ({error.msg}), as a module has to be; fix it"
            raise UserError(f"{shown(path)}:{error.lineno or 1}: {what}") from None
    return f"{student}\n", f"{solution}\n", tagged


def _prose(text: str) -> tuple[str, str, tags.TaggedCell]:
    tagged = tags.read_markdown(text)
    _refuse_other_tags(tagged)
    student, solution = [], []
    for part in tagged.parts:
        match part:
            case tags.Text(lines=lines):
                student += [line.text for line in lines]
                solution += [line.text for line in lines]
            case tags.Block():
                student += [part.message] * bool(part.message)
                solution += [line.text for line in part.solution]
    return "\n".join(student), "\n".join(solution), tagged


def _refuse_other_tags(tagged: tags.TaggedCell) -> None:
    if tagged.questions:
        line = tagged.questions[0].line
        raise tags.TagError(line, "a file holds no question; put the tag into the lab's notebook")
    if tagged.helps:
        wrong = "a file holds no task and no hint; put the tag into the lab's notebook"
        raise tags.TagError(tagged.helps[0].line, wrong)
    if tagged.colab:
        raise tags.TagError(tagged.colab, "COLAB is for cells; take it away")
    if tagged.skips:
        raise tags.TagError(1, f"{min(tagged.skips)} is for cells; take it away")
