"""Texts of others in a CSV: they may begin as formulas do, and a mark in front keeps them texts."""

_ACTS = ("=", "+", "-", "@", "\t", "\r", "'")


def safe_text(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_ACTS) else text


def plain_text(text: str) -> str:
    """The text that was made safe."""
    is_marked = text.startswith("'") and text[1:].startswith(_ACTS)
    return text[1:] if is_marked else text
