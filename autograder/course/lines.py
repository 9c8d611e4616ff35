"""Files with a line of JSON each that only grow: what was written stays, whatever happens."""

import json
from pathlib import Path
from typing import Any


def append_line(path: Path, line: object) -> None:
    """Add a line, below one that a killed process may have left half-written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        torn = b""
        if file.tell():
            file.seek(-1, 2)
            torn = b"" if file.read(1) == b"\n" else b"\n"
        file.write(torn + json.dumps(line).encode() + b"\n")


def read_lines(path: Path) -> list[dict[str, Any]]:
    """All lines that are whole; none, if there is no such file."""
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    return [line for line in map(_line, lines) if line is not None]


def _line(text: bytes) -> dict[str, Any] | None:
    try:
        line = json.loads(text)
    except ValueError:
        return None
    return line if isinstance(line, dict) else None
