"""A little of each kind of stress; `make stress` does a thousand times as much."""

from . import frames, kills, notebooks


def test_fuzzed_frames() -> None:
    assert frames.run(300).startswith("300 fuzzed frames: 0 crashes")


def test_fuzzed_notebooks() -> None:
    assert "0 without an outcome" in notebooks.run(25)


def test_a_killed_run() -> None:
    assert kills.run(1, class_size=3).startswith("1 runs killed")
