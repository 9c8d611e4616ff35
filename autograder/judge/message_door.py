"""The one door that messages of failed tests pass on their way to a student.

An exception of the student's own code may repeat what a hidden test gave it. So of its text only
words pass: numbers and quotations are left out, unless the notebook holds just this text. Who puts
them into words of his own is not stopped: the number of gradings bounds what he learns.

A failure of `lib.kit.checks` was written for students and holds no expected value. Any other one,
of a plain `assert`, of unittest or of a library's own comparison, may hold whatever was compared,
so nothing of it passes but what its author wrote down word by word, and how many values differ.
"""

import ast
import functools
import re
import traceback
from collections.abc import Iterator
from pathlib import Path

from lib.kit.checks import CheckFailure

NOT_AS_ASKED = "not as asked"
AFTER_VALUES = " : "  # unittest sets a message of one's own behind the values
SHARES = {  # how libraries say how much differs
    r"(?m)^Mismatched elements: (\d{1,12}) / (\d{1,12})\b": "{} of {} values differ",
    r"values are different \((\d{1,3}(?:\.\d{1,2})?)\d* %\)": "{} % of the values differ",
}

QUOTATION = re.compile(r"(?<!\w)(['\"`])(.*?)\1(?!\w)", re.DOTALL)
NAME = re.compile(r"[^\W\d][\w.]{0,60}")  # of a type, an attribute, a file
NUMBER = re.compile(r"(?<![^\W\d_]{2})(?<!\d)\d[\d_]*(\.\d*)?([eE][+-]?\d+)?")  # not mat1
LONGEST_MARK = 2  # of Python's signs, such as a bracket that is not closed
LEFT_OUT = "…"


def without_values(said: str, notebook: str) -> str:
    """What an exception says, without what it may say of a hidden test's inputs.

    Args:
        notebook: the text of all cells.
    """
    if any(f"{mark}{said}{mark}" in notebook for mark in "'\""):
        return said
    return NUMBER.sub(LEFT_OUT, QUOTATION.sub(_name_or_nothing, said))


def _name_or_nothing(quotation: re.Match[str]) -> str:
    mark, words = quotation.groups()
    is_name = NAME.fullmatch(words) and not NUMBER.search(words)
    is_mark = len(words) <= LONGEST_MARK and not any(map(str.isalnum, words))
    return quotation[0] if is_name or is_mark else f"{mark}{LEFT_OUT}{mark}"


def message_of(failure: BaseException) -> str:
    """What a student may read of a failed assertion."""
    text = str(failure)
    if isinstance(failure, CheckFailure):
        return text or NOT_AS_ASKED
    for words in _words_near(failure):
        if words.strip() and (text == words or text.endswith(f"{AFTER_VALUES}{words}")):
            return words
    for pattern, share in SHARES.items():
        if found := re.search(pattern, text):
            return f"{NOT_AS_ASKED}: {share.format(*found.groups())}"
    return NOT_AS_ASKED


def _words_near(failure: BaseException) -> Iterator[str]:
    """The texts written down in the statements that led to a failure, the innermost first."""
    for frame in reversed(traceback.extract_tb(failure.__traceback__)):
        if "site-packages" not in frame.filename and frame.lineno is not None:
            for first, last, words in _texts_in(frame.filename):
                if first <= frame.lineno <= last:
                    yield words


@functools.cache
def _texts_in(file: str) -> list[tuple[int, int, str]]:
    """Every text in a file's simple statements, with the lines of its statement."""
    try:
        tree = ast.parse(Path(file).read_text("utf-8"))
    except (OSError, SyntaxError, ValueError):
        return []
    statements = (
        node for node in ast.walk(tree) if isinstance(node, ast.Assert | ast.Expr | ast.Raise)
    )
    return [
        (node.lineno, node.end_lineno or node.lineno, part.value)
        for node in statements
        for part in _not_in_f_strings(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]


def _not_in_f_strings(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.JoinedStr):
            yield from _not_in_f_strings(child)
