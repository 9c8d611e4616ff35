"""Folders that are named after students."""

import pytest

from autograder.course.roster import Roster, Student
from autograder.platforms import plain

from .test_moodle import archive_of

ROSTER = Roster([Student("ana", {"name": "Ana Silva", "group": "red"}), Student("ben")])


@pytest.mark.parametrize(
    ("path", "person", "file"),
    [
        ("ana/lab.ipynb", "ana", "lab.ipynb"),
        ("ana/lab/lab.ipynb", "ana", "lab/lab.ipynb"),
        ("ana/LAB/a/b.ipynb", "ana", "LAB/a/b.ipynb"),
        ("ana.ipynb", "file ana", "ana.ipynb"),
        ("ana.zip", "file ana", "ana.zip"),
        ("lab_ana.ipynb", "file lab_ana", "lab_ana.ipynb"),
    ],
)
def test_names_say_who(path: str, person: str, file: str) -> None:
    (clue,) = plain.read(archive_of(path), ROSTER).values()
    assert (clue.person, clue.file) == (person, file)


@pytest.mark.parametrize("path", ["Red/lab.ipynb", "Silva, Ana/lab.ipynb", "ben/x", "x/y.ipynb"])
def test_somebody_must_be_meant(path: str) -> None:
    assert bool(plain.read(archive_of(path), ROSTER)) == (not path.startswith("x/"))
