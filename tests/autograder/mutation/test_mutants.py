"""Mutants: one small edit in one blank, all else as it was, always the same ones."""

import ast
from pathlib import Path

import pytest

from autograder.mutation.confusions import Confusions
from autograder.mutation.mutants import Mutant, _diff, make_mutants
from autograder.variants.solution import Solution, read_solution


def added(solution: Solution, blank: str, confusions: Confusions | None = None) -> list[str]:
    """The lines that the mutants of a blank have instead of the solution's."""
    diffs = [mutant.diff for mutant in make_mutants(solution, confusions) if mutant.blank == blank]
    return [line[1:].strip() for diff in diffs for line in diff.split("\n") if line[0] == "+"]


def test_small_mistakes_in_a_condition(solution: Solution) -> None:
    assert set(added(solution, "ex1-count.1")) == {
        "pass",
        "if number <= limit:",
        "if number > limit:",
        "found += 2",
        "found += 0",
    }


ODD_LAB = """```python
#!TAG SKIPQUESTEXEC

#!TAG HWBEGIN
found = "ä" in words and flags & 4
#!TAG HWEND
```

```python
%%time
#!TAG HWBEGIN
x = 1
#!TAG HWEND
```

```python
#!TAG QUESTION ex1-odd
```
"""


def test_odd_cells(tmp_path: Path) -> None:
    """Blank lines in front, letters of two bytes, operators unknown to it, a cell of magics."""
    (tmp_path / "odd.md").write_text(ODD_LAB, "utf-8")
    odd = read_solution(tmp_path / "odd.md")
    assert {'found = "ä" not in words and flags & 4', 'found = "ä" in words or flags & 4'} <= set(
        added(odd, "ex1-odd.1")
    )
    assert added(odd, "ex1-odd.2") == []


def test_the_same_each_time(solution: Solution) -> None:
    assert make_mutants(solution) == make_mutants(read_solution(solution.path))


def test_each_differs_and_only_in_its_blank(solution: Solution) -> None:
    mutants = make_mutants(solution)
    trees = {(mutant.cell_id, ast.dump(ast.parse(mutant.source))) for mutant in mutants}
    assert len(trees) == len(mutants)
    for mutant in mutants:
        removed = [line[1:] for line in mutant.diff.split("\n") if line[0] == "-"]
        assert removed
        assert set(removed) <= set(solution.blanks[mutant.blank].lines)


IMPORTING_LAB = """```python
import os.path
import statistics as st
from math import fsum
```

```python
#!TAG HWBEGIN
x = os.path.join("a").strip()
y = st.mean([1, 2]).real
#!TAG HWEND
```

```python
#!TAG QUESTION ex1-names
```
"""


def test_imported_names_hold_no_values(tmp_path: Path) -> None:
    """A module in place of a call's result would be no mistake that anybody makes."""
    (tmp_path / "lab.md").write_text(IMPORTING_LAB, "utf-8")
    lines = added(read_solution(tmp_path / "lab.md"), "ex1-names.1")
    assert 'x = os.path.join("a")' in lines
    assert "y = [1, 2].real" in lines
    assert "y = st.real" not in lines


def test_confusions_of_the_lab_are_tried(solution: Solution) -> None:
    habits = Confusions(names=(("number", "limit"),))
    lines = added(solution, "ex1-count.1", habits)
    assert "if limit < limit:" in lines
    assert "if limit < limit:" not in added(solution, "ex1-count.1")


SOLVED = "def f(x):\n    y = 1\n    x += y\n    return x"


@pytest.mark.parametrize(
    ("mutated", "shown"),
    [
        ("def f(x):\n    y = 2\n    x += y\n    return x", "-    y = 1\n+    y = 2"),
        (
            "def f(x):\n    x += y\n    y = 1\n    return x",
            " def f(x):\n+    x += y\n     y = 1\n-    x += y\n     return x",
        ),
        ("def f(x):\n    y = 1\n    return x", "     y = 1\n-    x += y\n     return x"),
    ],
)
def test_where_lines_moved_or_went_the_lines_around_them_are_shown(
    mutated: str, shown: str
) -> None:
    mutant = Mutant("ex1", "ex1.1", "c", mutated, _diff(SOLVED, mutated), SOLVED)
    assert mutant.in_context == shown
