"""TOML files: what they say, or one line with the place of the mistake."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import UserError
from autograder.toml_file import read_toml


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
