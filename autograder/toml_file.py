"""Reads TOML files that people write; a mistake is one line with its place."""

import re
import tomllib
from pathlib import Path
from typing import Any

from .errors import UserError, shown


def read_toml(path: Path) -> tuple[dict[str, Any], str]:
    """What a file says, and its text.

    Raises:
        UserError: as `file:line: what is wrong; what to do`.
    """
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UserError(f"{shown(path)}:{line}: not UTF-8 text; save the file as UTF-8") from None
    try:
        return tomllib.loads(text), text
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise UserError(f"{shown(path)}:{line}: not TOML ({error}); fix it") from None
