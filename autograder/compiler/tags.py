"""The tags of a lab: a cell's lines become text, solutions, questions, and help for them.

    #!TAG HWBEGIN … #!TAG HWEND      what lies between is the solution
    #!MSG text                       inside a block: what the student reads in its place
    #!TAG SKIPQUESTEXEC              don't execute this cell in the student notebook's preview
    #!TAG SKIPGRADEEXEC              don't execute this cell when grading
    #!TAG COLAB                      the cell that Google Colab needs, written by the compiler
    #!TAG QUESTION id [points]       the question of a test cell, or of the written answer below
    #!TAG TASK minutes difficulty    the text of the next question begins here
    #!HINT text                      a folded hint to the next question: this line and those below

A tag stands alone on its line. In code a tag inside a string is text; in Markdown such a line is
always a tag, since a leaked solution would be worse. Only the standard library is imported.
"""

import difflib
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from .ipython_syntax import CodeLine, Scanner, cell_magic

BEGIN, END, QUESTION, MESSAGE = "HWBEGIN", "HWEND", "QUESTION", "MSG"
TASK, HINT = "TASK", "HINT"
SKIP_EXECUTION, SKIP_GRADING, COLAB = "SKIPQUESTEXEC", "SKIPGRADEEXEC", "COLAB"
NAMES = (BEGIN, END, QUESTION, TASK, SKIP_EXECUTION, SKIP_GRADING, COLAB)
DIFFICULTIES = ("easy", "medium", "hard")
MOST_MINUTES = 600

_TAG = re.compile(r"#!TAG\s+(?P<name>[A-Z]+)(?P<rest>(?:\s.*)?)")
_WITH_TEXT = re.compile(r"#!(?P<name>MSG|HINT)(?:\s(?P<text>.*))?")
_STARTS_LIKE_A_TAG = re.compile(r"\s*#!(TAG|MSG|HINT)\b")
_MARKED_WORDS = re.compile(r"(?P<mark>[#!][#!\s]*)(?P<word>\w+)\W*(?P<next>\w*)")
_DECORATED = re.compile(r"\s*(?:[>*+-]|\d+[.)]|<!--)[\s*]*#!(?:TAG\s+[A-Z]+\W*|(?:MSG|HINT)\b.*)")
_WORDS_OF_HEADINGS = (QUESTION, TASK)
_NO_WORDS = (BEGIN, END, SKIP_EXECUTION, SKIP_GRADING, COLAB)
_STRAY_QUOTES = "'\"`"
_QUESTION_ID = re.compile(r"[A-Za-z0-9_-]+")


class TagError(Exception):
    """A mistake in a cell's tags or solution; `line` counts the cell's lines from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


class DoesNotCompile(TagError):
    """A solution that is no Python; `problem` says why."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(line, f"the solution does not compile: {problem}; fix it")
        self.problem = problem


@dataclass(frozen=True)
class Tag:
    """One line that is a tag."""

    name: str
    argument: str = ""


class Line(NamedTuple):
    """A line of a cell and its number there, from 1."""

    number: int
    text: str


@dataclass
class Text:
    """Lines that teachers and students see alike."""

    lines: list[Line] = field(default_factory=list)


@dataclass
class Block:
    """A solution and the message that students see in its place."""

    line: int
    messages: list[str] = field(default_factory=list)
    solution: list[Line] = field(default_factory=list)

    @property
    def message(self) -> str:
        """All its messages as one text of several lines; empty without any."""
        return textwrap.dedent("\n".join(self.messages)).strip()


@dataclass
class Question:
    """Names the question of a test cell or, with points, of the written answer that follows."""

    line: int
    id: str
    points: float | None


@dataclass
class Task:
    """Where the text of the next question begins, and what its author expects of students."""

    line: int
    minutes: int
    difficulty: str


