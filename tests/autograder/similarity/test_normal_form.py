"""What is easily changed in a copy is not in its normal form, and each place of it is known."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.similarity.normal_form import (
    Kind,
    SpellingWork,
    normal_form,
    spelling,
    spelling_of,
)

from .made_texts import COUNTING, OTHER_WAY, RENAMED

LINES = """\
class Net(nn.Module):
    def f(self, x):
        return x + 1
# why
@decorated
import os.path as p
Vin in x
s = 'a' "b" f'{x!r}'
%time x
$?
x: int = 0x1F
…
مرحبا = 1
lambda: (yield)
\t
""".splitlines()
CODE = st.lists(st.sampled_from([*LINES, "\n", '"""A text\nof two lines."""'])).map("\n".join)


def test_names_comments_and_spaces_do_not_count() -> None:
    renamed = RENAMED.replace('    # my own idea\n    """Something else', '    """Something else')
    assert normal_form(renamed, Kind.CODE) == normal_form(COUNTING, Kind.CODE)


def test_what_is_done_counts() -> None:
    assert normal_form("x = a + b", Kind.CODE) != normal_form("x = a - b", Kind.CODE)
    assert normal_form(OTHER_WAY, Kind.CODE) != normal_form(COUNTING, Kind.CODE)


@pytest.mark.parametrize(
    "text",
    [
        *("The *same* words,", "the same WORDS", "ｔｈｅ same\n\n> words…"),
        "thе sаme wοrds",  # with letters of other alphabets
    ],
)
def test_of_prose_letters_and_digits_count(text: str) -> None:
    assert normal_form(text, Kind.PROSE) == "thesamewords"


@pytest.mark.parametrize("text", ["", " ", "\n\n", "# a comment", "<!-- -->"])
def test_nothing_is_left_of_nothing(text: str) -> None:
    assert normal_form(text, Kind.CODE if text.startswith("#") else Kind.PROSE) == ""


@given(st.text() | CODE)
def test_each_character_has_its_place_in_order(text: str) -> None:
    for kind in Kind:
        spelt = spelling(text, kind)
        normal, places = spelt.normal, spelt.spans
        assert normal == normal_form(text, kind)
        assert len(places) == len(normal)
        ends = [place.end for place in places]
        assert ends == sorted(ends) and all(0 <= p.start <= p.end <= len(text) for p in places)


def test_places_are_right_behind_the_name_of_a_class() -> None:
    text = "\nclass Encoder(Module):\n    pass\n\nclass Decoder(Module):\n    pass"
    spelt = spelling(text, Kind.CODE)
    normal, places = spelt.normal, spelt.spans
    shown = [text[place.start : place.end] for place in places]
    assert normal == "classO(V):passclassO(V):pass"
    assert "".join(shown) == "classEncoder(Module):passclassDecoder(Module):pass"


def test_the_press_reads_the_same() -> None:
    made = json.loads(json.dumps(SpellingWork(COUNTING, Kind.CODE).run(None)))
    assert spelling_of(made) == spelling(COUNTING, Kind.CODE)
