"""The form in which texts are compared: what is easily changed in a copy does not stand in it.

Of code, copydetect keeps keywords, operators, numbers and built-in names; all other names are one
letter, and comments and spaces are gone. Of prose, letters and digits are kept, in lower case.
"""

import unicodedata
from enum import StrEnum
from typing import NamedTuple

from pygments.lexers import PythonLexer
from pygments.token import Comment, Name, String, Text

VARIABLES = {Name, Name.Variable, Name.Attribute}
ONE_LETTER = (Name.Function, Name.Class, Comment.Preproc, Comment.Hashbang, String)


class Kind(StrEnum):
    """What a text is."""

    CODE = "code"
    PROSE = "text"


class Span(NamedTuple):
    """From where to where something stands in a text."""

    start: int
    end: int


def normal_form(text: str, kind: Kind) -> str:
    """What is compared of a text."""
    if kind is Kind.PROSE:
        return "".join(letter for letter, _ in _letters(text))
    from copydetect.utils import filter_code  # which loads a library of plots: a second

    filtered, _ = filter_code(_lines(text), "", "python")
    return str(filtered)


def spans(text: str, kind: Kind) -> list[Span]:
    """For each character of the normal form, what it stands for in the text.

    The library's own offsets are wrong where a class is named.
    """
    if kind is Kind.PROSE:
        return [span for _, span in _letters(text)]
    places: list[Span] = []
    skipped = len(text) - len(text.lstrip("\n"))
    for start, sort, value in PythonLexer().get_tokens_unprocessed(_lines(text)):
        start += skipped
        if sort in VARIABLES or any(sort in one for one in ONE_LETTER):
            places.append(Span(start, start + len(value)))
        elif not (sort in Text or sort in Comment):
            places += [Span(at, at + 1) for at in range(start, start + len(value))]
    last = len(text)  # the lexer may add a line's end
    return [Span(min(start, last), min(end, last)) for start, end in places]


def _lines(text: str) -> str:
    """The text as the lexer takes it, which removes empty lines around it."""
    return text.strip("\n") + "\n"


def _letters(text: str) -> list[tuple[str, Span]]:
    return [
        (letter, Span(at, at + 1))
        for at, one in enumerate(text)
        for letter in unicodedata.normalize("NFKC", one).casefold()
        if letter.isalnum()
    ]
