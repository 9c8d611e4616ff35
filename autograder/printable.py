"""The one door for text that we did not write, on its way to a terminal, a file, a table or a page.

Workers, file names, archives and notebooks hold what students want them to hold. What comes out
here has a limited length, and nothing in it acts instead of being seen: no control characters, no
marks that turn text round, nothing invisible, no halves of characters. HTML is another matter:
pages escape, and are sanitised at last.
"""

import re

LINE_LIMIT = 300  # characters
NAME_LIMIT = 80  # of a file's name, say
REPLACEMENT = "\ufffd"

# Not for eyes, in a text of several lines: controls, marks of direction, what has no width (but
# for the two joiners, which some scripts and pictures need), tags, halves of characters.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
# More marks on one letter than any language has: they are drawn over the lines around it.
STACKED = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)


def printable(text: str, limit: int = LINE_LIMIT) -> str:
    """One line of it."""
    if text.isidentifier() and text.isascii() and len(text) <= limit:
        return text  # the name of a type, say
    line = " ".join(text[: 4 * limit].split())
    line = "".join(one if _is_seen(one) else REPLACEMENT for one in line)
    line = STACKED.sub(r"\1", line)
    return line if len(line) <= limit else f"{line[:limit]} …"


def printable_name(name: str) -> str:
    """A name on one line, its odd characters escaped, so that a person finds what is called so."""
    text = "".join(one if _is_seen(one) else ascii(one)[1:-1] for one in name[: NAME_LIMIT + 1])
    return text if len(text) <= NAME_LIMIT else f"{text[:NAME_LIMIT]}…"


def printable_text(text: str, limit: int, cut: str = "…") -> str:
    """Its lines; `cut` says that there were more."""
    shown = STACKED.sub(r"\1", UNSEEN.sub(REPLACEMENT, text[:limit]))
    return shown if len(text) <= limit else f"{shown} {cut}"


def _is_seen(one: str) -> bool:
    return one.isprintable() and not UNSEEN.match(one)
