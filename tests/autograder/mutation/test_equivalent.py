"""The list of equivalent mutants: reasons, and entries that fit no mutant."""

from pathlib import Path

import pytest

from autograder.errors import UserError, shown
from autograder.mutation.equivalent import read_equivalents
from autograder.mutation.mutants import Mutant, make_mutants
from autograder.variants.solution import Solution

ANY_NUMBER = """# Any number above 9
# will do.
#!MUTANT ex1-count.2
-    10
+    11

#!MUTANT ex1-count.2
-    10
+    100
"""
ANOTHER = """# Another reason.
#!MUTANT ex1-count.1
-            found += 1
+            found += 2
"""


@pytest.fixture
def mutants(solution: Solution) -> list[Mutant]:
    return make_mutants(solution)


def test_entries_share_the_reason_of_their_file(tmp_path: Path, mutants: list[Mutant]) -> None:
    (tmp_path / "any-number.txt").write_text(ANY_NUMBER, "utf-8")
    (tmp_path / "another.txt").write_text(ANOTHER, "utf-8")
    entries = read_equivalents(tmp_path, mutants)
    assert [(entry.blank, entry.reason, entry.line) for entry in entries.values()] == [
        ("ex1-count.1", "Another reason.", 2),
        ("ex1-count.2", "Any number above 9 will do.", 3),
        ("ex1-count.2", "Any number above 9 will do.", 7),
    ]
    assert entries["ex1-count.2", "-    10\n+    11"].place.endswith("any-number.txt:3")


def test_no_folder_is_an_empty_list(tmp_path: Path, mutants: list[Mutant]) -> None:
    assert read_equivalents(tmp_path / "equivalent", mutants) == {}


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (ANY_NUMBER.replace("+    11", "+    12"), 3, "no mutant of ex1-count.2 is this"),
        (ANY_NUMBER.replace("+    100", "+    11"), 7, "any-number.txt:3; keep one"),
        (ANY_NUMBER.replace("+    11", "     11"), 5, "mark each line"),
        ("#!MUTANT ex1-count.2\n-    10\n+    11\n", 1, "what it is"),
        ("# Why\n#!MUTATION ex1-count.2\n-    10\n+    11\n", 2, "is no header"),
        ("# Why\n#!BLANK ex1-count.2\n    11\n", 2, "only `#!MUTANT question.n`"),
        ("# Why\n#!SAYS nothing\n", 2, "only `#!MUTANT question.n`"),
    ],
)
def test_mistakes_are_named(
    text: str, line: int, message: str, tmp_path: Path, mutants: list[Mutant]
) -> None:
    path = tmp_path / "any-number.txt"
    path.write_text(text, "utf-8")
    with pytest.raises(UserError) as caught:
        read_equivalents(tmp_path, mutants)
    assert caught.value.message.startswith(f"{shown(path)}:{line}: ")
    assert message in caught.value.message


def test_the_same_mutant_in_two_files(tmp_path: Path, mutants: list[Mutant]) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(ANOTHER, "utf-8")
    with pytest.raises(UserError, match=r"b\.txt:2: also at .*a\.txt:2; keep one"):
        read_equivalents(tmp_path, mutants)
