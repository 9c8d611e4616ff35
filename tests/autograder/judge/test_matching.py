"""Each submitted cell goes where it belongs, and what is unusual is said."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given as given_examples
from hypothesis import settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from autograder import identity
from autograder.assignment import COLAB_TAG, SKIP_GRADING_TAG
from autograder.compiler.colab import colab_cell
from autograder.judge import matching
from autograder.judge.matching import match
from autograder.judge.parse import parse_notebook
from autograder.judge.submission import StudentCell, Submission, compose

from .notebooks import answer, given, notebook, question, written

LIMIT, TITLE = "limit = 10", "# Doubles\n\nMore than one would think."
BLANK = "def double(x):\n    # TODO: twice\n    raise NotImplementedError('twice')"
DOUBLE = "def double(x):\n    return 2 * x"
HALF_BLANK = "half = (\n    # TODO: half\n    TODO_half\n)"
OPEN = "raise NotImplementedError('Print both.')"
WHY = "*Your answer here.*"


def text(source: str) -> Any:
    cell = given(identity.given_id("markdown", source), source)
    cell.cell_type = "markdown"
    del cell["outputs"], cell["execution_count"]
    return cell


def code(source: str, **metadata: Any) -> Any:
    return given(identity.given_id("code", source), source, **metadata)


@pytest.fixture
def release() -> Any:
    return notebook(
        text(TITLE),
        code(LIMIT),
        answer("ex1-answer-double", BLANK),
        question("ex1", 2),
        text("Now half of it."),
        answer("ex2-answer-half", HALF_BLANK),
        answer("ex2-answer-0123456789ab", OPEN),
        question("ex2", 2),
        text("Why?"),
        written("ex3", 3),
    )


@pytest.fixture
def right(release: Any) -> Any:
    """The release with right answers."""
    solved = copy.deepcopy(release)
    answers = {2: DOUBLE, 5: "half = 0.5", 6: "print(double(half))", 9: "Because."}
    for index, source in answers.items():
        solved.cells[index].source = source
    return solved


def handed_in(release: Any, submitted: Any) -> Submission:
    submitted["cells"] = [dict(cell) for cell in submitted["cells"]]
    return match(release, parse_notebook(json.dumps(submitted).encode(), "lab.ipynb"))


def answers(submission: Submission) -> dict[str, str]:
    return {cell.id: cell.source for cell in submission.cells if not cell.id.startswith("own")}


def own(submission: Submission) -> list[StudentCell]:
    return [cell for cell in submission.cells if cell.id.startswith("own")]


RIGHT = {
    "ex1-answer-double": DOUBLE,
    "ex2-answer-half": "half = 0.5",
    "ex2-answer-0123456789ab": "print(double(half))",
    "written-ex3": "Because.",
}


def no_ids(cell: Any, number: int) -> None:
    del cell["id"]


def other_ids(cell: Any, number: int) -> None:
    cell["id"] = f"colab{number}"


def no_marks(cell: Any, number: int) -> None:
    cell["metadata"] = {}


def nothing(cell: Any, number: int) -> None:
    no_marks(cell, number)
    other_ids(cell, number)


def positional(cell: Any, number: int) -> None:
    """As releases were, whose ids came from the cells' places."""
    mark = cell["metadata"]["nbgrader"]
    cell["id"] = f"lab-{number + 1:03}"
    if not mark["grade"]:
        mark["grade_id"] = cell["id"]


LOSSES = [no_ids, other_ids, no_marks, nothing, positional]


def test_answers_are_taken_and_nothing_is_noted(release: Any, right: Any) -> None:
    submission = handed_in(release, right)
    assert answers(submission) == RIGHT
    assert submission.notes == ()


@pytest.mark.parametrize("lose", LOSSES)
def test_answers_survive_what_editors_lose(
    release: Any, right: Any, lose: Callable[[Any, int], None]
) -> None:
    for number, cell in enumerate(right.cells):
        lose(cell, number)
    submission = handed_in(release, right)
    assert answers(submission) == RIGHT
    assert own(submission) == []
    if lose in (nothing, positional):
        (note,) = submission.notes
        assert note.startswith(f"{matching.RECOGNISED}: ex1, “def double(x):”, ex2, “half = (”")


