"""Texts of others in a CSV."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.platforms.safe_text import plain_text, safe_id, safe_text

ACTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r")
TEXTS = st.text(st.sampled_from("=+-@\uff1d\t\r\n;,'\" aß"), max_size=8)


@example("\t=1")
@example(";\n'=1")
@given(TEXTS)
def test_no_text_acts_and_all_come_back(text: str) -> None:
    safe = safe_text(text)
    assert not safe.lstrip(" ").startswith(ACTS)
    assert plain_text(safe) == text


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@example(['";=1'])
@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_no_part_acts_whatever_parts_cells(delimiter: str, texts: list[str]) -> None:
    """We write commas; in most of Europe spreadsheets part cells at semicolons."""
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(
        [safe_text(text) for text in texts]
    )
    for row in csv.reader(io.StringIO(file.getvalue(), newline=""), delimiter=delimiter):
        assert not [cell for cell in row if cell.startswith(ACTS)]


def test_texts_that_do_nothing_stay() -> None:
    assert safe_text("=1") == "'=1" and plain_text("'s") == "'s"
    for text in ("a=1", "'s", "it's; well, 'so'", "a -1", "a@b.c"):
        assert safe_text(text) == plain_text(text) == text


def test_an_id_that_is_a_number_stays() -> None:
    assert (safe_id("+49"), safe_id("-7"), safe_id("007")) == ("+49", "-7", "007")
    assert (safe_id("=7"), safe_id("-7+1")) == ("'=7", "'-7+1")


def test_long_texts_take_no_time() -> None:
    for text in (";" * 10**5, " " * 10**5, "\n'" * 10**5, ';"' * 10**5):
        assert plain_text(safe_text(text)) == text
