"""The source of Lab 9: its cells run, its public checks are fair, its models show their point."""

import ast
import importlib.util
import re
import tomllib
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib
import pytest
from matplotlib import pyplot as plt

from autograder.compiler.notebooks import Piece, read_pieces
from autograder.testing import question_of
from autograder.testing.selfcheck import Submission

matplotlib.use("agg")
pytestmark = [
    pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

PROJECT = Path(__file__).resolve().parents[2]
LAB = PROJECT / "source" / "lab09"
PIECES = read_pieces(LAB / "lab09.md").pieces
CODE = [piece for piece in PIECES if piece.kind == "code" and piece.role != "check"]


def load_checks() -> ModuleType:
    spec = importlib.util.spec_from_file_location("checks", LAB / "student" / "checks.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CHECKS = [value for value in vars(load_checks()).values() if question_of(value)]


def run(cells: list[str]) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in cells:
        exec(compile(cell, "<cell>", "exec"), names)
    return names


def graded(pieces: list[Piece]) -> list[Piece]:
    return [piece for piece in pieces if "skip-grading" not in piece.tags]


@pytest.fixture(scope="module")
def solution() -> dict[str, Any]:
    return run([piece.solution for piece in graded(CODE)])


@pytest.fixture(scope="module")
def preview() -> dict[str, Any]:
    # The cell that sets up the figures of a real notebook needs its shell.
    cells = [piece.student for piece in CODE if not piece.skips_preview]
    return run([cell for cell in cells if "set_matplotlib_formats" not in cell])


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_public_checks_pass_on_the_solution(check: Any, solution: dict[str, Any]) -> None:
    check(Submission(solution))
    assert plt.get_fignums() == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_public_checks_fail_where_answers_are_blank(check: Any, preview: dict[str, Any]) -> None:
    with pytest.raises((AssertionError, NotImplementedError, NameError)):
        check(Submission(preview))


def test_each_question_has_two_public_checks_of_one_point() -> None:
    questions = [piece.grade_id for piece in PIECES if piece.role == "check"]
    assert Counter(question_of(check).id for check in CHECKS) == dict.fromkeys(questions, 2)  # type: ignore[union-attr]
    assert {question_of(check).points for check in CHECKS} == {1}  # type: ignore[union-attr]


def test_public_checks_need_no_reference() -> None:
    tree = ast.parse((LAB / "student" / "checks.py").read_text("utf-8"))
    imports = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imports |= {
        a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names
    }
    assert imports == {"torch", "autograder.testing"}


def test_training_cells_are_not_graded() -> None:
    for piece in graded(CODE):
        tree = ast.parse(piece.solution)
        called = [
            statement for statement in tree.body if not isinstance(statement, ast.FunctionDef)
        ]
        for node in (node for statement in called for node in ast.walk(statement)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("train", "train_addition"), piece.line


def test_every_blank_says_what_to_do() -> None:
    for piece in PIECES:
        if piece.role == "blank":
            assert "TODO: " in piece.student, piece.line
        if piece.role == "written":
            assert piece.question is not None and 1 <= (piece.question.points or 0) <= 4


def test_maths_is_written_for_jupyter() -> None:
    for piece in PIECES:
        if piece.kind == "markdown":
            for text in (piece.student, piece.solution):
                prose = re.sub(r"`[^`]*`", "", text)
                assert prose.count("$$") % 2 == 0, piece.line
                assert prose.replace("$$", "").count("$") % 2 == 0, piece.line
                outside = re.sub(r"\$\$.*?\$\$|\$[^$]*\$", "", prose, flags=re.DOTALL)
                assert not re.search(r"\\[a-z]", outside), piece.line


def test_students_install_what_the_project_uses() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = (LAB / "student" / "requirements.txt").read_text("utf-8").split()
    assert set(needed) <= set(project["dependencies"])


def test_reading_at_the_last_word_learns_what_padding_and_bags_cannot(
    solution: dict[str, Any],
) -> None:
    """The lab's main point, in two of its epochs."""
    accuracy = {}
    for name, make, learning_rate in (
        ("bag", solution["BagOfWords"], 2e-2),
        ("naive", lambda: solution["LSTMModel"](skip_padding=False), 5e-3),
        ("last word", lambda: solution["LSTMModel"](skip_padding=True), 5e-3),
    ):
        solution["torch"].manual_seed(solution["SEED"])
        model = make()
        metrics = solution["train"](
            model,
            solution["loss"],
            solution["Adam"](model.parameters(), lr=learning_rate),
            solution["train_dataset"],
            solution["val_dataset"],
            epochs=2,
            batch_size=solution["BATCH_SIZE"],
        )
        accuracy[name] = metrics["val_acc"][-1]
    assert accuracy["naive"] < 0.6 < accuracy["bag"] < 0.75
    assert accuracy["last word"] > 0.95
