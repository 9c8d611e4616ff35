"""Compares what can be read in a release with what students must not receive."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .contents import Item, read_folder
from .secrets import Secrets
from .text import PROSE, Line, normalised, runs, tokens


@dataclass(frozen=True)
class Leak:
    """Something in a release that gives a secret away."""

    file: str  # within the release; `archive.zip!member` inside an archive
    line: int
    text: str  # that line of the release, normalised
    what: str  # which secret, and where it comes from


def find_leaks(release_dir: Path, secrets: list[Secrets]) -> list[Leak]:
    """At most one leak for each line of a release, the plainest: a whole line, then a run of
    tokens (whatever its line breaks and indentation), then a name."""
    leaks: dict[tuple[str, int], Leak] = {}
    for item in read_folder(release_dir):
        for leak in _leaks_in(item, secrets):
            leaks.setdefault((leak.file, leak.line), leak)
    return [leaks[place] for place in sorted(leaks)]


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
    for text in item.texts:
        for of_kind in secrets:
            yield from _lines_in(item.name, text, of_kind)
    for text in item.texts:
        for of_kind in secrets:
            yield from _runs_in(item.name, text, of_kind)
            yield from _names_in(item.name, text, of_kind)


def _lines_in(name: str, text: list[Line], secrets: Secrets) -> Iterator[Leak]:
    for number, line in text:
        shown = normalised(line)
        if place := secrets.lines.get(shown):
            yield Leak(name, number, shown, f"a line of a {secrets.kind.name}, {place}")


def _runs_in(name: str, text: list[Line], secrets: Secrets) -> Iterator[Leak]:
    """Neighbouring runs make one leak, on the line that holds most of it."""
    sequence = tokens(text, secrets.kind.token)
    lines = {number: normalised(line) for number, line in reversed(text)}
    length = secrets.kind.run_length
    found = [(start, secrets.runs[run]) for start, run in runs(sequence, length)
             if run in secrets.runs]  # fmt: skip
    position = 0
    while position < len(found):
        first, place = found[position]
        end = first
        while position < len(found) and found[position][0] <= end + length:
            end = found[position][0]
            position += 1
        leaked = sequence[first : end + length]
        number = Counter(token.line for token in leaked).most_common(1)[0][0]
        what = f"{len(leaked)} tokens in a row of a {secrets.kind.name}, {place}"
        yield Leak(name, number, lines[number], what)


def _names_in(name: str, text: list[Line], secrets: Secrets) -> Iterator[Leak]:
    if not secrets.names:
        return
    for number, line in text:
        for word in PROSE.findall(line.lower()):
            if place := secrets.names.get(word):
                what = f"`{word}`, a name that only a {secrets.kind.name} uses, {place}"
                yield Leak(name, number, normalised(line), what)
