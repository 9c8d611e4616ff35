"""Texts of others in a CSV."""

from hypothesis import given
from hypothesis import strategies as st

from autograder.platforms.safe_text import plain_text, safe_text


@given(st.text(st.sampled_from("=+-@\t\r'a ß"), max_size=5))
def test_no_text_acts_and_all_come_back(text: str) -> None:
    safe = safe_text(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert plain_text(safe) == text


def test_texts_that_do_nothing_stay() -> None:
    assert safe_text("=1") == "'=1" and safe_text("a=1") == "a=1" and plain_text("'s") == "'s"
