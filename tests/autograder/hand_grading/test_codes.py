"""Codes: nobody can tell whose an answer is, and no spreadsheet changes them."""

import re

from hypothesis import given
from hypothesis import strategies as st

from autograder.hand_grading.codes import Codes, read_code

ONE = Codes(b"secret", "lab", "ex1-why")
TEXT = st.text(max_size=20)


@given(TEXT, TEXT)
def test_a_code_is_letters_and_comes_back(owner: str, answer: str) -> None:
    code = ONE.code(owner, answer)
    assert re.fullmatch(r"([bcdfghjkmnpqrstvwxz]{4}-){2}[bcdfghjkmnpqrstvwxz]{4}", code)
    for spoilt in (
        code,
        code.upper(),
        code.replace("-", ""),
        code.replace("-", "–"),
        f" '{code}\n",
    ):
        assert read_code(spoilt) == code
    assert ONE.is_of(code) and ONE.code(owner, answer) == code
    assert ONE.code(owner, answer, 1) != code


@given(TEXT, TEXT, TEXT)
def test_all_of_it_decides_a_code(owner: str, answer: str, other: str) -> None:
    code = ONE.code(owner, answer)
    if other != answer:
        assert ONE.code(owner, other) != code
    if other != owner:
        assert ONE.code(other, answer) != code
    for codes in (
        Codes(b"another", "lab", "ex1-why"),
        Codes(b"secret", "lab2", "ex1-why"),
        Codes(b"secret", "lab", "ex1-what"),
    ):
        assert codes.code(owner, answer) != code


def test_a_code_tells_its_question() -> None:
    codes = [ONE.code(f"s{number}", "") for number in range(300)]
    other = Codes(b"secret", "lab", "ex2-why")
    assert all(map(ONE.is_of, codes)) and sum(map(other.is_of, codes)) < 3
    assert codes != sorted(codes) and len({*codes}) == 300


def test_what_is_no_code() -> None:
    for text in ("", "ana", "aaaa-aaaa-aaaa", "1E5", "bcdf-ghjk", "bcdf-ghjk-mnpq-r"):
        assert read_code(text) == ""


def test_halves_of_characters_have_codes() -> None:
    assert ONE.code("\ud800", "\udfff")
