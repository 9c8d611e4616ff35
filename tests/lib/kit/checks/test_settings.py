"""Checks run under the settings of grading; what these are, the engine's tests say."""

from pathlib import Path

from autograder.engine.untrusted import settings as of_workers
from lib.kit.checks import settings as of_checks

PROJECT = Path(__file__).resolve().parents[4]


def test_checks_and_workers_have_one_text() -> None:
    assert of_checks.__file__ and of_workers.__file__
    assert Path(of_checks.__file__).resolve() == Path(of_workers.__file__)


def test_students_receive_a_file_of_their_own() -> None:
    for shipped in (PROJECT / "release").glob("*/lib/kit/checks/settings.py"):
        assert not shipped.is_symlink()
        assert shipped.read_text("utf-8") == Path(of_checks.__file__ or "").read_text("utf-8")
