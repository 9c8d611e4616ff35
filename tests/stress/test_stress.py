"""A little of each kind of stress; `make stress` does a thousand times as much."""

import pytest

from . import frames, kills, notebooks


def test_fuzzed_frames() -> None:
    assert frames.run(300).startswith("300 fuzzed frames: 0 crashes")


def test_fuzzed_notebooks() -> None:
    assert "0 without an outcome" in notebooks.run(25)


@pytest.mark.parametrize("count", [2])
def test_killed_runs(count: int) -> None:
    assert kills.run(count).startswith(f"{count} runs killed")
