"""Mistakes that a newcomer makes in Lab 0: the check below names each, or comes near."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from autograder.compiler.notebooks import read_pieces
from autograder.lab import find_lab
from tests.lib.kit.checks.desk import Desk, opened_desk

PIECES = [
    piece
    for piece in read_pieces(find_lab("lab00").source).pieces
    if piece.kind == "code" and piece.role != "check" and "skip-grading" not in piece.tags
]
LIST = "return [word for word in words if word]"


class Mistake(NamedTuple):
    """A part of the solution, what stands in its place, and what the check says of it."""

    question: str
    right: str
    wrong: str
    says: str


MISTAKES = [
    Mistake("ex1-words", LIST, "print(words)", "function without `return`"),
    Mistake("ex1-words", LIST, "return filter(None, words)", "`list(…)` makes a list of it"),
    Mistake("ex1-words", LIST, f"assert words == []\n    {LIST}", "in split_words: assert words"),
    Mistake("ex1-words", "text.lower()", "text.lower", "to call it, write `()` behind its name"),
    Mistake("ex1-words", ".split()", ".split(' ')", "got ['read', 'this\\nnow']"),
    Mistake("ex1-words", "-> list[str]:", "-> list[str]", "SyntaxError: expected ':' at `def spl"),
    Mistake("ex1-longest", "max(words, key=len)", "max(words)", "another word is longer"),
    Mistake("ex1-longest", "max(words, key=len)", "...", "`...` is still there"),
    Mistake("ex1-longest", "max(words, key=len)", "max", "to call it, write `()`"),
    Mistake("ex1-longest", "longest = (", "max = 3\nlongest = (", "`max` is a name of Python's"),
    Mistake("ex1-longest", "key=len)\n)", "key=len)", "'(' was never closed at `longest = (`"),
    Mistake("ex1-count", "counts.get(word, 0)", "counts[word]", "KeyError: 'red' | in count_words"),
    Mistake("ex1-count", "    return counts", "        return counts", "lacks 2 of 3 keys"),
    Mistake("ex1-count", "return counts", "words.clear(); return counts", "Work on a copy"),
    Mistake("ex2-mean", "/ len", "// len", "expected 1.5"),
    Mistake("ex2-mean", "raise ValueError", "return ValueError", "without words nothing is raised"),
    Mistake("ex2-table", "print(word, counts[word])", "word, counts[word]", "`print(word, count)`"),
    Mistake("ex2-table", "(-counts[word], word)", "-counts[word]", "got 'fish 4\\nred 1"),
]


@pytest.fixture(scope="module")
def desk(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A kernel in which the solution ran."""
    folder = tmp_path_factory.mktemp("desk") / "lab00"
    shutil.copytree(built / "release" / "lab00", folder)
    with opened_desk(folder) as desk:
        alone = desk.run('check("ex1-words")', "ex1-words")
        assert alone.error == "NameError: name 'check' is not defined"  # the lab's text says so
        for piece in PIECES:
            assert not desk.run(piece.solution, piece.grade_id).error
        yield desk


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: f"{one.question}: {one.wrong[:30]!r}")
def test_the_check_says_what_is_wrong(mistake: Mistake, desk: Desk) -> None:
    answers = [one for one in PIECES if one.grade_id.startswith(f"{mistake.question}-answer")]
    (piece,) = (one for one in answers if mistake.right in one.solution)
    desk.run(piece.solution.replace(mistake.right, mistake.wrong), piece.grade_id)
    shown = desk.run(f'check("{mistake.question}")', mistake.question)
    desk.run(f"globals().pop('max', None)\n{piece.solution}", piece.grade_id)
    assert " ".join(mistake.says.split()) in " ".join(shown.table.split())
    assert shown.error.startswith("ChecksFailed: ")


def test_the_labs_tell_of_a_check_without_the_cells_above() -> None:
    for lab in ("lab00", "lab09"):
        pieces = read_pieces(find_lab(lab).source).pieces
        assert any("`NameError: name 'check' is not defined`" in one.student for one in pieces)
