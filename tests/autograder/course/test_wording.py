"""Words and numbers for a page: escaped, bounded, in plain English."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course import wording


@pytest.mark.parametrize(
    ("value", "said"),
    [(1, "1 point"), (0, "0 points"), (2.50, "2.5 points"), (1.001, "1 point"), (-1, "-1 points")],
)
def test_points_in_words(value: float, said: str) -> None:
    assert wording.points(value) == said
    assert wording.number(1 / 3) == "0.33"
    assert (wording.many(1, "check"), wording.many(3, "check")) == ("1 check", "3 checks")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("the sum is wrong", "The sum is wrong"),
        ("your code raised", "Your code raised"),
        ("num_1 is wrong", "num_1 is wrong"),  # a name stays what it is
        ("sum has 2 wrong values", "sum has 2 wrong values"),
        ("", ""),
    ],
)
def test_a_sentence_has_a_capital_and_a_name_none(text: str, shown: str) -> None:
    assert wording.capital(text) == shown


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("use `a < b`", "use <code>a &lt; b</code>"),
        ("``x`` and `y`", "<code>x</code> and <code>y</code>"),
        ("one ` alone", "one ` alone"),
        ("`two\nlines`", "`two\nlines`"),
        ("<b>`</b>`", "&lt;b&gt;<code>&lt;/b&gt;</code>"),
        ("``", "``"),
    ],
)
def test_code_in_prose_is_code(text: str, html: str) -> None:
    assert wording.prose(text) == wording.title(text) == html


@given(st.text())
def test_nothing_in_prose_is_alive(text: str) -> None:
    html = str(wording.prose(text))
    assert "<" not in re.sub("</?code>", "", html)
    assert "\n" not in wording.line(text)


@given(st.text(alphabet="ab \n", max_size=3 * wording.STEP_LIMIT))
def test_what_is_shortened_keeps_its_beginning(text: str) -> None:
    short = wording.shortened(text)
    assert len(short) <= wording.STEP_LIMIT + 2
    assert text.startswith(short.removesuffix(" …"))
