"""What grading knows of a released lab."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell

from autograder.assignment import (
    GradedQuestion,
    is_answer,
    is_own,
    is_skipped,
    load_assignment,
    nbgrader_tag,
    question_id,
)
from autograder.compiler.build import build_labs
from autograder.errors import UserError

GOLDEN = Path(__file__).parents[1] / "golden" / "graded"
CONFIG = """
title = "Doubling"
imports = ["json"]
[exercises]
double = "Twice"
[limits]
cell_timeout_s = 7
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `source`, `release` and `solution` of the lab `graded`."""
    folder = tmp_path_factory.mktemp("built")
    shutil.copytree(GOLDEN, folder / "source" / "graded")
    (folder / "source" / "graded" / "lab.toml").write_text(CONFIG, "utf-8")
    source = folder / "source" / "graded" / "graded.md"
    build_labs([source], folder / "release", folder / "solution")
    return folder


def test_it_is_made_of_the_release_and_of_the_labs_folder(built: Path) -> None:
    lab = load_assignment("graded", built / "release", built / "source")
    assert (lab.lab, lab.release_dir) == ("graded", built / "release" / "graded")
    assert lab.test_files == (
        built / "release" / "graded" / "checks.py",  # as students have them
        built / "source" / "graded" / "hidden" / "test_double.py",
    )
    assert (lab.title, lab.exercises, lab.imports) == ("Doubling", {"double": "Twice"}, ("json",))
    assert lab.limits.cell_timeout_s == 7
    assert lab.solution is None


def test_questions_are_in_order_and_written_ones_are_told_from_tested_ones(built: Path) -> None:
    lab = load_assignment("graded", built / "release", built / "source")
    assert lab.questions == [
        GradedQuestion("double", 2.5, written=False),
        GradedQuestion("why-even", 3.0, written=True),
    ]
    assert lab.tested == ("double",)


def test_cells_are_told_apart(built: Path) -> None:
    cells = load_assignment("graded", built / "release", built / "source").notebook.cells
    kinds = [(question_id(cell), is_answer(cell), is_skipped(cell)) for cell in cells]
    assert kinds.count(("double", False, False)) == 1
    assert kinds.count((None, True, False)) == 2  # code, and the written answer
    assert kinds.count((None, False, True)) == 1
    assert not any(map(is_own, cells))
    for tag in (None, "odd", [1]):
        own = new_code_cell("x = 1", metadata={} if tag is None else {"nbgrader": tag})
        assert (is_own(own), nbgrader_tag(own), question_id(own)) == (True, {}, None)


def test_a_lab_without_a_folder_of_its_own_has_its_public_checks(built: Path) -> None:
    lab = load_assignment("graded", built / "release", built / "nothing")
    assert [file.name for file in lab.test_files] == ["checks.py"]
    assert lab.title == "graded"


def test_a_lab_that_was_not_released_is_one_line_with_those_that_were(
    built: Path, tmp_path: Path
) -> None:
    (built / "release" / "no lab").mkdir(exist_ok=True)
    with pytest.raises(UserError, match=r"no such released lab; released are: graded$") as caught:
        load_assignment("other", built / "release")
    assert caught.value.exit_code == 2
    with pytest.raises(UserError, match="run `make release` first"):
        load_assignment("other", tmp_path)


def changed(notebook: Any, kind: str) -> str:
    """The text of a file that lies where the solution belongs."""
    cells = notebook["cells"]
    match kind:
        case "an answer":
            (answer,) = [cell for cell in cells if "return 2 * number" in "".join(cell["source"])]
            answer["source"] = "double = None"
        case "a given text":
            cells[0]["source"] = "# Another lab"
        case "an id":
            cells[0]["id"] = "another"
        case "a cell less":
            del cells[-1]
        case "the order":
            cells[0], cells[1] = cells[1], cells[0]
    return json.dumps(notebook) if kind != "half a file" else json.dumps(notebook)[:200]


@pytest.mark.parametrize(
    ("kind", "fits"),
    [
        ("nothing", True), ("an answer", True), ("a given text", False), ("an id", False),
        ("a cell less", False), ("the order", False), ("half a file", False),
    ],
)  # fmt: skip
def test_a_solution_counts_only_if_it_is_that_of_this_release(
    built: Path, tmp_path: Path, kind: str, fits: bool
) -> None:
    notebook = json.loads((built / "solution" / "graded" / "graded.ipynb").read_bytes())
    path = tmp_path / "graded" / "graded.ipynb"
    path.parent.mkdir()
    path.write_text(changed(notebook, kind), "utf-8")
    lab = load_assignment("graded", built / "release", built / "source", tmp_path)
    assert (lab.solution is not None) == fits
    assert load_assignment("graded", built / "release", None, tmp_path / "no").solution is None
