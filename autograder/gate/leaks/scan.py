"""Compares what can be read in a release with what students must not receive."""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .contents import Item, read_folder
from .secrets import Secrets
from .text import Line, Run, Statement, Token, Tokens, normalised, runs, statements, words

LONGEST_STATEMENT = 1_000  # characters that a finding repeats


@dataclass(frozen=True)
class Leak:
    """Something in a release that gives a secret away."""

    file: str  # within the release; `archive.zip!member` inside an archive
    line: int
    text: str  # that statement or line of the release, without superfluous blanks
    what: str  # which secret, and where it comes from
    line_text: str = ""  # the line alone
    leaked: Run = ()  # what of it is secret


def find_leaks(release_dir: Path, secrets: list[Secrets]) -> list[Leak]:
    """At most one leak for each line of a release, the plainest: a whole line, then a run of
    tokens (whatever its line breaks and indentation), then a name."""
    leaks: dict[tuple[str, int], Leak] = {}
    for item in read_folder(release_dir):
        for leak in _leaks_in(item, secrets):
            leaks.setdefault((leak.file, leak.line), leak)
    return [leaks[place] for place in sorted(leaks)]


class _Reading:
    """One of the ways to read a file, cut into tokens once for each kind of them."""

    def __init__(self, name: str, lines: list[Line]) -> None:
        self.name = name
        self.lines = lines
        self._cut: dict[Tokens, tuple[list[Token], list[Statement]]] = {}

    def tokens(self, of_kind: Tokens) -> list[Token]:
        """All tokens in order."""
        return self._cut_by(of_kind)[0]

    def statements(self, of_kind: Tokens) -> list[Statement]:
        """Its statements; where it is no Python, its lines, too."""
        return self._cut_by(of_kind)[1]

    @cached_property
    def is_python(self) -> bool:
        """Whether its lines are the formatter's, so that they say nothing."""
        if not self.name.endswith(".py"):
            return False
        try:
            ast.parse("\n".join(line.text for line in self.lines))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
        return True

    def _cut_by(self, of_kind: Tokens) -> tuple[list[Token], list[Statement]]:
        if of_kind not in self._cut:
            tokens = of_kind(self.lines)
            whole = statements(self.lines, tokens)
            longer = [] if self.is_python else [one for one in whole if len(one.lines) > 1]
            parts = [[line] for one in longer for line in one.lines]
            alone = [one for part in parts for one in statements(part, of_kind(part))]
            self._cut[of_kind] = tokens, [*whole, *alone]
        return self._cut[of_kind]


def _leaks_in(item: Item, secrets: list[Secrets]) -> Iterator[Leak]:
    if item.problem:
        yield Leak(item.name, 1, "", f"{item.problem}, so nobody knows what it holds")
    for of_kind in secrets:
        if item.digest in of_kind.figures:
            place = of_kind.figures[item.digest]
            first = item.texts[0][0].number
            yield Leak(
                item.name, first, "", f"a figure that only a {of_kind.kind.name} shows, {place}"
            )
    readings = [_Reading(item.name, text) for text in item.texts]
    for reading in readings:
        for of_kind in secrets:
            yield from _statements_in(reading, of_kind)
    for reading in readings:
        for of_kind in secrets:
            yield from _runs_in(reading, of_kind)
            yield from _names_in(reading.name, reading.lines, of_kind)


def _statements_in(reading: _Reading, secrets: Secrets) -> Iterator[Leak]:
    for one in reading.statements(secrets.kind.tokens):
        if place := secrets.statements.get(one.tokens):
            what = f"a line of a {secrets.kind.name}, {place}"
            yield Leak(reading.name, one.line, one.text, what, one.text, one.tokens)


def _runs_in(reading: _Reading, secrets: Secrets) -> Iterator[Leak]:
    """Neighbouring runs make one leak, in the line and the statement that hold most of it."""
    sequence = reading.tokens(secrets.kind.tokens)
    length = secrets.kind.run_length
    found = [(start, secrets.runs[run]) for start, run in runs(sequence, length)
             if run in secrets.runs]  # fmt: skip
    if not found:
        return
    lines = {number: normalised(line) for number, line in reversed(reading.lines)}
    texts = {one.start: one.text for one in reversed(reading.statements(secrets.kind.tokens))}
    position = 0
    while position < len(found):
        first, place = found[position]
        end = first
        while position < len(found) and found[position][0] <= end + length:
            end = found[position][0]
            position += 1
        leaked = sequence[first : end + length]
        number = Counter(token.line for token in leaked).most_common(1)[0][0]
        statement = Counter(token.statement for token in leaked).most_common(1)[0][0]
        what = f"{len(leaked)} tokens in a row of a {secrets.kind.name}, {place}"
        run = tuple(token.text for token in leaked)
        # A notebook's file may be one statement from its first bracket to its last.
        is_short = len(texts[statement]) <= LONGEST_STATEMENT
        text = texts[statement] if is_short else lines[number]
        yield Leak(reading.name, number, text, what, lines[number], run)


def _names_in(name: str, text: list[Line], secrets: Secrets) -> Iterator[Leak]:
    if not secrets.names:
        return
    for line in text:
        for word in words([line]):
            if place := secrets.names.get(word.text):
                what = f"`{word.text}`, a name that only a {secrets.kind.name} uses, {place}"
                shown = normalised(line.text)
                yield Leak(name, line.number, shown, what, shown, (word.text,))
