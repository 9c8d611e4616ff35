"""Text as the scan compares it: lines that know their number, statements, tokens.

Code is compared whatever formatter it went through: line breaks, indentation, kinds of quotes,
commas before closing brackets and brackets that only group say nothing.
"""

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import NamedTuple


class Line(NamedTuple):
    """A line of a file and its number there, from 1."""

    number: int
    text: str


class Token(NamedTuple):
    """A token, the line that it stands on, and which line, counted from 0, begins its statement:
    strings of a JSON file may all stand on one."""

    text: str
    line: int
    statement: int


class Statement(NamedTuple):
    """A statement of code, however many lines it takes; of prose, a line."""

    start: int  # which of the lines it begins with, from 0
    lines: list[Line]
    tokens: tuple[str, ...]

    @property
    def line(self) -> int:
        """The number of its first line."""
        return self.lines[0].number

    @property
    def text(self) -> str:
        """All of it on one line, without superfluous blanks."""
        return normalised(" ".join(line.text for line in self.lines))


Run = tuple[str, ...]  # neighbouring tokens
Tokens = Callable[[Sequence[Line]], list[Token]]

_PROSE = re.compile(r"\w+")
_PIECE = re.compile(r"\w+|[^\w\s\\]")  # a backslash only continues a line
_QUOTES = re.compile(r"(?:\b(?:[rbfu]|rb|br|rf|fr))?(?P<marks>\"\"\"|'''|\"|')", re.IGNORECASE)
_IN_QUOTES = {
    marks: re.compile(rf"((?:\\.|[^\\])*?){marks}", re.DOTALL) for marks in ('"""', "'''", '"', "'")
}
_OPENING, _CLOSING = "([{", ")]}"
# A bracket after one of these groups; after any other word it calls.
_KEYWORDS = frozenset(
    {"and", "as", "assert", "await", "del", "elif", "else", "except", "for", "from", "if", "import"}
    | {"in", "is", "lambda", "not", "or", "raise", "return", "while", "with", "yield"}
)


def numbered(text: str) -> list[Line]:
    """The lines of a text."""
    return [Line(number, line) for number, line in enumerate(text.split("\n"), start=1)]


def normalised(line: str) -> str:
    """A line without indentation and superfluous blanks."""
    return " ".join(line.split())


def words(lines: Sequence[Line]) -> list[Token]:
    """The words of prose, in lower case."""
    return [
        Token(word, line.number, index)
        for index, line in enumerate(lines)
        for word in _PROSE.findall(line.text.lower())
    ]


def code(lines: Sequence[Line]) -> list[Token]:
    """The tokens of code, in lower case, without what a formatter may change."""
    return [Token(*piece[:3]) for piece in _without_style(_Lexer(lines).pieces())]


def statements(lines: Sequence[Line], tokens: Iterable[Token]) -> list[Statement]:
    """The statements that tokens of these lines make, in order."""
    of_statement: dict[int, list[str]] = {}
    for token in tokens:
        of_statement.setdefault(token.statement, []).append(token.text)
    starts = sorted(of_statement)
    ends = dict(zip(starts, [*starts[1:], len(lines)], strict=False))
    return [
        Statement(start, list(lines[start : ends[start]]), tuple(found))
        for start, found in of_statement.items()
    ]


def runs(sequence: list[Token], length: int) -> Iterator[tuple[int, Run]]:
    """Every run of `length` tokens, with the index of its first."""
    texts = [token.text for token in sequence]
    for start in range(len(texts) - length + 1):
        yield start, tuple(texts[start : start + length])


class _Piece(NamedTuple):
    text: str
    line: int
    statement: int
    kind: str  # "code", "text" in strings and comments, "opens" and "closes" of quotes


