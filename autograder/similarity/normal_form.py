"""The form in which texts are compared: what is easily changed in a copy does not stand in it.

Of code, keywords, operators, numbers and built-in names stay, as copydetect keeps them; all other
names are one letter. Comments, spaces, idle code, and brackets and commas that change nothing are
gone. Of prose, letters and digits are kept, in lower case, and of those that look alike one.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pygments.lexers import PythonLexer
from pygments.token import Comment, Name, String, Text

from .idle_code import Span, idle_spans

VARIABLES = {Name, Name.Variable, Name.Attribute}
# What a token becomes; all others stay as they are.
LETTERS = (
    (Name.Function, "F"),
    (Name.Class, "O"),
    (Comment.Preproc, "P"),
    (Comment.Hashbang, "P"),
    (Text, ""),
    (Comment, ""),
    (String, "S"),
)
OPENING, CLOSING, QUOTES = {*"([{"}, {*")]}"}, {*"\"'"}
# Cyrillic and Greek letters that look like Latin ones, in lower case.
LOOKS_LIKE = str.maketrans("аеорсухіјѕԁһԛԝɡαοριυνκτϲϳ", "aeopcyxijsdhqwgaopiuvktcj")
Letter = tuple[str, Span]  # a character of the normal form, and what it stands for
Token = tuple[int, Any, str]


class Kind(StrEnum):
    """What a text is."""

    CODE = "code"
    PROSE = "text"


def normal_form(text: str, kind: Kind) -> str:
    """What is compared of a text."""
    return spelling(text, kind).normal


@dataclass(frozen=True)
class Spelling:
    """The normal form of a text, and for each character what it stands for in the text."""

    normal: str
    spans: list[Span]


def spelling(text: str, kind: Kind) -> Spelling:
    """Both at once."""
    letters = _letters(text, kind)
    return Spelling("".join(letter for letter, _ in letters), [span for _, span in letters])


@dataclass(frozen=True)
class SpellingWork:
    """To read a text, which can be made to take long: for the press."""

    text: str
    kind: Kind

    def run(self, edition: Any) -> list[Any]:
        """What `spelling_of` reads."""
        found = spelling(self.text, self.kind)
        return [found.normal, found.spans]


def spelling_of(made: Sequence[Any]) -> Spelling:
    """What the press made."""
    normal, places = made
    return Spelling(normal, [Span(*place) for place in places])


def _letters(text: str, kind: Kind) -> list[Letter]:
    return list(_of_prose(text)) if kind is Kind.PROSE else _of_code(text)


def _of_prose(text: str) -> Iterator[Letter]:
    for at, one in enumerate(text):
        for letter in unicodedata.normalize("NFKC", one).casefold().translate(LOOKS_LIKE):
            if letter.isalnum():
                yield letter, Span(at, at + 1)


def _of_code(text: str) -> list[Letter]:
    letters: list[Letter] = []
    stay: list[bool] = []  # of brackets that are open: whether they change anything
    is_value = False  # what stands before: then a bracket calls it
    for start, sort, value in _tokens(text):
        if value in OPENING:
            stay.append(is_value or value != "(")
            is_left_out = not stay[-1]
        elif value in CLOSING:
            is_left_out = bool(stay) and not stay.pop()
            if letters and letters[-1][0] == ",":
                letters.pop()
        else:
            is_left_out = value == ";"
        if not is_left_out:
            letters += _of_token(start, sort, value)
        is_value = sort in Name or sort in String or value in CLOSING
    return letters


def _tokens(text: str) -> Iterator[Token]:
    """The tokens that do something."""
    idle = idle_spans(text)
    begun, end = 0, 0  # of idle spans: how many, and where they end
    for start, sort, value in PythonLexer().get_tokens_unprocessed(text):
        while begun < len(idle) and idle[begun].start <= start:
            end, begun = max(end, idle[begun].end), begun + 1
        if start >= end and _letter_of(sort) != "":
            yield start, sort, value


def _of_token(start: int, sort: Any, value: str) -> list[Letter]:
    letter = _letter_of(sort)
    if letter is None or value in QUOTES:
        marks = value.replace("'", '"')
        return [(one, Span(at, at + 1)) for at, one in enumerate(marks, start)]
    return [(letter, Span(start, start + len(value)))]


def _letter_of(sort: Any) -> str | None:
    """What a token becomes; None for one that stays as it is."""
    if sort in VARIABLES:
        return "V"
    return next((letter for kind, letter in LETTERS if sort in kind), None)