@pytest.mark.parametrize("lose", LOSSES)
def test_answers_survive_own_cells_beside_the_loss(
    release: Any, right: Any, lose: Callable[[Any, int], None]
) -> None:
    for number, cell in enumerate(right.cells):
        lose(cell, number)
    for index in (10, 6, 2, 0):
        right.cells.insert(index, new_code_cell(f"mine_{index} = 1", id=f"mine{index}"))
    submission = handed_in(release, right)
    kept = [cell.source for cell in compose(release, submission.cells).cells]
    for source in RIGHT.values():
        assert source in kept
    assert OPEN not in kept
    assert [kept.index(f"mine_{index} = 1") for index in (0, 2, 6, 10)] == sorted(
        kept.index(f"mine_{index} = 1") for index in (0, 2, 6, 10)
    )


def test_own_cells_stay_where_they_stand(release: Any, right: Any) -> None:
    right.cells.insert(0, new_code_cell("import os"))
    right.cells.insert(3, new_code_cell("helper = 1", metadata={"nbgrader": {}}))
    right.cells += [new_markdown_cell("notes"), new_raw_cell("raw"), new_code_cell(" \n")]
    submission = handed_in(release, right)
    limit = identity.given_id("code", LIMIT)
    assert own(submission) == [
        StudentCell("own-000", "code", "import os"),
        StudentCell("own-001", "code", "helper = 1", limit),
        StudentCell("own-002", "markdown", "notes", "written-ex3"),
        StudentCell("own-003", "raw", "raw", "written-ex3"),
    ]
    assert submission.notes == ()


def test_missing_cells_are_blank_or_put_back(release: Any, right: Any) -> None:
    del right.cells[9], right.cells[3], right.cells[0]
    submission = handed_in(release, right)
    assert "written-ex3" not in answers(submission)
    assert submission.notes == (
        f"{matching.PUT_BACK}: “# Doubles”, the check of ex1",
        f"{matching.MISSING}: ex3",
    )


def test_an_emptied_answer_is_no_blank(release: Any, right: Any) -> None:
    right.cells[2].source = ""
    assert answers(handed_in(release, right))["ex1-answer-double"] == ""


# -- copies -----------------------------------------------------------------------------------


def copy_of(cell: Any, cell_id: str, source: str) -> Any:
    again = copy.deepcopy(cell)
    again.id, again.source = cell_id, source
    return again


@pytest.mark.parametrize("place", [2, 3])
def test_of_two_filled_copies_the_one_with_the_labs_id_counts(
    release: Any, right: Any, place: int
) -> None:
    right.cells.insert(place, copy_of(right.cells[2], "pasted", "double = None"))
    submission = handed_in(release, right)
    assert answers(submission) == RIGHT
    above = "ex1-answer-double" if place == 3 else identity.given_id("code", LIMIT)
    assert own(submission) == [StudentCell("own-000", "code", "double = None", above)]
    assert submission.notes == (f"{matching.COPIED}: ex1, “def double(x):”",)


@pytest.mark.parametrize("place", [2, 3])
def test_a_filled_copy_counts_more_than_a_blank_original(
    release: Any, right: Any, place: int
) -> None:
    right.cells.insert(place, copy_of(right.cells[2], "pasted", DOUBLE))
    right.cells[5 - place].source = BLANK
    submission = handed_in(release, right)
    assert answers(submission) == RIGHT
    assert own(submission) == []
    assert submission.notes == (f"{matching.BLANK_COPY}: ex1, “def double(x):”",)


@pytest.mark.parametrize("at", [0, 2, 3, 4, 10], ids=str)
@pytest.mark.parametrize("original", [0, 2, 3, 4, 10], ids=str)
@pytest.mark.parametrize("lose", [lambda cell, number: None, *LOSSES[:2]])
def test_of_an_answer_and_its_copy_the_later_one_runs_later(
    release: Any, right: Any, at: int, original: int, lose: Callable[[Any, int], None]
) -> None:
    first = right.cells.pop(2)
    right.cells.insert(original, first)
    right.cells.insert(at, copy_of(first, "pasted", "double = None"))
    for number, cell in enumerate(right.cells):
        lose(cell, number)
    order = [DOUBLE, "double = None"]
    written_as = [cell.source for cell in right.cells if cell.source in order]
    composed = compose(release, handed_in(release, right).cells).cells
    assert [cell.source for cell in composed if cell.source in order] == written_as


