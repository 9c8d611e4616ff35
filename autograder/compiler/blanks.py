"""The two faces of a code cell: with its solutions, and with loud blanks in their place.

A blank must parse where the solution stood and fail by name when it is reached. Where a statement
may stand it is a `raise`; inside an expression it is an undefined name. Which of the two, and in
what form, is found by trying: the first form with which the cell compiles. Only the standard
library is imported.
"""

import ast
import itertools
import json
import re
import shlex
import unicodedata
from collections.abc import Iterator, Mapping

from ..blank_errors import NAME_PREFIX
from .ipython_syntax import Scanner, as_python, cell_magic, parse, syntax_problem
from .tags import Block, DoesNotCompile, Line, TagError, TaggedCell, Text, stripped

DEFAULT_MESSAGE = "Write your solution here."
SHELL_MAGICS = frozenset({"bash", "sh"})
MAX_COMBINATIONS = 2000

# `{name}` is undefined and `{raises}` a statement. In the order in which they are tried:
# a statement; an element or operand; the header of a compound statement whose body stays; a whole
# clause or definition; the target of an assignment or a pattern.
FORMS = (
    *("{raises}", "{name}", "{name},", "**{name}", "**{name},", "*{name},", ", {name}"),
    *(", {name},", "+ {name}", "+ {name} +", "{name} +", "{name}:", "{name}: {name},"),
    *("{name}={name}", "{name}={name},"),
    *("if {name}:", "while {name}:", "elif {name}:", "def {name}({name}={name}):"),
    *("finally:\n    {raises}", "case _ if {name}:\n    {raises}"),
    *("def {name}({name}={name}):\n    {raises}", "{name}.here", "{name}.here,", "except {name}:"),
)
# After a backslash no comment can stand above, so the message follows on the same line.
INLINE_FORMS = ("{name}", "+ {name}", ", {name}")

_TODO = re.compile(r"todo\b[:\s]*", re.IGNORECASE)
_FILLER = frozenset({"a", "an", "and", "as", "for", "in", "of", "on", "or", "the", "to", "your"})


def solved(cell: TaggedCell) -> str:
    """The cell with its solutions in place and its tags gone.

    Raises:
        DoesNotCompile: the solution is no Python.
    """
    lines = _assemble(cell, {})
    if problem := syntax_problem(_join(lines)):
        line = lines[min(problem.line, len(lines)) - 1]
        raise DoesNotCompile(line.number, problem.message)
    return _join(lines)


def given(cell: TaggedCell) -> str:
    """What stands around the cell's solutions."""
    return _join(_assemble(cell, {id(block): [] for block in cell.blocks}))


def blanked(cell: TaggedCell) -> str:
    """The student's cell: each solution replaced by its message and a blank that fails loudly.

    Raises:
        TagError: no blank fits in a solution's place.
    """
    blocks = cell.blocks
    texts = [part for part in cell.parts if isinstance(part, Text)]
    magic = cell_magic(line.text for text in texts for line in text.lines)
    if blocks and magic is not None and not magic.body_is_python:
        return _blanked_shell(cell) if magic.name in SHELL_MAGICS else _blanked_foreign(cell)
    first = [_first_fitting(cell, block) for block in blocks]
    combinations = itertools.chain([first], _all_combinations(cell, blocks))
    for blanks in itertools.islice(combinations, MAX_COMBINATIONS):
        student = _join(_assemble(cell, dict(zip(map(id, blocks), blanks, strict=True))))
        if syntax_problem(student) is None:
            return student
    raise TagError(blocks[0].line, "with all its blanks this cell can't compile; join its blocks")


def _first_fitting(cell: TaggedCell, block: Block) -> list[str]:
    for blank in _fitting(cell, block):
        return blank
    raise TagError(
        block.line,
        "no blank fits in this block's place; let it hold a whole statement or expression",
    )


def _all_combinations(cell: TaggedCell, blocks: list[Block]) -> Iterator[tuple[list[str], ...]]:
    # Two blanks may each fit beside the other's solution and yet not beside its blank.
    yield from itertools.product(*(list(_fitting(cell, block)) for block in blocks))


