"""A public check asks for what an object holds in the same way as a hidden test."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from lib.kit.checks import CheckFailure
from lib.kit.checks.contents import content_of
from lib.kit.checks.selfcheck import Submission

PROJECT = Path(__file__).resolve().parents[4]


@dataclass
class Point:
    x: int = 1


def test_it_is_the_graders_own() -> None:
    ours = PROJECT / "autograder" / "engine" / "untrusted" / "contents.py"
    for shipped in (PROJECT / "release").glob("*/lib/kit/checks/contents.py"):
        assert shipped.read_text("utf-8") == ours.read_text("utf-8")
    assert (PROJECT / "lib" / "kit" / "checks" / "contents.py").resolve() == ours


def test_a_check_asks_the_notebook() -> None:
    assert Submission({}).content_of(Point()) == content_of(Point()) == {"x": 1}
    with pytest.raises(CheckFailure, match="can't be checked: it is of type int, which is no"):
        Submission({}).content_of(1)
