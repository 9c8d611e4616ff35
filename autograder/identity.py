"""What cells are called, so that a name lasts as long as its cell does.

No id comes from a place: who adds, removes or moves a cell changes no other cell's id.

    a question's check cell, a written answer    the question: `ex1-double`
    a written answer without a question          `written-` and a hash of the text above it
    an answer in code                            the question that it leads up to and what it
                                                 defines: `ex1-double-answer-double`
    one that defines nothing                     in place of the name a hash of its given code
    answers after the last check                 `ungraded` in place of the question
    a given cell                                 its kind and a hash of its text:
                                                 `code-1b4f0e985197`

So the id of an answer outlasts a new message, a correction of the code around its blank, and a new
answer above or below it in the same question. It changes with its question's id and with the name
that it defines; an answer that is all blank (no name, no given code) has only its message to go by.
Only cells that would have the same name are counted (`-2`, `-3`): the same text twice, or two
answers of one question that define the same name.
"""

import functools
import hashlib
import re

LENGTH_LIMIT = 64  # nbformat's
# More than a lab has cells: most of a hand-in are as released, and what is found out is kept.
KEPT_TEXTS = 512
UNGRADED = "ungraded"
OWN_ID = re.compile(r"own-\d+")  # cells that students add; no question may be called so

_KINDS = {"code": "code", "markdown": "text", "raw": "raw"}
_COUNTED = 4  # characters that a count may need


def own_id(number: int) -> str:
    """The id of a cell that a student added."""
    return f"own-{number:03d}"


def given_id(kind: str, source: str) -> str:
    """The id of a given cell, from its text."""
    return f"{_KINDS[kind]}-{short_hash(source)}"


def answer_id(question: str | None, key: str) -> str:
    """The id of an answer in code, from what it leads up to and what it defines."""
    return _fitted(f"{question or UNGRADED}-answer-{_spelt(key)}")


def written_id(above: str) -> str:
    """The id of a written answer without a question, from the text above it."""
    return f"written-{short_hash(above)}"


def counted(cell_id: str, count: int) -> str:
    """The id of the n-th cell that would be called so."""
    return cell_id if count == 1 else f"{cell_id}-{count}"


def is_given_text(cell_id: str, kind: str, source: str) -> bool:
    """Whether a cell of some release, by its id, still holds the text that it was released with."""
    return re.fullmatch(rf"{given_id(kind, source)}(-\d+)?", cell_id) is not None


@functools.lru_cache(maxsize=KEPT_TEXTS)
def normalised(source: str) -> str:
    """A text without what editors change unasked: spaces at line ends, empty lines around it."""
    return "\n".join(line.rstrip() for line in source.splitlines()).strip("\n")


def short_hash(text: str) -> str:
    """Twelve hexadecimal digits."""
    return hashlib.sha256(normalised(text).encode()).hexdigest()[:12]


def _spelt(key: str) -> str:
    """The key in letters that an id may have; `größe` is hashed."""
    return key if re.fullmatch(r"[A-Za-z0-9_]+", key) else short_hash(key)


def _fitted(cell_id: str) -> str:
    limit = LENGTH_LIMIT - _COUNTED
    if len(cell_id) <= limit:
        return cell_id
    digest = short_hash(cell_id)
    return f"{cell_id[: limit - len(digest) - 1]}-{digest}"
