"""Answers that were made up, and copies of them that somebody tried to hide."""

import random
from collections.abc import Sequence

from autograder.similarity.documents import Document
from autograder.similarity.normal_form import Kind, normal_form
from autograder.similarity.texts import StudentTexts

COUNTING = '''\
def count_words(lines, stop):
    """How often each word is there."""
    counts = {}
    for line in lines:
        for word in line.lower().split():
            if word in stop or not word.isalpha():
                continue
            counts[word] = counts.get(word, 0) + 1
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def longest(lines):
    best = ""
    while lines:
        line = lines.pop()
        if len(line) > len(best):
            best = line
    return best
'''
RENAMED = '''\
def tally(rows, ignored):
    # my own idea
    """Something else is said here."""
    t = {}
    for r in rows:  # each row
        for w in r.lower().split():

            if w in ignored or not w.isalpha():
                continue  # not this one
            t[w] = t.get(w, 0) + 1
    return sorted(t.items(), key=lambda x: (-x[1], x[0]))


def record(rows):
    top = ""
    while rows:
        # the next
        r = rows.pop()
        if len(r) > len(top):
            top = r
    return top
'''
FIRST, SECOND = RENAMED.split("\n\n\n")
REORDERED = f"{SECOND}\n\n{FIRST}\n"
OTHER_WAY = """\
from collections import Counter
from itertools import chain


def count_words(lines, stop):
    every = chain.from_iterable(map(str.split, map(str.lower, lines)))
    kept = [word for word in every if word.isalpha() and word not in stop]
    order = sorted(Counter(kept).most_common())
    return list(sorted(order, key=lambda pair: pair[1], reverse=True))


def longest(lines):
    ordered = sorted(lines, key=len)
    return ordered[-1] if ordered else ""
"""
PROSE = (
    "The gradient is a product of many factors, one for each step back in time. If they are "
    "smaller than one, it vanishes, and early words can't teach the network anything."
)


def document(text: str, question: str = "ex1", kind: Kind = Kind.CODE) -> Document:
    return Document(question, kind, text, normal_form(text, kind))


def prose(text: str, question: str = "ex1-why") -> Document:
    return document(text, question, Kind.PROSE)


def own_code(number: int) -> str:
    """Code that nobody else has."""
    rng = random.Random(number)
    operators = ["+", "-", "*", "//", "%", "|", "&", "^", "<<", ">>"]
    lines = [f"def f{number}(x, y):"]
    for _ in range(12):
        lines.append(
            f"    x {rng.choice(operators)}= y {rng.choice(operators)} {rng.randrange(99)}"
        )
    return "\n".join([*lines, "    return x"]) + "\n"


def own_prose(number: int) -> str:
    """A text that nobody else has."""
    rng = random.Random(number)
    return " ".join("".join(rng.choices("abcdefghij", k=6)) for _ in range(20))


def made(*texts: Sequence[Document] | Document) -> list[StudentTexts]:
    """A student a text, named s00, s01 …"""
    return [
        StudentTexts(f"s{at:02}", at, [one] if isinstance(one, Document) else one)
        for at, one in enumerate(texts)
    ]


def strangers(number: int, start: int = 50) -> list[Document]:
    """Honest answers, each in its own way."""
    return [document(own_code(at)) for at in range(start, start + number)]
