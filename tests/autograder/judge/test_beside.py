"""A written answer beside its blank is an answer."""

from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from autograder.identity import given_id
from autograder.judge import matching
from autograder.judge.submission import Submission, compose

from .notebooks import answer, given, notebook, question, written
from .test_matching import handed_in, no_ids, own, text

BLANK = "*Your answer here.*"
NAMED = f"{matching.BESIDE}: ex2"
ASKED, ASKED_AGAIN = "Why does it double?", "And why not?"


@pytest.fixture
def release() -> Any:
    return notebook(
        given(given_id("code", "limit = 10"), "limit = 10"),
        answer("ex1-answer-double", "def double(x):\n    raise NotImplementedError"),
        question("ex1", 2),
        text(ASKED),
        written("ex2", 3),
        text(ASKED_AGAIN),
        written("ex3", 3),
    )


@pytest.fixture
def submitted(release: Any) -> Any:
    """All that is the lab's as released, the last answer written."""
    submitted = notebook(*release.cells)
    submitted.cells = [cell.copy() for cell in release.cells]
    submitted.cells[6]["source"] = "So."
    return submitted


def answer_to(name: str, release: Any, submission: Submission) -> str:
    cells = compose(release, submission.cells).cells
    (source,) = [cell.source for cell in cells if cell.id == f"written-{name}"]
    return str(source)


@pytest.mark.parametrize("new_cell", [new_markdown_cell, new_raw_cell])
@pytest.mark.parametrize("place", [4, 5], ids=["above", "below"])
@pytest.mark.parametrize("blank", [BLANK, "", " \n"])
@pytest.mark.parametrize("has_ids", [True, False])
def test_text_beside_a_blank_is_the_answer(
    release: Any, submitted: Any, new_cell: Any, place: int, blank: str, has_ids: bool
) -> None:
    submitted.cells[4]["source"] = blank
    submitted.cells.insert(place, new_cell("Because."))
    for cell in submitted.cells if not has_ids else []:
        no_ids(cell, 0)
    submission = handed_in(release, submitted)
    assert answer_to("ex2", release, submission) == "Because."
    assert answer_to("ex3", release, submission) == "So."
    assert own(submission) == []
    assert submission.notes == (NAMED,)


@pytest.mark.parametrize("last", [False, True])
def test_text_in_place_of_a_deleted_blank_is_the_answer(
    release: Any, submitted: Any, last: bool
) -> None:
    submitted.cells[4]["source"] = "So."
    submitted.cells[6 if last else 4] = new_markdown_cell("Because.")
    submission = handed_in(release, submitted)
    assert answer_to("ex3" if last else "ex2", release, submission) == "Because."
    assert submission.notes == (f"{matching.BESIDE}: {'ex3' if last else 'ex2'}",)


def test_several_texts_are_joined_and_code_between_them_runs(release: Any, submitted: Any) -> None:
    submitted.cells[5:5] = [
        new_markdown_cell("Because."), new_code_cell("x = 1"), new_markdown_cell("Really.")
    ]  # fmt: skip
    submitted.cells.insert(4, new_markdown_cell("First:"))
    submission = handed_in(release, submitted)
    assert answer_to("ex2", release, submission) == "First:\n\nBecause.\n\nReally."
    assert [cell.source for cell in own(submission)] == ["x = 1"]


@pytest.mark.parametrize(
    ("source", "taken"),
    [
        (f"{ASKED}\n\nBecause.\nReally.", "Because.\nReally."),
        (f"{ASKED} Because.", f"{ASKED} Because."),
        ("Because.", "Because."),
    ],
)
def test_what_is_typed_into_the_question_is_the_answer(
    release: Any, submitted: Any, source: str, taken: str
) -> None:
    submitted.cells[3]["source"] = source
    submission = handed_in(release, submitted)
    assert answer_to("ex2", release, submission).strip() == taken
    assert own(submission) == []
    assert NAMED in submission.notes


def test_a_copy_of_the_question_with_the_answer_in_it_counts(release: Any, submitted: Any) -> None:
    copy = submitted.cells[3].copy()
    copy["id"], copy["source"] = "pasted", "Because."
    submitted.cells.insert(5, copy)
    assert answer_to("ex2", release, handed_in(release, submitted)) == "Because."


def test_each_blank_has_the_text_below_it(release: Any, submitted: Any) -> None:
    submitted.cells[6]["source"] = BLANK
    submitted.cells.append(new_markdown_cell("Two."))
    submitted.cells.insert(5, new_markdown_cell("One."))
    submission = handed_in(release, submitted)
    assert answer_to("ex2", release, submission) == "One."
    assert answer_to("ex3", release, submission) == "Two."
    assert submission.notes == (f"{NAMED}, ex3",)


def test_pictures_come_along_and_none_hides_another(release: Any, submitted: Any) -> None:
    for data in ("AAAA", "BBBB"):
        picture = {"image.png": {"image/png": data}}
        cell = new_markdown_cell("![](attachment:image.png)", attachments=picture)
        submitted.cells.insert(5, cell)
    submission = handed_in(release, submitted)
    (taken,) = [cell for cell in submission.cells if cell.id == "written-ex2"]
    assert [*taken.attachments.values()] == [{"image/png": "BBBB"}, {"image/png": "AAAA"}]
    for name in taken.attachments:
        assert f"(attachment:{name})" in taken.source


def test_text_beside_an_answer_or_elsewhere_stays_the_students_own(
    release: Any, submitted: Any
) -> None:
    submitted.cells.append(new_markdown_cell("A thought."))
    submitted.cells.insert(3, new_markdown_cell("Another."))
    submission = handed_in(release, submitted)
    assert answer_to("ex2", release, submission) == BLANK
    assert [cell.source for cell in own(submission)] == ["Another.", "A thought."]
    assert submission.notes == ()


def test_a_text_of_another_release_is_no_answer(release: Any, submitted: Any) -> None:
    submitted.cells[3] = text("Why does it doubel?")
    submitted.cells.insert(5, text("A hint that was given once."))
    submission = handed_in(release, submitted)
    assert answer_to("ex2", release, submission) == BLANK
    assert not any(matching.BESIDE in note for note in submission.notes)
