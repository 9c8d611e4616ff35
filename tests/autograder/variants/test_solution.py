"""Blanks have names, and a cell can be filled otherwise."""

from pathlib import Path

import pytest

from autograder.compiler.tags import DoesNotCompile
from autograder.errors import UserError
from autograder.variants.solution import Solution, read_solution


def test_blanks_are_counted_by_question(solution: Solution) -> None:
    blanks = list(solution.blanks.values())
    assert [blank.name for blank in blanks] == ["ex1-count.1", "ex1-count.2", "ex2-share.1"]
    assert [blank.lines[0].strip() for blank in blanks] == [
        "if number < limit:",
        "10",
        "return count_below(numbers, limit) / len(numbers)",
    ]
    lines = solution.path.read_text("utf-8").split("\n")
    assert {lines[blank.line - 1].strip() for blank in blanks} == {"#!TAG HWBEGIN"}


def test_questions_in_the_order_of_the_lab(solution: Solution) -> None:
    assert solution.questions == ["ex1-count", "ex2-share"]
    assert [cell.question for cell in solution.cells.values()] == [
        "ex1-count",
        "ex1-count",
        "ex2-share",
    ]


def test_answers_are_the_cells_of_a_question(solution: Solution) -> None:
    counts = {question: len(cells) for question, cells in solution.answers.items()}
    assert counts == {"ex1-count": 2, "ex2-share": 1, "ex2-why": 1}
    (why,) = solution.answers["ex2-why"]
    (piece,) = [piece for piece in solution.lab.pieces if piece.cell_id == why]
    assert piece.solution.startswith("Because")


def test_a_cell_filled_otherwise_keeps_what_is_around(solution: Solution) -> None:
    cell = solution.cells[solution.blanks["ex1-count.1"].cell_id]
    filled = cell.filled({0: ["        found += number < limit"]})
    assert filled == cell.source.replace(
        "        if number < limit:\n            found += 1", "        found += number < limit"
    )
    assert cell.filled({}) == cell.source


def test_a_cell_that_does_not_compile_is_refused(solution: Solution) -> None:
    cell = solution.cells[solution.blanks["ex1-count.1"].cell_id]
    with pytest.raises(DoesNotCompile, match="does not compile"):
        cell.filled({0: ["        found +="]})


MODULE = """
def halve(number):
    #!TAG HWBEGIN
    return number / 2
    #!TAG HWEND
LIMIT = 3
"""


@pytest.mark.parametrize(
    ("first", "second", "question"),
    [
        ("import model", "model.halve(2)", "ex2-b"),
        ("from model import halve", "print(LIMIT)", "ex2-b"),
        ("import numpy\nhalve(2)", "halve(4)", "ex1-a"),
        ("1", "`model.py`", "ex2-b"),
        ("halves, model.python, model", "behalve", "ex2-b"),
        ("1", "2", "ex2-b"),
    ],
)
def test_a_file_belongs_to_the_first_question_that_mentions_what_it_defines(
    tmp_path: Path, first: str, second: str, question: str
) -> None:
    folder = tmp_path / "lab"
    (folder / "files").mkdir(parents=True)
    (folder / "files" / "model.py").write_text(MODULE, "utf-8")
    (folder / "lab.toml").write_text("files = ['model.py']", "utf-8")
    checks = [f"```python\n#!TAG QUESTION {name}\n```" for name in ("ex1-a", "ex2-b")]
    text = f"# Lab\n\n```python\n{first}\n```\n\n{checks[0]}\n\n{second}\n\n{checks[1]}\n"
    (folder / "lab.md").write_text(text, "utf-8")
    solution = read_solution(folder / "lab.md")
    assert solution.question_of_file("model.py") == question
    assert solution.modules["model.py"].question == question
    assert solution.modules["model.py"].source == MODULE.strip().replace(
        "    #!TAG HWBEGIN\n", ""
    ).replace("    #!TAG HWEND\n", "")


def test_no_such_lab(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such lab source") as caught:
        read_solution(tmp_path / "lab.md")
    assert caught.value.exit_code == 2