def test_a_copied_written_answer_is_kept_beside_the_first(release: Any, right: Any) -> None:
    right.cells.append(copy_of(right.cells[9], "pasted", "Or not."))
    submission = handed_in(release, right)
    assert answers(submission) == RIGHT
    assert own(submission) == [StudentCell("own-000", "markdown", "Or not.", "written-ex3")]


def test_copies_of_given_cells_run_and_of_checks_do_not(release: Any, right: Any) -> None:
    right.cells.append(copy_of(right.cells[1], "pasted", LIMIT))
    right.cells.append(copy_of(right.cells[3], "again", 'check("ex1")'))
    submission = handed_in(release, right)
    assert [cell.source for cell in own(submission)] == [LIMIT]
    assert submission.notes == (
        f"{matching.COPIED}: “limit = 10”",
        f"{matching.BLANK_COPY}: the check of ex1",
    )


# -- moved, split, merged, retyped ------------------------------------------------------------


def test_moved_cells_are_graded_at_their_places(release: Any, right: Any) -> None:
    right.cells.append(right.cells.pop(2))
    submission = handed_in(release, right)
    assert answers(submission) == RIGHT
    assert submission.notes == (f"{matching.MOVED}: ex1, “def double(x):”",)


def test_a_split_answer_runs_in_its_order(release: Any, right: Any) -> None:
    right.cells[2].source = DOUBLE + "\n\nextra = 1"
    first = copy_of(right.cells[2], "fresh", DOUBLE)
    right.cells[2].source = "extra = 1"
    right.cells.insert(2, first)
    submission = handed_in(release, right)
    composed = [cell.source for cell in compose(release, submission.cells).cells]
    assert composed[2:4] == [DOUBLE, "extra = 1"]


def test_the_blank_of_a_merged_answer_does_not_run(release: Any, right: Any) -> None:
    right.cells[2].source += "\n\nhalf = 0.5"
    del right.cells[5]
    submission = handed_in(release, right)
    assert answers(submission)["ex2-answer-half"] == ""
    assert submission.notes == (f"{matching.ELSEWHERE}: ex2, “half = (”",)


def test_an_answer_in_a_cell_of_ones_own_is_recognised(release: Any, right: Any) -> None:
    right.cells[2] = new_code_cell(DOUBLE)
    submission = handed_in(release, right)
    assert answers(submission) == RIGHT
    assert submission.notes == (f"{matching.RECOGNISED}: ex1, “def double(x):”",)


@pytest.mark.parametrize("lose", [lambda cell, number: None, positional])
def test_an_answer_that_became_text_is_code(
    release: Any, right: Any, lose: Callable[[Any, int], None]
) -> None:
    right.cells[2] = new_markdown_cell(
        DOUBLE, id=right.cells[2].id, metadata=right.cells[2].metadata
    )
    for number, cell in enumerate(right.cells):
        lose(cell, number)
    submission = handed_in(release, right)
    assert answers(submission) == RIGHT
    assert f"{matching.RETYPED}: ex1, “def double(x):”" in submission.notes


# -- changed given cells and checks ----------------------------------------------------------


def test_a_changed_given_cell_is_kept_but_not_run(release: Any, right: Any) -> None:
    right.cells[0].source += "\nI think so, too."
    right.cells[1].source = "limit = 10**9"
    submission = handed_in(release, right)
    title, limit = identity.given_id("markdown", TITLE), identity.given_id("code", LIMIT)
    assert own(submission) == [
        StudentCell("own-000", "markdown", right.cells[0]["source"], title),
        StudentCell("own-001", "raw", "limit = 10**9", limit),
    ]
    assert submission.notes == (f"{matching.CHANGED}: “# Doubles”, “limit = 10”",)


def test_spaces_that_an_editor_takes_away_are_no_change(release: Any, right: Any) -> None:
    right.cells[1].source = f"\n{LIMIT}  \r\n"
    assert handed_in(release, right).notes == ()


