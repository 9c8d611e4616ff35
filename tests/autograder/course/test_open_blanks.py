"""Blanks that are open are told from those that somebody filled."""

import pytest

from autograder.assignment import Assignment, is_answer
from autograder.course.open_blanks import Blank, blanks_of, open_blanks

RELEASED = """\
def double(x):
    # TODO: Say "twice".
    # In one line.
    raise NotImplementedError("Say \\"twice\\". In one line.")


size = (
    # TODO: The size.
    TODO_size
)
total = size + \\
    TODO_more  # TODO: What is missing?
"""
TWICE = 'raise NotImplementedError("Say \\"twice\\". In one line.")'
BLANKS = [
    Blank(TWICE, 'Say "twice". In one line.'),
    Blank("TODO_size", "The size."),
    Blank("TODO_more", "What is missing?"),
]


def test_blanks_have_the_words_of_their_comments() -> None:
    assert blanks_of(RELEASED) == BLANKS
    assert blanks_of("x = TODO_x + TODO_x") == [Blank("TODO_x", "TODO_x")]
    assert blanks_of("x = 1  # TODO: later") == []


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (("", ""), [0, 1, 2]),
        ((TWICE, "return 2 * x"), [1, 2]),
        (("    TODO_size\n", "    5\n"), [0, 2]),
        (("    TODO_size\n", "    5  # not TODO_size_of\n"), [0, 2]),
        (("    TODO_size\n", "    # TODO_size\n    5\n"), [0, 2]),
        ((TWICE, "raise NotImplementedError('my own')"), [1, 2]),
        ((RELEASED, ""), []),
        (("def double", "def double(:"), [0, 1, 2]),  # what is no Python has open blanks, too
    ],
)
def test_a_blank_is_open_while_its_code_is_there(change: tuple[str, str], left: list[int]) -> None:
    assert open_blanks(BLANKS, RELEASED.replace(*change)) == [BLANKS[number] for number in left]


def test_blanks_of_a_lab_that_was_built(small: Assignment) -> None:
    cell = next(one for one in filter(is_answer, small.notebook.cells) if one.cell_type == "code")
    assert [blank.text for blank in blanks_of(cell.source)] == ["Double it."]
    assert open_blanks(blanks_of(cell.source), cell.source) == blanks_of(cell.source)
