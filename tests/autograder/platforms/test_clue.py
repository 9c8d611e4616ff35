"""What a name says of a file."""

import re

import pytest

from autograder.platforms.clue import Clue, matches

from .test_moodle import archive_of


@pytest.mark.parametrize(
    ("file", "title"),
    [
        ("lab-1.ipynb", "lab.ipynb"),
        ("lab-12.ipynb", "lab.ipynb"),
        ("lab-v1.ipynb", "lab-v1.ipynb"),
        ("lab", "lab"),
        ("lab-1", "lab"),
        ("-1.ipynb", "-1.ipynb"),
    ],
)
def test_the_number_of_a_second_file_is_no_part_of_its_title(file: str, title: str) -> None:
    assert Clue("p", file, version=7).title == title
    assert Clue("p", file).title == file


def test_whole_names_match_whatever_form_their_accents_have() -> None:
    archive = archive_of("Cafe\u0301/x", "Café/y", "Café/x/z")
    assert list(matches(re.compile("Café/[^/]"), archive)) == ["Cafe\u0301/x", "Café/y"]
