"""Which tests take the worker's word, its two lists say."""

from pathlib import Path

import pytest

from autograder.errors import UserError
from autograder.on_word import ONLY_COSTS_FILE, WITNESSED_FILE, read_on_word

ENTRY = '[[test]]\nname = "{}"\nreason = "nobody else sees it"\n'


def test_both_lists_count(tmp_path: Path) -> None:
    (tmp_path / WITNESSED_FILE).write_text(ENTRY.format("test_one"), "utf-8")
    costs = ENTRY.format("test_two") + 'claim = "kinds"\n'
    (tmp_path / ONLY_COSTS_FILE).write_text(costs + ENTRY.format("test_two") + 'claim = "b"\n')
    assert read_on_word(tmp_path) == {"test_one", "test_two"}


def test_there_may_be_none(tmp_path: Path) -> None:
    assert read_on_word(tmp_path / "nowhere") == set()


def test_a_broken_list_is_named(tmp_path: Path) -> None:
    (tmp_path / WITNESSED_FILE).write_text('[[test]]\nname = "test_one"\n', "utf-8")
    with pytest.raises(UserError, match=f"{WITNESSED_FILE}:1: an entry has name and reason"):
        read_on_word(tmp_path)
