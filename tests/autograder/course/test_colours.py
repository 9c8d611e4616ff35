"""Colours are put round a student's code, and nothing but colours comes of them."""

import html
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.lexers import PythonLexer

from autograder.course.colours import LOOKED_AT_LIMIT, NAMES, Colours, in_colour

TAG = re.compile(r"<[^>]*>")
ODD_RUNS = st.lists(
    st.tuples(st.sampled_from(["k", "s2", "", "x", '"><script>', "prompt"]), st.integers(-2, 9))
    | st.text(max_size=3),
    max_size=8,
)


def text_of(shown: str) -> str:
    return html.unescape(TAG.sub("", shown))


@given(st.text(st.sampled_from("if x:\n\t 'a\"#<&>()1é\r") | st.characters(codec="utf-8")))
def test_all_of_the_code_is_shown(source: str) -> None:
    source = source.replace("\r", "")  # as it is when it gets there
    shown = in_colour(source, [list(run) for run in Colours().of(source)])
    assert text_of(shown) == source
    assert {*re.findall('class="([^"]*)"', shown)} <= NAMES


@given(st.text(max_size=20), ODD_RUNS)
def test_whatever_the_runs_say_the_code_is_all_there_is(source: str, runs: list[Any]) -> None:
    shown = in_colour(source, [[*run] if isinstance(run, tuple) else run for run in runs])
    assert text_of(shown) == source
    assert all(re.fullmatch('<span class="[a-z0-9]{1,3}">|</span>', one) for one in TAG.findall(
        shown))  # fmt: skip


@pytest.mark.parametrize("runs", [None, "k", {"k": 1}, [["k"]], [["k", "1"]], [["k", 1, 2]]])
def test_what_makes_no_sense_is_left_out(runs: Any) -> None:
    assert in_colour("a<b", runs) == "a&lt;b"


def test_there_is_room_for_so_many() -> None:
    colours = Colours(room=5)
    assert [len(colours.of(source)) for source in ("if a", "a = b = 1", "if a", "1")] == [
        2,
        0,
        2,
        1,
    ]
    assert colours.of("1") == []


def test_only_so_much_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []
    real = PythonLexer.get_tokens

    def look(self: Any, text: str) -> Any:
        looked_at.append(text)
        return real(self, text)

    monkeypatch.setattr(PythonLexer, "get_tokens", look)
    colours = Colours(room=10)
    for _ in range(100):
        assert colours.of("a=1\n" * 1_000) == []  # too many
    assert 0 < sum(map(len, looked_at)) <= LOOKED_AT_LIMIT
