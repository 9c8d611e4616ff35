"""Texts of others in a CSV: they may begin as formulas do, and a mark in front keeps them texts.

Where spreadsheets part cells by another character than we do, a cell may begin in the middle.
"""

import re

# Where a cell may begin, with what a spreadsheet may overlook there, and what acts as a formula.
_BEGIN = r"((?:^|[;,\t\r\n])(?:[^\S\t\r\n]|[\"'])*)"
_ACTS = r"(?=[=+\-@\uff1d\uff0b\uff0d\uff20\t\r])"
_SAFE = re.compile(f"{_BEGIN}{_ACTS}")
_NUMBER = re.compile(r"[+-]?\d+")
_MARKED = re.compile(f"{_BEGIN}'{_ACTS}")


def safe_text(text: str) -> str:
    """A text of which no spreadsheet takes a part for a formula."""
    return _SAFE.sub(r"\1'", text)


def safe_id(text: str) -> str:
    """The same for an id: a number does nothing, and stays."""
    return text if _NUMBER.fullmatch(text) else safe_text(text)


def plain_text(text: str) -> str:
    """The text that was made safe."""
    return _MARKED.sub(r"\1", text)
