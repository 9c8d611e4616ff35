"""Of a hand-in, what the student wrote is taken: by question, harmless, and not without end."""

import copy
import json
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.assignment import Assignment
from autograder.course.blanks import known_blanks
from autograder.judge.content import Content, ExtraFile
from autograder.similarity.documents import (
    AFTER_ALL,
    LENGTH_LIMIT,
    Document,
    Edition,
    Reading,
    documents_of,
    given_documents,
)
from autograder.similarity.normal_form import Kind

from .conftest import Answers
from .made_texts import COUNTING, PROSE, RENAMED


@pytest.fixture
def edition(small: Assignment) -> Edition:
    return Edition(small.notebook, {})


def content(notebook: Any, *files: ExtraFile) -> Content:
    return Content("ana", "small.ipynb", json.dumps(notebook).encode(), (), files)


def found(notebook: Any, edition: Edition, *files: ExtraFile) -> dict[tuple[str, str], Document]:
    documents = documents_of(content(notebook, *files), edition)
    return {(one.question, str(one.kind)): one for one in documents}


def test_answers_are_taken_by_question(answered: Answers, edition: Edition) -> None:
    notebook = answered(ex1_count=COUNTING, ex2_longest=RENAMED, ex2_why=PROSE)
    documents = found(notebook, edition)
    assert {name: one.text for name, one in documents.items()} == {
        ("ex1-count", "code"): COUNTING,
        ("ex2-longest", "code"): RENAMED,
        ("ex2-why", "text"): PROSE,
    }


def test_own_cells_belong_to_the_next_check(answered: Answers, edition: Edition) -> None:
    notebook = answered(ex1_count="a_first = 1")
    notebook.cells.insert(0, new_code_cell("an_own = 2"))
    notebook.cells.insert(1, new_markdown_cell("Own words."))
    notebook.cells.append(new_code_cell("a_last = 3"))
    documents = found(notebook, edition)
    assert "an_own" in documents["ex1-count", "code"].text
    assert "a_first" in documents["ex1-count", "code"].text
    assert documents["ex1-count", "text"].text == "Own words."
    assert documents[AFTER_ALL, "code"].text == "a_last = 3"


def test_nothing_changed_is_nothing_written(small: Assignment, edition: Edition) -> None:
    assert documents_of(content(small.notebook), edition) == []


def test_a_blank_of_an_older_release_is_none(answered: Answers, tmp_path: Any) -> None:
    older = answered(ex1_count="raise NotImplementedError('TODO: in an older release')")
    known = known_blanks(tmp_path / "blanks.json", older)
    assert documents_of(content(older), Edition(answered(), known)) == []


@pytest.mark.parametrize("notebook", [None, b"", b"{", b"[]", b'{"cells": 3}', b"\xff" * 99])
def test_what_is_no_notebook_is_nothing(notebook: bytes | None, edition: Edition) -> None:
    assert documents_of(Content("ana", "small.ipynb", notebook), edition) == []


def test_files_count_by_their_kind(answered: Answers, edition: Edition) -> None:
    files = [ExtraFile("model.py", COUNTING.encode("utf-8-sig")), ExtraFile("why.txt", b"So.")]
    files += [ExtraFile("data.bin", b"\0\1"), ExtraFile("none.py", None), ExtraFile("e.py", b" ")]
    documents = found(answered(), edition, *files)
    assert {name: one.text for name, one in documents.items()} == {
        ("model.py", "code"): COUNTING,
        ("why.txt", "text"): "So.",
    }


def test_what_is_not_for_eyes_is_gone(answered: Answers, edition: Edition) -> None:
    """It would hide a copy, and act on a page."""
    hidden = "\u200b".join(PROSE) + "\u202e\x00\x1b[31m\ud800\ufeff"
    document = found(answered(ex2_why=hidden), edition)["ex2-why", "text"]
    assert document.text == PROSE + "[31m?"  # for half a character


def test_a_long_text_is_cut_and_says_so(answered: Answers, edition: Edition) -> None:
    document = found(answered(ex1_count="x = 1\n" * 100_000), edition)["ex1-count", "code"]
    assert len(document.text) == LENGTH_LIMIT and document.is_cut


@pytest.mark.parametrize("code", ["def f(:\n", "%matplotlib inline\n!ls", "'" * 99, "$?" * 99])
def test_code_that_is_none_is_compared_all_the_same(
    code: str, answered: Answers, edition: Edition
) -> None:
    assert found(answered(ex1_count=code), edition)["ex1-count", "code"].normal


def test_the_press_gets_plain_data(answered: Answers, edition: Edition) -> None:
    made = Reading(content(answered(ex2_why=PROSE))).run(edition)
    assert made == [("ex2-why", "text", PROSE, documents_of_prose(), False)]


def documents_of_prose() -> str:
    return "".join(one for one in PROSE.casefold() if one.isalnum())


def test_all_that_we_gave_is_known(small: Assignment) -> None:
    notebook = copy.deepcopy(small.notebook)
    known = given_documents([notebook], {"model.py": COUNTING.encode()})
    texts = {one.text for one in known}
    assert COUNTING in texts and {cell.source for cell in notebook.cells} <= texts
    both = {one.kind for one in known if one.text == COUNTING}
    assert both == {Kind.CODE, Kind.PROSE}  # a written answer may quote it


@pytest.mark.parametrize("padding", [" \n", "\n", "\t\n\n", "\f\n"])
def test_padding_hides_nothing_and_costs_nothing(
    answered: Answers, edition: Edition, padding: str
) -> None:
    (one,) = found(answered(ex1_count=padding * LENGTH_LIMIT + COUNTING), edition).values()
    assert one.text.endswith(COUNTING) and len(one.text) < len(COUNTING) + 10 and not one.is_cut
    (one,) = found(answered(ex1_count=COUNTING + "#" + " " * 9_999 + "x"), edition).values()
    assert len(one.text) < len(COUNTING) + 100


def test_marks_on_a_letter_are_few(answered: Answers, edition: Edition) -> None:
    (one,) = found(answered(ex1_count=f"{COUNTING}# x{chr(0x657) * 90}"), edition).values()
    assert one.text.count(chr(0x657)) == 4
