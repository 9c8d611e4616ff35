"""The list of equivalent mutants: reasons, and entries that fit no mutant."""

from pathlib import Path

import pytest

from autograder.errors import UserError
from autograder.mutation.equivalent import read_equivalents
from autograder.mutation.mutants import Mutant, make_mutants
from autograder.mutation.solution import Solution

LIST = """# Any number above 9
# will do.
#!MUTANT ex1-count.2
-    10
+    11

#!MUTANT ex1-count.2
-    10
+    100

# Another reason.
#!MUTANT ex1-count.1
-            found += 1
+            found += 2
"""


@pytest.fixture
def mutants(solution: Solution) -> list[Mutant]:
    return make_mutants(solution)


def test_entries_share_the_reason_above_them(tmp_path: Path, mutants: list[Mutant]) -> None:
    path = tmp_path / "equivalent.txt"
    path.write_text(LIST, "utf-8")
    entries = read_equivalents(path, mutants)
    assert [(entry.blank, entry.reason, entry.line) for entry in entries.values()] == [
        ("ex1-count.2", "Any number above 9 will do.", 3),
        ("ex1-count.2", "Any number above 9 will do.", 7),
        ("ex1-count.1", "Another reason.", 12),
    ]
    assert ("ex1-count.2", "-    10\n+    11") in entries


def test_no_list_is_an_empty_one(tmp_path: Path, mutants: list[Mutant]) -> None:
    assert read_equivalents(tmp_path / "equivalent.txt", mutants) == {}


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (LIST.replace("+    11", "+    12"), 3, "no mutant of ex1-count.2 is this"),
        (LIST.replace("+    100", "+    11"), 7, "also on line 3"),
        ("#!MUTANT ex1-count.2\n-    10\n+    11\n", 1, "no reason"),
        ("# Why\n#!MUTATION ex1-count.2\n-    10\n+    11\n", 2, "belongs to no #!MUTANT"),
    ],
)
def test_mistakes_are_named(
    text: str, line: int, message: str, tmp_path: Path, mutants: list[Mutant]
) -> None:
    path = tmp_path / "equivalent.txt"
    path.write_text(text, "utf-8")
    with pytest.raises(UserError) as caught:
        read_equivalents(path, mutants)
    assert caught.value.message.startswith(f"{path}:{line}: ")
    assert message in caught.value.message
