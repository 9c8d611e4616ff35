"""Reads TOML files that people write; a mistake is one line with its place."""

import difflib
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .errors import UserError, shown

_HEADER = re.compile(r"\s*\[\[?([^\[\]]+)\]\]?\s*(?:#.*)?$")
_PART = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
_KEY = re.compile(rf"\s*({_PART}(?:\s*\.\s*{_PART})*)\s*=")


def read_toml(path: Path) -> tuple[dict[str, Any], str]:
    """What a file says, and its text.

    Raises:
        UserError: as `file:line: what is wrong; what to do`.
    """
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise mistake(path, line, "not UTF-8 text; save the file as UTF-8") from None
    try:
        return tomllib.loads(text), text
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise mistake(path, line, f"not TOML ({error}); fix it") from None
    except (ValueError, RecursionError):
        lines = text.split("\n")
        line = 1 + lines.index(max(lines, key=len))
        wrong = "a number is too long to be read, or lists are in too many lists; write less"
        raise mistake(path, line, wrong) from None


def mistake(path: Path, line: int, wrong: str) -> UserError:
    """What stops us where people wrote a file wrongly: misuse, whatever the command."""
    return UserError(f"{shown(path)}:{line}: {' '.join(wrong.split())}", exit_code=2)


def line_of(text: str, *keys: str) -> int:
    """The line where a key stands, given by the tables that it is in; the nearest one found.

    A table may be there only by what is in it: `[[a.b]]` makes `a`.
    """
    best, depth, within = 1, 0, 0
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        if header := _HEADER.match(line):
            table = path = _keys(header[1])
        elif key := _KEY.match(line):
            path = (*table, *_keys(key[1]))
        else:
            continue
        if depth < len(path) and path == keys[: len(path)]:
            best, depth = number, len(path)
        elif not within and len(path) > len(keys) and path[: len(keys)] == keys:
            within = number
    return within if within and depth < len(keys) else best


def entry_lines(text: str, *keys: str) -> list[int]:
    """The lines where the entries of a list `[[…]]` begin, given by the tables that it is in."""
    lines = enumerate(text.split("\n"), 1)
    headers = ((number, _HEADER.match(line)) for number, line in lines)
    return [number for number, found in headers if found and _keys(found[1]) == keys]


def nearest(name: str, known: Iterable[str], what: str) -> str:
    """What to write in place of a name that nobody knows; `what` says what there is."""
    known = list(known)
    if close := difflib.get_close_matches(name, known, n=1):
        return f"did you mean `{close[0]}`?"
    return f"{what} are {', '.join(known) or 'none'}"


def _keys(dotted: str) -> tuple[str, ...]:
    """The parts of a key; none if it is no key, in the middle of a text say."""
    try:
        inner: Any = tomllib.loads(f"{dotted} = 0")
    except tomllib.TOMLDecodeError:
        return ()
    keys = []
    while isinstance(inner, dict):
        ((key, inner),) = inner.items()
        keys.append(key)
    return tuple(keys)


def read_entries(path: Path, name: str, keys: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    """The entries `[[name]]` of a list that people keep, each with the line it begins in.

    Raises:
        UserError: if an entry hasn't just these keys, each with a text.
    """
    if not path.is_file():
        return []
    whole, text = read_toml(path)
    read, header = whole.get(name, []), f"[[{name}]]"
    lines = [n for n, line in enumerate(text.splitlines(), 1) if line.strip() == header]
    if not isinstance(read, list) or len(read) != len(lines) or whole.keys() - {name}:
        raise mistake(path, 1, f"each entry begins with a line `{header}`; write them so")
    for line, entry in zip(lines, read, strict=True):
        if set(entry) != set(keys) or not all(isinstance(x, str) and x for x in entry.values()):
            wanted = f"{', '.join(keys[:-1])} and {keys[-1]}"
            raise mistake(path, line, f"an entry has {wanted}; fill them in")
    return list(zip(lines, read, strict=True))
