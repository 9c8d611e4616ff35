"""Whatever text comes in, what goes out is short and only to be looked at."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.printable import (
    LINE_LIMIT,
    NAME_LIMIT,
    UNSEEN,
    printable,
    printable_name,
    printable_text,
)

ODD = st.text(
    st.characters() | st.sampled_from("\x00\x1b\r\n\t\u202e\u2066\u200b\ufeff\u0301\ud800")
)
HIDDEN = ["\x1b", "\x9b", "\u202e", "\u2067", "\u200b", "\u2060", "\ufeff", "\u3164", "\U000e0041"]


@given(ODD)
def test_a_line_is_short_and_seen(text: str) -> None:
    line = printable(text)
    assert len(line) <= LINE_LIMIT + 2
    assert line.isprintable()


def test_words_stay_and_terminal_codes_dont() -> None:
    assert printable("shapes\n  (2, 3) ≠ (3, 2)") == "shapes (2, 3) ≠ (3, 2)"
    assert "\x1b" not in printable("\x1b[2J\x1b[31mred")
    assert printable("x" * 10**6, 10) == "x" * 10 + " …"


def test_a_name_is_shown_on_one_short_line() -> None:
    assert printable_name("Übung (1).ipynb") == "Übung (1).ipynb"
    assert printable_name("a\nb\x1b[31m\udcff\u202e") == r"a\nb\x1b[31m\udcff\u202e"
    assert len(printable_name("x\n" * 1000)) == NAME_LIMIT + 1


@given(ODD)
def test_a_text_keeps_its_lines(text: str) -> None:
    shown = printable_text(text, 20, "(cut)")
    assert not UNSEEN.search(shown) and len(shown) <= 26
    shown.encode()


@pytest.mark.parametrize("hidden", HIDDEN)
def test_what_has_no_look_is_replaced(hidden: str) -> None:
    assert hidden not in printable(f"a{hidden}b") + printable_text(f"a{hidden}b", 10)
    assert hidden not in printable_name(f"a{hidden}b")


def test_languages_are_left_alone() -> None:
    for text in ("naïve Übung", "می‌خواهم", "हिन्दी", "👩‍🔬 x̂ ± 1", "a\n\tb"):
        assert printable_text(text, 100) == text


MARKS = [chr(n) for n in range(0x20000) if unicodedata.category(chr(n)) in ("Mn", "Me")]


def test_no_letter_carries_more_marks_than_a_language_has() -> None:
    assert len(MARKS) > 1_500
    for mark in MARKS:
        if UNSEEN.match(mark):
            continue
        stacked, few = f"a{mark * 500}b", f"a{mark * 4}b"
        assert printable_text(stacked, 1000) == printable_text(few, 1000)
        assert len(printable(f"a{mark * 200}b")) <= 6
        assert printable_name(f"a{mark * 70}").count(mark) <= 4


def test_joined_and_mixed_marks_stand_on_one_letter() -> None:
    text = "a" + "\u0301\u200d\u0657\u200c" * 100
    assert sum(one in MARKS for one in printable_text(text, 1000)) == 4
    assert printable_text("e\u0301" * 9, 100) == "e\u0301" * 9
