"""Each question of our labs says how much it asks, and helps in steps."""

import re
from pathlib import Path

import pytest

from autograder.compiler.notebooks import Piece, read_pieces
from autograder.lab import find_labs

PIECES = {source.stem: read_pieces(source).pieces for source in find_labs()}
QUESTIONS = [
    (lab, piece.grade_id, piece.role)
    for lab, pieces in PIECES.items()
    for piece in pieces
    if piece.is_graded
]


def texts_of(lab: str, question: str) -> list[Piece]:
    return [piece for piece in PIECES[lab] if piece.helps.question == question]


@pytest.mark.parametrize(("lab", "question", "role"), QUESTIONS)
def test_a_question_has_a_head_and_hints(lab: str, question: str, role: str) -> None:
    texts = texts_of(lab, question)
    assert [piece.helps.task is not None for piece in texts].count(True) == 1
    hints = [hint for piece in texts for hint in piece.helps.hints]
    assert len(hints) in ((2, 3) if role == "check" else (1, 2))
    assert re.search(r"\(\d+(\.5)? points?, about \d+ minutes?, ", texts[0].student)


def test_written_answers_look_like_fields() -> None:
    written = [piece for pieces in PIECES.values() for piece in pieces if piece.role == "written"]
    assert written
    assert all(piece.student.startswith("> ✎ ") for piece in written)


def clock(text: str) -> int:
    """Minutes: those of "1 h 5 min" are 65."""
    hours, minutes = re.fullmatch(r"(\d+) h (\d+) min", text).groups()  # type: ignore[union-attr]
    return 60 * int(hours) + int(minutes)


def test_lab09_says_how_long_each_exercise_takes() -> None:
    source = Path(find_labs()[-1].parent.parent / "lab09" / "lab09.md").read_text("utf-8")
    rows = re.findall(r"^\| \*\*Exercise (\d)\*\* .*\| (\d+ h \d+ min) \|$", source, re.M)
    told = {f"ex{number}": clock(time) for number, time in rows}
    taken = dict.fromkeys(told, 0)
    for piece in PIECES["lab09"]:
        if piece.helps.task:
            taken[piece.helps.question.partition("-")[0]] += piece.helps.task.minutes
    assert told == taken


PAPERS = {  # in their order in the lab
    "Maas et al. 2011": "https://aclanthology.org/P11-1015/",
    "Hochreiter and Schmidhuber 1997": "https://doi.org/10.1162/neco.1997.9.8.1735",
    "Vaswani et al. 2017": "https://arxiv.org/abs/1706.03762",
    "Dao et al. 2022": "https://arxiv.org/abs/2205.14135",
    "Milakov and Gimelshein 2018": "https://arxiv.org/abs/1805.02867",
}


def test_papers_are_linked() -> None:
    text = "\n".join(piece.student for piece in PIECES["lab09"])
    for name, address in PAPERS.items():
        assert f"[{name}]({address})" in text.replace("\n", " ")