class _Lexer:
    """Goes through lines that may be Python, a part of it, or none at all."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.quotes = ""  # of three marks, open at the end of the line before
        self.depth = 0
        self.joined = False
        self.statement = 0

    def pieces(self) -> Iterator[_Piece]:
        for index, line in enumerate(self.lines):
            if self.depth and line.text[:1] not in (*" \t", *_CLOSING, ""):
                self.depth = 0  # what goes on inside brackets is indented; so it is no Python
            if not (self.depth or self.joined):
                self.statement = index
            self.joined = line.text.endswith("\\")
            yield from self._line(index, line)

    def _line(self, index: int, line: Line) -> Iterator[_Piece]:
        text, position = line.text, 0
        if self.quotes:
            position = yield from self._rest_of_string(line, 0)
        while position < len(text):
            if text[position] == "#":
                yield from self._text(text[position:], line)
                return
            if found := _QUOTES.match(text, position):
                marks = found["marks"]
                if len(marks) == 3 and self._is_closed(index, found.end(), marks):
                    yield self._piece('"', line, "opens")
                    self.quotes = marks
                    position = yield from self._rest_of_string(line, found.end())
                elif len(marks) == 1 and (inner := _IN_QUOTES[marks].match(text, found.end())):
                    yield self._piece('"', line, "opens")
                    yield from self._text(inner[1], line)
                    yield self._piece('"', line, "closes")
                    position = inner.end()
                else:
                    yield from (self._piece('"', line, "text") for _ in marks)
                    position = found.end()
            elif found := _PIECE.match(text, position):
                self.depth += found[0] in _OPENING
                self.depth = max(0, self.depth - (found[0] in _CLOSING))
                yield self._piece(found[0], line, "code")
                position = found.end()
            else:
                position += 1

    def _rest_of_string(self, line: Line, position: int) -> Generator[_Piece, None, int]:
        found = _IN_QUOTES[self.quotes].match(line.text, position)
        yield from self._text(found[1] if found else line.text[position:], line)
        if found is None:
            return len(line.text)
        self.quotes = ""
        yield self._piece('"', line, "closes")
        return found.end()

    def _is_closed(self, index: int, position: int, marks: str) -> bool:
        after = self.lines[index].text[position:]
        return marks in after or any(marks in line.text for line in self.lines[index + 1 :])

    def _text(self, text: str, line: Line) -> Iterator[_Piece]:
        for found in _PIECE.findall(text.replace("'", '"')):
            yield self._piece(found, line, "text")

    def _piece(self, text: str, line: Line, kind: str) -> _Piece:
        return _Piece(text.lower(), line.number, self.statement, kind)


def _without_style(pieces: Iterable[_Piece]) -> list[_Piece]:
    kept: list[_Piece] = []
    for piece in pieces:
        before = kept[-1] if kept else None
        if piece.kind == "opens" and before and before.kind == "closes":
            kept.pop()  # strings in a row are one
        elif _is_sign(piece, _CLOSING) and before and _is_sign(before, ","):
            kept[-1] = piece
        elif not _is_sign(piece, ";"):
            kept.append(piece)
    grouping = _grouping(kept)
    return [piece for index, piece in enumerate(kept) if index not in grouping]


def _is_sign(piece: _Piece, signs: str) -> bool:
    return piece.kind == "code" and piece.text in signs


def _grouping(pieces: list[_Piece]) -> set[int]:
    """Where brackets stand that call nothing: formatters put them around what is long."""
    found: set[int] = set()
    opened: list[int] = []
    for index, piece in enumerate(pieces):
        if piece.kind != "code":
            continue
        if piece.text == "(":
            opened.append(index)
        elif piece.text == ")" and opened:
            start = opened.pop()
            if not _calls(pieces[start - 1] if start else None):
                found |= {start, index}
    return found


def _calls(before: _Piece | None) -> bool:
    """Whether a bracket after this is that of a call or a definition."""
    if before is None or before.kind != "code":
        return before is not None and before.kind == "closes"
    is_word = before.text.isidentifier() and before.text not in _KEYWORDS
    return is_word or before.text in _CLOSING
