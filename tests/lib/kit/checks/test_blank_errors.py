"""Checks tell open blanks as the grader does: the text is one, by a link."""

from pathlib import Path

from autograder import blank_errors as of_grader
from lib.kit.checks import blank_errors as of_checks


def test_it_is_the_graders_own() -> None:
    assert of_checks.__file__ and of_grader.__file__
    assert Path(of_checks.__file__).resolve() == Path(of_grader.__file__)
