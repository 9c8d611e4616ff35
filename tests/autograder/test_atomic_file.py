"""What is written is there wholly, or what was there before."""

from pathlib import Path

import pytest

from autograder.atomic_file import write_atomically


def test_what_is_there_is_replaced_and_folders_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.json"
    for content in (b"1", b"22"):
        write_atomically(path, content)
        assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    in_the_way = tmp_path / "a"
    (in_the_way / "full").mkdir(parents=True)
    with pytest.raises(OSError):
        write_atomically(in_the_way, b"1")
    assert list(tmp_path.iterdir()) == [in_the_way]