@dataclass
class Hint:
    """Help with the next question, which students unfold."""

    line: int
    lines: list[Line] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All its lines as one text, at the left edge."""
        first, *others = (line.text for line in self.lines)
        return "\n".join([first.strip(), textwrap.dedent("\n".join(others))]).strip()


Part = Text | Block | Question | Task | Hint


@dataclass
class TaggedCell:
    """A cell taken apart; its parts in order."""

    parts: list[Part] = field(default_factory=list)
    skips: set[str] = field(default_factory=set)  # SKIP_EXECUTION, SKIP_GRADING
    colab: int | None = None  # the line of its COLAB tag
    quoted: list[int] = field(default_factory=list)  # lines inside strings that look like tags

    @property
    def blocks(self) -> list[Block]:
        """The solutions in order."""
        return [part for part in self.parts if isinstance(part, Block)]

    @property
    def questions(self) -> list[Question]:
        """The question tags in order."""
        return [part for part in self.parts if isinstance(part, Question)]

    @property
    def helps(self) -> list[Task | Hint]:
        """The heads of tasks and the hints in order."""
        return [part for part in self.parts if isinstance(part, Task | Hint)]


def read_code(source: str) -> TaggedCell:
    """Take a code cell apart.

    Raises:
        TagError: a tag is misspelt, misplaced, unopened or unclosed, or a string never ends.
    """
    lines = source.split("\n")
    magic = cell_magic(line for line in lines if not _STARTS_LIKE_A_TAG.match(line))
    if magic is not None and not magic.body_is_python:
        return _read(lines, [CodeLine(False, "", line) for line in lines])
    scanner = Scanner()
    scanned = [scanner.read(line) for line in lines]
    if scanner.open_string_line is not None:
        raise TagError(scanner.open_string_line, "the string that begins here never ends; close it")
    for number, (line, code) in enumerate(zip(lines, scanned, strict=True), start=1):
        if _STARTS_LIKE_A_TAG.match(code.comment) and line.strip() != code.comment.strip():
            raise TagError(number, "a tag must stand alone on its line; move it to one of its own")
    return _read(lines, scanned)


def read_markdown(source: str) -> TaggedCell:
    """Take a Markdown or raw cell apart.

    Raises:
        TagError: a tag is misspelt, misplaced, unopened or unclosed.
    """
    lines = source.split("\n")
    for number, line in enumerate(lines, start=1):
        if _DECORATED.fullmatch(line):
            raise TagError(number, "a tag must stand alone on its line; take off what is around it")
    return _read(lines, [CodeLine(False, "", line) for line in lines])


def stripped(lines: list[Line]) -> list[Line]:
    """The lines without blank ones at either end."""
    written = [index for index, line in enumerate(lines) if line.text.strip()]
    return lines[written[0] : written[-1] + 1] if written else []


def recognise(line: str, number: int = 1) -> Tag | None:
    """The tag that a line is, or None if it is text.

    Raises:
        TagError: the line is nearly a tag.
    """
    stripped = line.strip()
    if found := _WITH_TEXT.fullmatch(stripped):
        return Tag(found["name"], found["text"] or "")
    if tag := _TAG.fullmatch(stripped.rstrip(_STRAY_QUOTES)):
        name, argument = tag["name"], tag["rest"].strip()
        if name in NAMES and (name in (QUESTION, TASK) or not argument):
            return Tag(name, argument)
        if name in NAMES:
            raise TagError(number, f"unexpected `{argument}` after the tag {name}; take it away")
    if _STARTS_LIKE_A_TAG.match(stripped) or _is_near_miss(stripped):
        raise TagError(number, f"`{stripped}` is not a tag; {_suggestion(stripped)}")
    return None


def _read(lines: list[str], scanned: list[CodeLine]) -> TaggedCell:
    cell = TaggedCell()
    block: Block | None = None
    for number, (line, code) in enumerate(zip(lines, scanned, strict=True), start=1):
        if code.inside_string:
            if _STARTS_LIKE_A_TAG.match(line):
                cell.quoted.append(number)
            tag = None
        else:
            tag = _recognise_at(number, line, block)
        match tag:
            case None if block:
                block.solution.append(Line(number, line))
            case None:
                _current_text(cell).append(Line(number, line))
            case Tag(name="HWBEGIN") if block:
                raise TagError(number, "a block inside a block; close the outer one first")
            case Tag(name="HWBEGIN"):
                block = Block(number)
                cell.parts.append(block)
            case Tag(name="HWEND") if block:
                block = None
            case Tag(name="HWEND"):
                raise TagError(number, f"{END} without a {BEGIN} above it in this cell; add one")
            case Tag(name="MSG", argument=text) if block:
                block.messages.append(text)
            case Tag(name="MSG"):
                raise TagError(number, f"stray #!MSG; put it between {BEGIN} and {END}")
            case Tag(name="QUESTION" | "TASK" | "HINT" as name) if block:
                raise TagError(number, f"{name} inside a block; put it above {BEGIN}")
            case Tag(name="QUESTION", argument=argument):
                cell.parts.append(_question(number, argument))
            case Tag(name="TASK", argument=argument):
                cell.parts.append(_task(number, argument))
            case Tag(name="HINT", argument=text):
                cell.parts.append(Hint(number, [Line(number, text)]))
            case Tag(name="COLAB"):
                cell.colab = number
            case Tag(name=name):
                cell.skips.add(name)
    if block:
        raise TagError(
            block.line,
            f"this block is not closed before its cell ends; add `#!TAG {END}` "
            "(a block can't cross cells, and two blank lines end a Markdown cell)",
        )
    for part in cell.parts:
        if isinstance(part, Hint) and not part.text:
            raise TagError(part.line, "an empty hint; write it behind `#!HINT`, or below")
    return cell


def _recognise_at(number: int, line: str, block: Block | None) -> Tag | None:
    tag = recognise(line, number)
    # Ordinary comments elsewhere; in a block they would drop its message unseen.
    if tag is None and block and re.match(r"\s*(#!\w|# ?MSG\b)", line):
        raise TagError(number, f"`{line.strip()}` is not a tag; {_suggestion(line)}")
    return tag


def _current_text(cell: TaggedCell) -> list[Line]:
    """The lines that a line of text is added to."""
    if not cell.parts or not isinstance(cell.parts[-1], Text | Hint):
        cell.parts.append(Text())
    current = cell.parts[-1]
    assert isinstance(current, Text | Hint)
    return current.lines


def _question(number: int, argument: str) -> Question:
    question_id, *points = argument.split() or [""]
    if not _QUESTION_ID.fullmatch(question_id) or len(points) > 1:
        usage = "write `#!TAG QUESTION id [points]`, the id in letters, digits, - and _"
        raise TagError(number, f"`{QUESTION} {argument}`: {usage}")
    if not points:
        return Question(number, question_id, None)
    if not re.fullmatch(r"\d+(\.\d+)?", points[0]) or float(points[0]) == 0:
        raise TagError(number, f"`{points[0]}` is no number of points; write one above 0")
    return Question(number, question_id, float(points[0]))


def _task(number: int, argument: str) -> Task:
    usage = f"write `#!TAG {TASK} minutes difficulty`, such as `#!TAG {TASK} 10 easy`"
    match argument.split():
        case [minutes, difficulty] if re.fullmatch(r"[0-9]{1,4}", minutes):
            pass
        case _:
            raise TagError(number, f"`{TASK} {argument}`: {usage}")
    if not 0 < int(minutes) <= MOST_MINUTES:
        raise TagError(number, f"`{minutes}` minutes; write a number from 1 to {MOST_MINUTES}")
    if difficulty not in DIFFICULTIES:
        known = ", ".join(DIFFICULTIES)
        raise TagError(number, f"`{difficulty}` is no difficulty; write one of {known}")
    return Task(number, int(minutes), difficulty)


def _is_near_miss(line: str) -> bool:
    """Whether a line was meant as a tag: `# !TAG HWBEGIN`, `#!tag hwend`, `#!MGS`, `#HWBEGIN`."""
    words = _MARKED_WORDS.match(line)
    if words is None:
        return False
    word, following = words["word"].upper(), words["next"].upper()
    if "#" in words["mark"] and "!" in words["mark"]:
        is_tag = _resembles(word, "TAG", MESSAGE, HINT)
        return is_tag or _resembles_name(word) or _resembles_name(following)
    if following in _WORDS_OF_HEADINGS:  # "# Tag question" may well be a heading
        return words["word"] == "TAG" and words["next"] == following
    if _resembles(word, "TAG", MESSAGE) and _resembles_name(following, _NO_WORDS):
        return True
    return words["word"] in NAMES and word not in _WORDS_OF_HEADINGS and not following


def _resembles(word: str, *marks: str) -> bool:
    # Letters swapped or one too many; not mere likeness, because `# !tar x a.tar` is a command
    # that somebody commented out.
    one_less = [word[:i] + word[i + 1 :] for i in range(len(word))]
    return any(sorted(word) == sorted(mark) or mark in one_less for mark in marks)


def _resembles_name(word: str, names: Sequence[str] = NAMES) -> bool:
    return bool(difflib.get_close_matches(word, names, n=1, cutoff=0.75))


def _suggestion(line: str) -> str:
    for word in re.findall(r"\w+", line.upper()):
        if close := difflib.get_close_matches(word, NAMES, n=1, cutoff=0.6):
            return f"did you mean `#!TAG {close[0]}`?"
    return f"the tags are `#!MSG text`, `#!HINT text` and `#!TAG` with {', '.join(NAMES)}"
