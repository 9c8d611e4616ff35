"""What a lab asks for besides the notebook, and what its students have from it."""

from dataclasses import replace

from autograder.assignment import Assignment
from autograder.course.asked import asked_of


def test_released_files_are_known_by_their_paths(small: Assignment) -> None:
    asked = asked_of(replace(small, files=("model.py",)))
    assert asked.names == ("model.py",)
    assert {"small.ipynb", "checks.py", "lib/kit/checks/__init__.py"} <= asked.released