@pytest.mark.parametrize("source", [DOUBLE, f'check("ex1")\n{DOUBLE}', f'{DOUBLE}\n\ncheck("ex1")'])
@pytest.mark.parametrize("lose", [lambda cell, number: None, *LOSSES])
def test_what_is_typed_into_a_check_cell_runs_before_the_check(
    release: Any, right: Any, source: str, lose: Callable[[Any, int], None]
) -> None:
    right.cells[2].source = BLANK
    right.cells[3].source = source
    for number, cell in enumerate(right.cells):
        lose(cell, number)
    submission = handed_in(release, right)
    composed = compose(release, submission.cells).cells
    check = next(i for i, cell in enumerate(composed) if cell.source == 'check("ex1")')
    code = "\n\n".join(cell.source for cell in composed[:check] if cell.cell_type == "code")
    assert code.rindex(DOUBLE) > code.rfind(BLANK)
    assert submission.notes


# -- the cell for Google Colab -----------------------------------------------------------------


@pytest.fixture
def for_colab(release: Any) -> Any:
    """The same lab with a cell for Google Colab below its title."""
    with_cell = copy.deepcopy(release)
    tags = [COLAB_TAG, SKIP_GRADING_TAG]
    with_cell.cells.insert(1, code(colab_cell("lab1"), tags=tags))
    return with_cell


@pytest.mark.parametrize("lose", [lambda cell, number: None, *LOSSES])
@pytest.mark.parametrize("at", [0, 1, 5, None])
def test_a_cell_for_colab_is_taken_out_without_a_word(
    release: Any, for_colab: Any, right: Any, at: int | None, lose: Callable[[Any, int], None]
) -> None:
    """Wherever it is, if at all, and whatever editors took from it."""
    right.cells.insert(1, new_code_cell("mine = 1", metadata={"nbgrader": {"grade": False}}))
    submitted = copy.deepcopy(right)
    if at is not None:
        submitted.cells.insert(at, copy.deepcopy(for_colab.cells[1]))
    for handed in (right, submitted):
        for number, cell in enumerate(handed.cells):
            lose(cell, number)
    submission, plain = handed_in(for_colab, submitted), handed_in(release, right)
    assert compose(for_colab, submission.cells) == compose(release, plain.cells)
    assert submission.notes == plain.notes


def test_what_is_typed_into_it_is_kept_and_not_run(for_colab: Any, right: Any) -> None:
    typed = copy.deepcopy(for_colab.cells[1])
    typed.source += "\nlimit = 10**9"
    right.cells.insert(1, typed)
    submission = handed_in(for_colab, right)
    (kept,) = own(submission)
    assert (kept.kind, kept.source) == ("raw", typed.source)
    assert submission.notes[0].startswith(f"{matching.CHANGED}: “")


# -- cells of another release or lab ---------------------------------------------------------


def test_cells_of_another_release_are_kept_if_they_may_be_needed(release: Any, right: Any) -> None:
    helper, train, anew = "def helper():\n    pass", "train(model)", "limit = 7; more = 2"
    right.cells.insert(1, code(helper))
    right.cells.insert(2, code(train, tags=["skip-grading"]))
    right.cells.insert(3, code(anew))
    right.cells.insert(4, text("Another text, of which nothing is left now."))
    right.cells.insert(5, question("ex0", 1))
    submission = handed_in(release, right)
    assert answers(submission) == RIGHT
    assert [cell.source for cell in own(submission)] == [helper]
    assert set(submission.notes) == {
        f"{matching.STRANGE}: “def helper():”",
        f"{matching.NOT_RUN}: “train(model)”, “limit = 7; more = 2”",
        f"{matching.OLD_TEXT}: “Another text, of which nothing is left n…”",
        f'{matching.NOT_ASKED}: “check("ex0")”',
    }


def test_what_students_changed_in_a_given_cell_of_another_release_is_kept(
    release: Any, right: Any
) -> None:
    old = code("def limit():\n    return 1\n\n\nprint(limit())")
    old.source += "  # my own words"
    right.cells.insert(1, old)
    (kept,) = own(handed_in(release, right))
    assert (kept.kind, kept.source) == ("raw", old.source)


def test_the_notebook_of_another_lab_is_named_as_such(release: Any) -> None:
    other = notebook(text("Music"), answer("ex9-answer-note", "note = 'a'"), question("ex9", 1))
    submission = handed_in(release, other)
    assert submission.notes == (
        matching.ANOTHER_LAB,
        f"{matching.OLD_TEXT}: “Music”",
        f"{matching.STRANGE}: “note = 'a'”",
        f'{matching.NOT_ASKED}: “check("ex9")”',
    )
    assert [cell.source for cell in submission.cells] == ["note = 'a'"]


