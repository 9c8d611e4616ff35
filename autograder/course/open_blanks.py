"""Which blanks of the release a student left open, and what each asks for.

A blank fails by name when it is reached: by a `raise` with its text, or by an undefined name below
a comment. Whoever took it out of the code filled it.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..blank_errors import NAME_PREFIX

_RAISE = re.compile(r'raise NotImplementedError\(("(?:[^"\\]|\\.)*")\)')
_NAME = re.compile(rf"\b{NAME_PREFIX}\w+")
_TODO = re.compile(r"todo\b[:\s]*", re.IGNORECASE)


@dataclass(frozen=True)
class Blank:
    """A blank: what code holds as long as it is open, and what it asks for."""

    mark: str
    text: str


def open_blanks(blanks: Iterable[Blank], written: str) -> list[Blank]:
    """Those of a cell's blanks that are still open in what a student made of it."""
    if NAME_PREFIX not in written and "NotImplementedError" not in written:
        return []
    code = "\n".join(line for line in written.splitlines() if not _is_comment(line))
    marks = {*_NAME.findall(code), *(found[0] for found in _RAISE.finditer(code))}
    return [blank for blank in blanks if blank.mark in marks]


def blanks_of(released: str) -> list[Blank]:
    """The blanks of a released code cell, in order, each once."""
    return list(dict.fromkeys(_blanks(released)))


def _blanks(released: str) -> Iterator[Blank]:
    comments: list[str] = []
    for line in released.splitlines():
        if _is_comment(line):
            comments.append(line.strip().lstrip("#").strip())
            continue
        if found := _RAISE.search(line):
            yield Blank(found[0], json.loads(found[1]))
        code, _, beside = line.partition("#")
        for name in _NAME.findall(code):
            yield Blank(name, _text_of([*comments, beside.strip()]) or name)
        comments = []


def _text_of(comments: list[str]) -> str:
    """What stands in the comments above a blank, from its TODO on."""
    starts = [number for number, line in enumerate(comments) if _TODO.match(line)]
    return _TODO.sub("", " ".join(comments[starts[-1] :]), count=1).strip() if starts else ""


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")