def _fitting(cell: TaggedCell, block: Block) -> Iterator[list[str]]:
    """The blanks that fit in this block's place while all the others are solved."""
    for blank in _blanks(block):
        student = _join(_assemble(cell, {id(block): blank}))
        if syntax_problem(student) is None and _is_loud(student, blank, _name(block)):
            yield blank


def _blanks(block: Block) -> Iterator[list[str]]:
    indentation = _indentation(block)
    message = _one_line(block)
    raises = _raise(message)
    for form in FORMS:
        blank = form.format(name=_name(block), raises=raises).split("\n")
        yield _comments(block, indentation) + [indentation + line for line in blank]
    for form in INLINE_FORMS:
        yield [f"{indentation}{form.format(name=_name(block))}  # TODO: {message}"]


def _is_loud(student: str, blank: list[str], name: str) -> bool:
    """Whether Python evaluates the blank: as a parameter or a target its name would be silent."""
    if "raise NotImplementedError(" in blank[-1]:
        return True
    tree = parse(as_python(student) or "")
    silent = {
        id(node)
        for assignment in ast.walk(tree)
        if isinstance(assignment, ast.AnnAssign)
        for node in ast.walk(assignment.annotation)  # a local variable's is never evaluated
    }
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=used, ctx=ast.Load()) if used == name and id(node) not in silent:
                return True
            case ast.alias(name=used) if used == name:  # ImportError, by name
                return True
    return False


def _blanked_shell(cell: TaggedCell) -> str:
    fills = {}
    for block in cell.blocks:
        indentation = _indentation(block)
        fail = f"{indentation}echo {shlex.quote(_one_line(block))} >&2; exit 1"
        fills[id(block)] = [*_comments(block, indentation), fail]
    return _join(_assemble(cell, fills))


def _blanked_foreign(cell: TaggedCell) -> str:
    """In a language that can't fail, such as HTML: the cell as comments above a `raise`."""
    fills = {id(block): _message_lines(block) for block in cell.blocks}
    lines = [f"# {line.text}".rstrip() for line in _assemble(cell, fills)]
    return "\n".join([*lines, _raise(" ".join(map(_one_line, cell.blocks)))])


def _message_lines(block: Block) -> list[str]:
    message = block.message or DEFAULT_MESSAGE
    return (message if _TODO.match(message) else f"TODO: {message}").split("\n")


def _comments(block: Block, indentation: str) -> list[str]:
    return [f"{indentation}# {line}".rstrip() for line in _message_lines(block)]


def _one_line(block: Block) -> str:
    texts = (_TODO.sub("", line.strip(), count=1) for line in _message_lines(block))
    return " ".join(filter(None, texts))


def _raise(message: str) -> str:
    return f"raise NotImplementedError({json.dumps(message, ensure_ascii=False)})"


def _name(block: Block) -> str:
    """An undefined name that says what is missing: `TODO_pad_sequences_push_result`."""
    text = unicodedata.normalize("NFKD", _TODO.sub("", _message_lines(block)[0], count=1))
    words = re.findall(r"[a-z0-9]+", text.encode("ascii", "ignore").decode().lower())
    telling = [word for word in words if word not in _FILLER] or ["fill", "in"]
    return NAME_PREFIX + "_".join(telling[:4])[:40]


def _indentation(block: Block) -> str:
    """That of the solution's first line of code; the tags may stand at column 0."""
    scanner = Scanner()
    texts = [line.text for line in block.solution if line.text.strip()]
    written = [text for text in texts if not scanner.read(text).inside_string]
    code = [text for text in written if not text.lstrip().startswith("#")]
    first = next(iter(code + written), "")
    return first[: len(first) - len(first.lstrip())]


def _assemble(cell: TaggedCell, fills: Mapping[int, list[str]]) -> list[Line]:
    """The cell's lines, a block's solution replaced where `fills` has a blank for it."""
    lines: list[Line] = []
    for part in cell.parts:
        match part:
            case Text():
                lines += part.lines
            case Block() if id(part) in fills:
                lines += [Line(part.line, text) for text in fills[id(part)]]
            case Block():
                lines += part.solution
    return stripped(lines)


def _join(lines: list[Line]) -> str:
    return "\n".join(line.text for line in lines)
