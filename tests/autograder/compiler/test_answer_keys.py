"""An answer is told from others by what it defines, as students see it."""

import re
from textwrap import indent

import pytest

from autograder.compiler import blanks
from autograder.compiler.answer_keys import answer_key
from autograder.compiler.tags import read_code
from autograder.identity import short_hash


def key(cell: str, solution: str = "1", message: str = "Do it.") -> str:
    """The key of a cell with a blank in the place of each line `…`."""
    block = f"#!TAG HWBEGIN\n#!MSG {message}\n{solution}\n#!TAG HWEND"
    tagged = read_code(
        re.sub(r"^( *)…$", lambda line: indent(block, line[1]), cell, flags=re.MULTILINE)
    )
    return answer_key(blanks.blanked(tagged), blanks.given(tagged))


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("def f(x):\n    …", "f"),
        ("async def f(x):\n    …", "f"),
        ("@cache\ndef f(x):\n    …", "f"),
        ("class A:\n    def b(self):\n        …", "A"),
        ("a = (\n…\n)", "a"),
        ("a: int = (\n…\n)", "a"),
        ("a = b = (\n…\n)", "a"),
        ("a, b = (\n…\n)", "a"),
        ("for i in range(3):\n    …", "i"),
        ("with open(name) as f:\n    …", "f"),
        ("%%time\na = (\n…\n)", "a"),
        ("!pip list\na = (\n…\n)", "a"),
        # the statement with the first blank, not what is given around it
        ("N = 3\n\n\ndef f():\n    …\n\n\nlast = 1", "f"),
        ("def f():\n    …\n\n\ndef g():\n    …", "f"),
        ("x = 1\nprint(\n…\n)\ny = 2", "x"),
        ("x = 1\n…", "x"),
        ("…\ny = 2", "y"),
        ("print([z for z in range(3)], (\n…\n))\nz = 1", "z"),
    ],
)
def test_the_name_that_the_blank_defines(cell: str, name: str) -> None:
    assert key(cell) == name


def test_without_a_name_the_given_code_counts_and_not_the_message() -> None:
    cell = "import os\nprint(\n…\n)"
    assert key(cell) == key(cell, message="Something else.") == short_hash("import os\nprint(\n)")
    assert key(cell) != key("import os\nprint(2, (\n…\n))")


def test_a_cell_that_is_all_blank_has_only_its_message() -> None:
    assert key("…") == key("…", solution="y = 2") != key("…", message="Something else.")


def test_a_solution_shows_in_no_key() -> None:
    assert key("…", solution="secret = 1") == key("…", solution="print(2)")
    assert key("print(\n…\n)", solution="secret") == key("print(\n…\n)", solution="1 + 1")


def test_other_languages_are_known_by_their_text() -> None:
    assert key("%%bash\necho\n…", solution="echo hello") == short_hash("%%bash\necho")


def test_the_name_of_a_blank_is_none() -> None:
    cell = "#!TAG HWBEGIN\n#!MSG Do it.\ndef f(x):\n#!TAG HWEND\n    return x"
    tagged = read_code(cell)
    student = blanks.blanked(tagged)
    assert "def TODO_" in student
    assert answer_key(student, blanks.given(tagged)) == short_hash("    return x")
