"""Texts and numbers as a page shows them: escaped, bounded, in words."""

import functools
import re

from markupsafe import Markup, escape

from ..printable import printable_text

# What is longer is cut, and says so; a page stays small whatever somebody hands in.
MESSAGE_LIMIT = 1_000  # characters
STEP_LIMIT = 240  # characters of a message under what to do next

CUT = "… (cut here)"
CODE_SPAN = re.compile(r"(`{1,2})([^`\n]+)\1")


def number(value: float) -> str:
    """Without zeros at its end."""
    return f"{round(value, 2):g}"


def points(value: float) -> str:
    """A number of points, in words."""
    return f"{number(value)} point{plural(value)}"


def many(count: int, what: str) -> str:
    """So many of something."""
    return f"{count} {what}{plural(count)}"


def plural(count: float) -> str:
    """The end of a word of which there are so many."""
    return "" if number(count) == "1" else "s"


def capital(text: str) -> str:
    """With a capital, unless it may begin with a name."""
    is_word = text.partition(" ")[0] in ("a", "an", "it", "not", "the", "this", "your")
    return text[:1].upper() + text[1:] if is_word else text


def shortened(text: str) -> str:
    """As many of its words as fit."""
    if len(text) <= STEP_LIMIT:
        return text
    return f"{text[:STEP_LIMIT].rpartition(' ')[0] or text[:STEP_LIMIT]} …"


def prose(text: str, limit: int = MESSAGE_LIMIT) -> Markup:
    """Escaped text with its `code` shown as such."""
    return Markup(CODE_SPAN.sub(r"<code>\2</code>", str(escape(cut(text.strip(), limit)))))


@functools.lru_cache(2_000)
def title(text: str) -> Markup:
    """The same of what is ours, and on the page of each student."""
    return prose(text)


def line(text: str) -> str:
    """A text on one line."""
    return " ".join(cut(text, MESSAGE_LIMIT).split())


def cut(text: str, limit: int) -> str:
    """Text without what can't be seen, and not longer than a page can bear."""
    return printable_text(text, limit, CUT)
