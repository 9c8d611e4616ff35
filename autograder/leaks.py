"""Searches a release for lines of the solution.

Deliberately not built on the tag compiler: it reads the source file line by line, so that an
error of the compiler cannot hide itself here.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHORTEST_LINE = 8  # characters; `)`, `else:` and the like give nothing away

_BEGIN = re.compile(r"\s*#!TAG\s+HWBEGIN\b")
_END = re.compile(r"\s*#!TAG\s+HWEND\b")
_TAG = re.compile(r"\s*#!(TAG|MSG)\b")


@dataclass(frozen=True)
class Leak:
    """A line of the solution found in a released file."""

    file: Path
    source_line: int  # where it stands in the lab's source, counted from 1
    text: str


def find_leaks(source: Path, release_dir: Path) -> list[Leak]:
    """Every line of a solution block that stands in any file of the release.

    A line that the source also gives outside of solution blocks is no secret.
    """
    secrets = solution_lines(source)
    leaks = []
    for file in sorted(path for path in release_dir.rglob("*") if path.is_file()):
        released = {_normalised(line) for text in _texts(file) for line in text.splitlines()}
        leaks += [Leak(file, number, text) for text, number in secrets.items() if text in released]
    return leaks


def solution_lines(source: Path) -> dict[str, int]:
    """Normalised lines that stand only inside solution blocks, with their line numbers."""
    secrets: dict[str, int] = {}
    given: set[str] = set()
    inside = False
    for number, line in enumerate(source.read_text("utf-8").splitlines(), start=1):
        if _BEGIN.match(line) or _END.match(line):
            inside = bool(_BEGIN.match(line))
        elif inside and not _TAG.match(line):
            secrets.setdefault(_normalised(line), number)
        else:
            given.add(_normalised(line))
    return {
        text: number
        for text, number in secrets.items()
        if len(text) >= SHORTEST_LINE and text not in given
    }


def _normalised(line: str) -> str:
    return " ".join(line.split())


def _texts(file: Path) -> Iterator[str]:
    """All text of a file; of a notebook every string in it, wherever it stands."""
    text = file.read_bytes().decode("utf-8", errors="ignore")
    yield text
    if file.suffix == ".ipynb":
        yield from _strings(json.loads(text))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        if all(isinstance(item, str) for item in value):
            yield "".join(value)
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
