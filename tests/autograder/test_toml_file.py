"""TOML files: what they say, or one line with the place of the mistake."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import UserError
from autograder.toml_file import entry_lines, line_of, nearest, read_entries, read_toml


def test_a_file_is_read_with_its_text(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1\n[b]\nc = 'd'\n")
    assert read_toml(path) == ({"a": 1, "b": {"c": "d"}}, "a = 1\n[b]\nc = 'd'\n")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a = 1\nb = [", ":2: not TOML"),
        (b"a = 1\n\n# \xff", ":3: not UTF-8 text; save"),
        (b"a = 1\nb = " + b"9" * 5_000, ":2: a number is too long to be read, or lists"),
        (b"\na = " + b"[" * 3_000 + b"]" * 3_000, ":2: a number is too long to be read, or lists"),
        (b"a = " + b"{b = " * 3_000 + b"1" + b"}" * 3_000, ":1: a number is too long"),
    ],
)
def test_a_mistake_has_its_line(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(content)
    with pytest.raises(UserError, match=re.escape(words)) as error:
        read_toml(path)
    assert error.value.exit_code == 2


@given(st.binary(max_size=80))
def test_anything_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(content)
    try:
        read_toml(path)
    except UserError as error:
        assert re.search(r"any\.toml:\d+: ", error.message)


ENTRY = '[[thing]]\nname = "a"\nreason = "b"\n'


def test_entries_of_a_list_have_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    assert read_entries(path, "thing", ("name", "reason")) == []
    path.write_text(f"# things\n{ENTRY}\n{ENTRY}", "utf-8")
    entry = {"name": "a", "reason": "b"}
    assert read_entries(path, "thing", ("name", "reason")) == [(2, entry), (6, entry)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (ENTRY + 'more = "c"', ":1: an entry has name and reason; fill them in"),
        (ENTRY + "[[thing]]\nname = 'a'\nreason = ''", ":4: an entry has name and reason"),
        ("[[things]]\nname = 'a'", ":1: each entry begins with a line `[[thing]]`; write them so"),
        ("thing = 3", ":1: each entry begins with a line"),
        ("thing = [{}]", ":1: each entry begins with a line"),
        ("[thing]\nname = 'a'", ":1: each entry begins with a line"),
    ],
)
def test_a_wrong_entry_has_its_line(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "a.toml"
    path.write_text(content, "utf-8")
    with pytest.raises(UserError, match=re.escape(words)):
        read_entries(path, "thing", ("name", "reason"))


LINES = """\
a = '[b]'
# [b]
[ b ]  # c
 a= 1

'c.d'=1
f = {g = 1}
[b."e"]
a=1
[[b.h]]
i=1
"""


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("a",), 1),
        (("b", "a"), 4),
        (("b", "c.d"), 6),
        (("b", "f", "g"), 7),  # in an inline table: where that stands
        (("b", "e"), 8),
        (("b", "e", "a"), 9),
        (("b", "h", "i"), 11),
        (("b", "nowhere"), 3),
        (("nowhere",), 1),
    ],
)
def test_the_line_of_a_key(keys: tuple[str, ...], line: int) -> None:
    assert line_of(LINES, *keys) == line


def test_a_table_may_be_there_only_by_what_is_in_it() -> None:
    assert line_of("x = 1\n[[a.b.c]]\n[[a.b.c]]\n", "a", "b") == 2
    assert line_of("x = 1\n[[a.b.c]]\n[a.b]\n", "a", "b") == 3


def test_the_lines_of_a_list() -> None:
    text = "[a]\n[[a.b]] # one\nx = 1\n  [[ a.b ]]\n[[a.c]]\n[a.b]\n[[c.a.b]]\n"
    assert entry_lines(text, "a", "b") == [2, 4, 6]
    assert entry_lines(text, "b") == []


def test_the_nearest_name() -> None:
    assert nearest("titel", ["title", "extra"], "the keys") == "did you mean `title`?"
    assert nearest("q", ["title", "extra"], "the keys") == "the keys are title, extra"
    assert nearest("q", [], "the keys") == "the keys are none"
