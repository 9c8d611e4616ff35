"""Equal parts are marked where they stand, and long other parts are left out."""

from hypothesis import given
from hypothesis import strategies as st

from autograder.similarity.fingerprints import distinct
from autograder.similarity.highlight import SHOWN_LIMIT, Piece, pieces
from autograder.similarity.normal_form import Kind, normal_form

from .made_texts import COUNTING, PROSE, own_code


def marked(text: str, other: str, kind: Kind = Kind.CODE) -> list[Piece]:
    return pieces(text, kind, distinct([normal_form(other, kind)], kind))


def test_what_is_equal_is_marked() -> None:
    shown = marked(f"a_first = 1\n{COUNTING}\nlast = [2]\n", COUNTING)
    inside = "".join(piece.text for piece in shown if piece.is_marked)
    assert "def count_words" in inside and "return best" in inside
    assert "a_first = 1" not in inside and "[2]" not in inside


def test_prose_is_marked_in_its_own_letters() -> None:
    shown = marked(f"My own words. **{PROSE.upper()}** So.", PROSE, Kind.PROSE)
    assert [piece.text for piece in shown if piece.is_marked] == [PROSE.upper()[:-1]]


def test_lines_without_likeness_are_left_out() -> None:
    shown = marked(f"{own_code(1) * 9}{COUNTING}", COUNTING)
    assert any(piece.is_note and "lines without likeness" in piece.text for piece in shown)
    assert len("".join(piece.text for piece in shown)) < 2 * len(COUNTING)


def test_a_long_text_is_cut() -> None:
    shown = marked(COUNTING * 60, COUNTING)
    assert shown[-1].is_note and len("".join(piece.text for piece in shown)) < SHOWN_LIMIT + 100


@given(st.text(max_size=100))
def test_whatever_stands_there_all_of_it_is_shown(text: str) -> None:
    for kind in Kind:
        shown = pieces(text, kind, distinct([normal_form(text, kind)], kind))
        noted = [piece for piece in shown if piece.is_note]
        assert noted or "".join(piece.text for piece in shown) == text


def test_a_text_that_takes_too_long_to_read_is_shown_without_marks() -> None:
    shared = distinct([normal_form(COUNTING, Kind.CODE)], Kind.CODE)
    note, shown = pieces(COUNTING * 60, Kind.CODE, shared, lambda text, kind: None)
    assert note.is_note and not shown.is_marked
    assert shown.text == (COUNTING * 60)[:SHOWN_LIMIT]
