"""The one door for text that we did not write, on its way to a terminal, a file, a table or a page.

Workers, file names, archives and notebooks hold what students want them to hold. What comes out
here has a limited length, and nothing in it acts instead of being seen: no control characters, no
marks that turn text round, nothing invisible, no halves of characters. HTML is another matter:
pages escape, and are sanitised at last.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterator

LINE_LIMIT = 300  # characters
NAME_LIMIT = 80  # of a file's name, say
REPLACEMENT = "\ufffd"

# Not for eyes, in a text of several lines: controls, marks of direction, what has no width (but
# for the two joiners, which some scripts and pictures need), tags, halves of characters.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
MARKS = {"Mn", "Me"}  # drawn over the letter before
MARKS_LIMIT = 4  # on one letter; more than any language has, and they are over the lines around
JOINERS = "\u200c\u200d"  # no letter begins behind them


def printable(text: str, limit: int = LINE_LIMIT) -> str:
    """One line of it."""
    if text.isidentifier() and text.isascii() and len(text) <= limit:
        return text  # the name of a type, say
    line = " ".join(text[: 4 * limit].split())
    line = "".join(one if _is_seen(one) else REPLACEMENT for one in line)
    line = unstacked(line)
    return line if len(line) <= limit else f"{line[:limit]} …"


def printable_name(name: str) -> str:
    """A name on one line, its odd characters escaped, so that a person finds what is called so."""
    short = name[: NAME_LIMIT + 1]
    text = "".join(
        one if is_kept and _is_seen(one) else ascii(one)[1:-1]
        for one, is_kept in zip(short, _are_few(short), strict=True)
    )
    return text if len(text) <= NAME_LIMIT else f"{text[:NAME_LIMIT]}…"


def printable_text(text: str, limit: int, cut: str = "…") -> str:
    """Its lines; `cut` says that there were more."""
    shown = unstacked(UNSEEN.sub(REPLACEMENT, text[:limit]))
    return shown if len(text) <= limit else f"{shown} {cut}"


def unstacked(text: str) -> str:
    """The text without marks that a letter has too many of."""
    if text.isascii():
        return text
    return "".join(itertools.compress(text, _are_few(text)))


def _are_few(text: str) -> Iterator[bool]:
    """For each character whether it is no mark, or one of the first on its letter."""
    count = 0
    for one in text:
        is_mark = unicodedata.category(one) in MARKS
        if is_mark or one not in JOINERS:
            count = count + 1 if is_mark else 0
        yield not is_mark or count <= MARKS_LIMIT


def _is_seen(one: str) -> bool:
    return one.isprintable() and not UNSEEN.match(one)
