"""Text as the scan compares it: lines that know their number, cut into tokens."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Line(NamedTuple):
    """A line of a file and its number there, from 1."""

    number: int
    text: str


class Token(NamedTuple):
    """A token and the line that it stands on; line breaks and indentation are none."""

    text: str
    line: int


Run = tuple[str, ...]  # neighbouring tokens

CODE = re.compile(r"\w+|[^\w\s\\]")  # a backslash only continues a line
PROSE = re.compile(r"\w+")


def numbered(text: str) -> list[Line]:
    """The lines of a text."""
    return [Line(number, line) for number, line in enumerate(text.split("\n"), start=1)]


def normalised(line: str) -> str:
    """A line without indentation and superfluous blanks."""
    return " ".join(line.split())


def tokens(lines: Iterable[Line], token: re.Pattern[str]) -> list[Token]:
    """The tokens of several lines as one sequence, in lower case."""
    return [
        Token(found, line.number) for line in lines for found in token.findall(line.text.lower())
    ]


def runs(sequence: list[Token], length: int) -> Iterator[tuple[int, Run]]:
    """Every run of `length` tokens, with the index of its first."""
    texts = [token.text for token in sequence]
    for start in range(len(texts) - length + 1):
        yield start, tuple(texts[start : start + length])
