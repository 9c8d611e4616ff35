"""Mutants: one small edit in one blank, all else as it was, always the same ones."""

import ast
from pathlib import Path

import pytest

from autograder.mutation.mutants import make_mutants
from autograder.mutation.solution import Solution, read_solution

PROJECT = Path(__file__).resolve().parents[3]
LAB09 = PROJECT / "source" / "lab09" / "lab09.md"


def added(solution: Solution, blank: str) -> list[str]:
    """The lines that the mutants of a blank have instead of the solution's."""
    diffs = [mutant.diff for mutant in make_mutants(solution) if mutant.blank == blank]
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


@pytest.fixture(scope="module")
def lab09() -> Solution:
    return read_solution(LAB09)


def test_lab09_has_many_and_each_differs(lab09: Solution) -> None:
    mutants = make_mutants(lab09)
    assert len(mutants) >= 250
    assert {mutant.question for mutant in mutants} == set(lab09.questions)
    trees = {(mutant.cell_id, ast.dump(ast.parse(mutant.source))) for mutant in mutants}
    assert len(trees) == len(mutants)
    solved = {(i, ast.dump(ast.parse(cell.source))) for i, cell in lab09.cells.items()}
    assert not trees & solved


def test_only_lines_of_the_blank_change(lab09: Solution) -> None:
    for mutant in make_mutants(lab09):
        blank = lab09.blanks[mutant.blank]
        removed = [line[1:] for line in mutant.diff.split("\n") if line[0] == "-"]
        assert removed
        assert set(removed) <= set(blank.lines)


@pytest.mark.parametrize(
    ("blank", "line"),
    [
        ("ex1-decode.1", "rank_to_word.get(token + 3"),
        ("ex1-filter.1", "word < max_rank"),
        ("ex1-lstm.2", "state = hidden[0]"),
        ("ex1-train.2", "with torch.enable_grad():"),
        ("ex1-train.1", "model.train()"),
        ("ex1-setup.6", 'nn.BCEWithLogitsLoss(reduction="sum")'),
        ("ex2-digits.1", "for digit in list(str(num).zfill(length))[::-1]"),
        ("ex2-dataset.2", '"label": self.labels["sum"][idx - 1]'),
        ("ex2-model.1", "kernel_size=5, stride=3"),
        ("ex2-model.3", "batch_first=True, bidirectional=False"),
        ("ex3-self-attention.1", "torch.softmax(query @ key.T / key.shape[1] ** 0.5, dim=0)"),
        ("ex3-self-attention.1", "torch.softmax(query @ key.T, dim=1)"),
        ("ex3-flash.1", "rescale = torch.exp(new_m - m)"),
        ("ex4-attention.1", "num_heads=4, batch_first=False"),
        ("ex4-attention.3", "embedded, embedded, embedded, need_weights=False"),
        ("ex4-attention.3", "is_padding = tokens != 0"),
    ],
)
def test_lab09_has_the_mistakes_that_students_make(blank: str, line: str, lab09: Solution) -> None:
    assert any(line in text for text in added(lab09, blank))


def test_missing_steps_of_training(lab09: Solution) -> None:
    diffs = [mutant.diff for mutant in make_mutants(lab09) if mutant.blank == "ex1-train.3"]
    for step in ("optimizer.zero_grad()", "batch_loss.backward()", "optimizer.step()"):
        assert f"-            {step}\n+            pass" in diffs
