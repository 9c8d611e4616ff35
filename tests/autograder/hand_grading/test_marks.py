"""What cells of a row mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.hand_grading.marks import Mark, Refused, number_in, read_mark
from autograder.rubric import Rubric, RubricItem

RUBRIC = Rubric((RubricItem("a", "A", 2.0), RubricItem("b", "B", 1.0), RubricItem("c", "C", -0.5)))


def mark(points: str = "", comment: str = "", most: float = 3.0, **cells: str) -> Mark | None:
    return read_mark(cells, points, comment, RUBRIC, most)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (mark(), None),
        (mark(a=" ", b="no", c="FALSE", points=" "), None),
        (mark(points="0"), Mark(0.0)),
        (mark(points="-0"), Mark(0.0)),
        (mark(points="1,5"), Mark(1.5)),
        (mark(points=" 1.50 "), Mark(1.5)),
        (mark(points="３"), Mark(3.0)),  # as some keyboards write it
        (mark(a="x"), Mark(2.0, {"a": 2.0})),
        (mark(a="WAHR", b="✓", c="X"), Mark(2.5, {"a": 2.0, "b": 1.0, "c": -0.5})),
        (mark(a="1,5"), Mark(1.5, {"a": 1.5})),
        (mark(a="0"), Mark(0.0)),
        (mark(a="x", points="2"), Mark(2.0, {"a": 2.0})),
        (mark(a="x", b="x", most=2.0), Mark(2.0, {"a": 2.0, "b": 1.0})),
        (mark(points="1", comment=" a \r\nb\r "), Mark(1.0, {}, "a\nb")),
    ],
)
def test_what_is_given(said: Mark | None, wanted: Mark | None) -> None:
    assert said == wanted


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"points": "3.5"}, "3.5 points are not within 0 and 3"),
        ({"points": "-1"}, "-1 points are not within 0 and 3"),
        ({"points": "1/2"}, "is no number"),
        ({"points": "1E0"}, "is no number"),
        ({"points": "nan"}, "is no number"),
        ({"points": "01. Mai"}, "is no number"),
        ({"a": "3"}, "3 points in `a` are not within 0 and 2"),
        ({"c": "1"}, "1 points in `c` are not within -0.5 and 0"),
        ({"a": "maybe"}, "`maybe` in `a` is neither a tick nor points"),
        ({"a": "x", "points": "1"}, "the items come to 2 points, and `points` says 1"),
        ({"comment": "well"}, "a comment without points"),
        ({"points": "1", "comment": "x" * 5001}, "longer than 5000 characters"),
    ],
)
def test_what_is_not_clear_is_refused(cells: dict[str, str], words: str) -> None:
    with pytest.raises(Refused, match=words):
        mark(**cells)  # type: ignore[arg-type]


@given(st.floats(0, 99).map(lambda one: round(one, 2)), st.sampled_from(".,"))
def test_numbers_with_points_or_commas(number: float, sign: str) -> None:
    assert number_in(f"{number:.2f}".replace(".", sign)) == number


def test_a_mark_is_plain_data() -> None:
    one = Mark(1.5, {"a": 1.5}, "ß")
    assert Mark.from_json(one.as_json()) == one
