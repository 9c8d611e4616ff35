"""How easily prose reads: `python -m tests.readability FILE …` prints figures of Markdown files.

Sentences are those of paragraphs, lists and hints; code, formulas, tables and tags are left out. A
figure is no judge, but long sentences are what a second-language reader loses the way in.
"""

import re
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LONG = 20  # words: a sentence of more is long

_NO_PROSE = (
    re.compile(r"\A---\n.*?\n---\n", re.DOTALL),  # the header
    re.compile(r"^ *(`{3,}|~{3,})(?P<info>[^\n]*)\n.*?^ *\1\s*?$", re.DOTALL | re.MULTILINE),
    re.compile(r"^\s*#!TAG HWBEGIN.*?#!TAG HWEND[^\n]*$", re.DOTALL | re.MULTILINE),  # for teachers
    re.compile(r"\$\$.*?\$\$", re.DOTALL),
    re.compile(r"<!--.*?-->", re.DOTALL),
    re.compile(r"^\s*\|.*$", re.MULTILINE),
    re.compile(r"^\s*#!TAG.*$", re.MULTILINE),
    re.compile(r"^#+ .*$", re.MULTILINE),
)
_ONE_WORD = (
    (re.compile(r"\$[^$]*\$"), "x"),
    (re.compile(r"`[^`]*`"), "code"),
    (re.compile(r"!?\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"#!HINT ?|</?\w+[^>]*>|[*_>]|\\|^\s*(?:[-+]|\d+\.) "), ""),
)
_PARAGRAPH = re.compile(r"\n\s*\n|\n\s*(?:[-*+]|\d+\.) |\n(?=#!HINT)")
_END = re.compile(r"(?<=[.!?:])[\"')]*\s+")
_WORD = re.compile(r"[\w’'-]*\w")


@dataclass(frozen=True)
class Readability:
    """Figures of some prose."""

    sentences: int
    mean_words: float
    share_long: float  # of sentences with more than LONG words


def sentences(markdown: str) -> Iterator[str]:
    """The sentences of a page's prose, in order."""
    for pattern in _NO_PROSE:
        markdown = pattern.sub("\n\n", markdown)
    for part in _PARAGRAPH.split(markdown):
        for pattern, instead in _ONE_WORD:
            part = pattern.sub(instead, part)
        for sentence in _END.split(" ".join(part.split())):
            if len(_WORD.findall(sentence)) > 1:
                yield sentence.strip()


def readability(texts: list[str]) -> Readability:
    """The figures of several pages together."""
    lengths = [len(_WORD.findall(one)) for text in texts for one in sentences(text)]
    long = sum(length > LONG for length in lengths)
    return Readability(len(lengths), statistics.fmean(lengths), long / len(lengths))


def main(names: list[str]) -> None:
    for name in names:
        found = readability([Path(name).read_text("utf-8")])
        print(
            f"{name}: {found.sentences} sentences, {found.mean_words:.1f} words on average, "
            f"{found.share_long:.0%} have more than {LONG} words"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
