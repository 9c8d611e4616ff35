"""TOML files: what they say, or one line with the place of the mistake."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import UserError
from autograder.toml_file import read_entries, read_toml


def test_a_file_is_read_with_its_text(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1\n[b]\nc = 'd'\n")
    assert read_toml(path) == ({"a": 1, "b": {"c": "d"}}, "a = 1\n[b]\nc = 'd'\n")


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"a = 1\nb = [", ":2: not TOML"), (b"a = 1\n\n# \xff", ":3: not UTF-8 text; save")],
)
def test_a_mistake_has_its_line(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(content)
    with pytest.raises(UserError, match=re.escape(words)):
        read_toml(path)


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