@pytest.mark.parametrize("lose", [lambda cell, number: None, no_ids, other_ids])
def test_a_notebook_of_another_lab_is_said_though_labs_share_cells(
    release: Any, lose: Callable[[Any, int], None]
) -> None:
    other = notebook(
        text(TITLE),
        code(LIMIT),
        answer("ex9-answer-note", "note = 'a'"),
        question("ex9", 1),
        answer("ex9-answer-0", "print(note)"),
        written("ex10", 1),
    )
    other.cells[-1].source = "Loud."
    for number, cell in enumerate(other.cells):
        lose(cell, number)
    submission = handed_in(release, other)
    assert submission.notes[0] == matching.ANOTHER_LAB
    assert answers(submission) == {}
    assert [cell.source for cell in submission.cells] == ["note = 'a'", "print(note)", "Loud."]


def test_an_empty_notebook_leaves_everything_blank(release: Any) -> None:
    submission = handed_in(release, notebook())
    assert submission.cells == ()
    assert [note.split(":")[0] for note in submission.notes] == [
        matching.PUT_BACK,
        matching.MISSING,
    ]


def test_notes_name_few_cells_and_safely(release: Any, right: Any) -> None:
    right.cells += [code(f"\x1b[2J{{x}} = {number}") for number in range(7)]
    (note,) = handed_in(release, right).notes
    assert note.startswith(f"{matching.STRANGE}: “\ufffd[2J{{x}} = 0”")
    assert note.endswith(", and 2 more")


# -- any notebook -----------------------------------------------------------------------------

SOURCES = [
    *(LIMIT, TITLE, BLANK, DOUBLE, HALF_BLANK, OPEN, WHY, "half = 1", "x, half = 1, 2"),
    *("limit = 3", 'check("ex1")', 'check("ex2")', f'check("ex1")\n{DOUBLE}', "Why?"),
    *("Why not?", "", "print()"),
]
IDS = [
    *("ex1-answer-double", "ex1", "ex2", "ex3", "written-ex3", "check-ex1", "lab-001", "x", None),
    *(identity.given_id("code", LIMIT), identity.given_id("markdown", TITLE)),
]


@st.composite
def any_cell(draw: st.DrawFn) -> dict[str, Any]:
    cell: dict[str, Any] = {
        "cell_type": draw(st.sampled_from(["code", "markdown", "raw"])),
        "source": draw(st.sampled_from(SOURCES)),
        "metadata": {},
    }
    if (cell_id := draw(st.sampled_from(IDS))) is not None:
        cell["id"] = cell_id
    if (grade_id := draw(st.sampled_from(IDS))) is not None:
        mark = {"grade_id": grade_id, "grade": draw(st.booleans()), "solution": draw(st.booleans())}
        cell["metadata"] = {"nbgrader": mark, "tags": draw(st.sampled_from([[], ["skip-grading"]]))}
    return cell


@settings(deadline=None, max_examples=300)
@given_examples(st.lists(any_cell(), max_size=14))
def test_no_text_is_lost(cells: list[dict[str, Any]]) -> None:
    release = notebook(
        text(TITLE), code(LIMIT), answer("ex1-answer-double", BLANK), question("ex1", 2),
        answer("ex2-answer-half", HALF_BLANK), question("ex2", 2), text("Why?"), written("ex3", 3),
    )  # fmt: skip
    submission = handed_in(release, {"cells": cells})
    labs = {cell.source for cell in release.cells}
    kept = {cell.source for cell in submission.cells}
    for cell in cells:
        source = cell["source"]
        typed = source.replace('check("ex1")\n', "")
        proven = f"“{source.splitlines()[0]}”" if source else ""
        assert (
            not source or source in labs | kept or any(typed in text for text in kept)
            or any(proven in note for note in submission.notes)
        )  # fmt: skip
    composed = compose(release, submission.cells)
    ids = [cell.id for cell in composed.cells]
    assert len(ids) == len(set(ids))
    assert {cell.id for cell in release.cells} <= set(ids)
