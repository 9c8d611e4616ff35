"""Nobody is graded by a part of the tests."""

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.assignment import Assignment, load_assignment
from autograder.errors import UserError
from autograder.verbs.build import build_project
from autograder.verbs.new import new_lab
from autograder.verbs.tests_there import refuse_missing_tests


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    (tmp_path / "source").mkdir()
    new_lab("means", tmp_path / "source")
    build_project(tmp_path)
    return load_assignment("means", tmp_path / "release", tmp_path / "source")


def test_all_tests_are_there(assignment: Assignment) -> None:
    assert len(assignment.test_files) == 2
    refuse_missing_tests(assignment)


@pytest.mark.parametrize("kept", [slice(0, 1), slice(1, 2), slice(0, 0)])
def test_missing_files_are_told(assignment: Assignment, kept: slice) -> None:
    some = replace(assignment, test_files=assignment.test_files[kept])
    with pytest.raises(UserError, match="ex1-mean has 5 points, but the tests found give"):
        refuse_missing_tests(some)


def test_a_test_more_is_told_too(assignment: Assignment) -> None:
    hidden = assignment.test_files[1]
    more = '\n\n@question("ex1-mean", points=3)\ndef test_more(submission):\n    """More."""\n'
    hidden.write_text(hidden.read_text("utf-8") + more, "utf-8")
    with pytest.raises(UserError, match=r"tests found give 8 .*build the release again"):
        refuse_missing_tests(assignment)
