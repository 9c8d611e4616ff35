"""An excerpt holds all that a student wrote, and little else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course.excerpt import AROUND, CodeLine, own_lines

GIVEN = [f"given {number}" for number in range(20)]


def numbers(lines: list[CodeLine]) -> list[int]:
    return [line.number for line in lines]


def test_own_lines_stand_with_a_few_around_them() -> None:
    written = [*GIVEN[:10], "mine", "mine too", *GIVEN[11:]]
    shown = own_lines("\n".join(GIVEN), "\n".join(written))
    assert numbers(shown) == [0, 9, 10, 11, 12, 13, 14, 0]
    assert [line.text for line in shown][3:5] == ["mine", "mine too"]


def test_the_marked_line_is_shown_with_what_it_is_in() -> None:
    written = "def f(\n    x,\n):\n    y = 1\n    z = 2\n    return 1 / 0\n" + "\n" * 9
    shown = own_lines(written, written, 6)
    assert numbers(shown) == [1, 0, 4, 5, 6, 7, 8, 0]
    assert [line.text for line in shown if line.marked] == ["    return 1 / 0"]


def test_a_place_where_lines_were_deleted_is_shown() -> None:
    shown = own_lines("\n".join(GIVEN), "\n".join([*GIVEN[:10], *GIVEN[12:]]))
    assert numbers(shown) == [0, 9, 10, 11, 12, 0]


def test_what_stands_as_it_was_released_is_not_shown() -> None:
    assert own_lines("a\nb", "a\nb") == []
    assert own_lines("", "x = 1\ny = 2") == [CodeLine(1, "x = 1"), CodeLine(2, "y = 2")]


@pytest.mark.parametrize("marked", [-1, 0, 3, 10**9])
def test_a_line_that_is_not_there_marks_nothing(marked: int) -> None:
    assert not any(line.marked for line in own_lines("a", "a\nb", marked))


lines = st.lists(st.sampled_from(["a", "b", "def f():", "    c", ""]), max_size=12)


@given(lines, lines, st.integers(-2, 14))
def test_no_own_line_is_lost(released: list[str], written: list[str], marked: int) -> None:
    shown = own_lines("\n".join(released), "\n".join(written), marked)
    text = "\n".join(written).split("\n")
    kept = {line.number for line in shown if line.number}
    assert all(text[line.number - 1] == line.text for line in shown if line.number)
    assert sorted(kept) == [number for number in numbers(shown) if number]
    hidden = [line for number, line in enumerate(text, start=1) if number not in kept]
    assert not hidden or all(line in "\n".join(released).split("\n") for line in hidden)
    if 0 < marked <= len(text):
        near = range(max(1, marked - AROUND), min(len(text), marked + AROUND) + 1)
        assert kept >= set(near)
