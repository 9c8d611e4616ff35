"""The source of Lab 9: its cells run, its public checks are fair, its models show their point."""

import ast
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib
import nbformat
import pytest
from matplotlib import pyplot as plt
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from autograder.assignment import COLAB_TAG
from autograder.compiler.notebooks import Piece, read_pieces
from lib.kit.checks import question_of
from lib.kit.checks.selfcheck import Submission

matplotlib.use("agg")
pytestmark = [
    pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

PROJECT = Path(__file__).resolve().parents[3]
LAB = PROJECT / "source" / "lab09"
PIECES = read_pieces(LAB / "lab09.md").pieces
CODE = [
    piece
    for piece in PIECES
    if piece.kind == "code" and piece.role != "check" and COLAB_TAG not in piece.tags
]


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
    return run([piece.student for piece in graded(CODE) if not piece.skips_preview])


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_public_checks_pass_on_the_solution(check: Any, solution: dict[str, Any]) -> None:
    check(Submission(solution))
    assert plt.get_fignums() == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_public_checks_fail_where_answers_are_blank(check: Any, preview: dict[str, Any]) -> None:
    with pytest.raises((AssertionError, NotImplementedError, NameError)):
        check(Submission(preview))


def test_each_question_has_two_public_checks_or_more_of_few_points() -> None:
    questions = {piece.grade_id for piece in PIECES if piece.role == "check"}
    asked = Counter(question_of(check).id for check in CHECKS)  # type: ignore[union-attr]
    assert asked.keys() == questions and set(asked.values()) <= {2, 3, 4}
    assert {question_of(check).points for check in CHECKS} <= {0.5, 1, 1.5}  # type: ignore[union-attr]


def test_public_checks_need_no_reference() -> None:
    tree = ast.parse((LAB / "student" / "checks.py").read_text("utf-8"))
    imports = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imports |= {
        a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names
    }
    assert imports == {"functools", "math", "torch", "lib.kit.checks", "lib.kit.data"}


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


RELEASE = PROJECT / "release" / "lab09"
SLOWEST_CHECK = 0.25  # times the processor time of the notebook's imports, on the same machine
FIRST_CELL = CODE[0].student


def in_kernel(folder: Path, sources: list[str]) -> list[Any]:
    """Execute cells in a real kernel that starts in a folder; the cells with their outputs."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    NotebookClient(
        notebook,
        allow_errors=True,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    ).execute()
    return list(notebook.cells)


def test_the_first_cell_says_what_to_do(tmp_path: Path) -> None:
    """Alone in a folder; then with the lab's folder, whole, without a package, with an old one."""
    shutil.copytree(RELEASE, tmp_path / "lab09")
    (tmp_path / "empty").mkdir()
    file = "__import__('pathlib').Path('requirements.txt')"
    sources = [
        FIRST_CELL,
        "import os; os.chdir('../lab09')",
        FIRST_CELL,
        f"text = {file}.read_text(); {file}.write_text(text + 'no-such-package>=3')",
        FIRST_CELL,
        f"{file}.write_text(text.replace('torch==2.13.0', 'torch==2.99'))",
        FIRST_CELL,
    ]
    outputs = [cell.outputs for cell in in_kernel(tmp_path / "empty", sources)]
    (alone,), _, (ready,), _, (lacking,), _, (old,) = outputs
    assert "Put the whole folder of the lab beside this notebook" in "".join(alone.traceback)
    assert re.fullmatch(r"Ready: Python 3[.0-9]+, filelock .*, torch 2\.13\.0.*\n", ready.text)
    index = "--extra-index-url https://download.pytorch.org/whl/cpu"
    assert f'run `%pip install "no-such-package>=3" {index}` in a cell' in lacking.traceback[0]
    assert f'too old: run `%pip install -U "torch>=2.99" {index}`' in old.traceback[0]
    for error in (lacking, old):
        (line,) = error.traceback
        assert line.startswith("Not ready: ") and line.endswith(".") and "\n" not in line


def _timed(check: Piece) -> str:
    """A check cell that runs twice and notes the second run's processor time.

    The first run may import a library or read a data set, which the machine's caches decide.
    """
    name = f"cpu_s[{check.grade_id!r}]"
    timed = f"{name} = time.process_time()\n{check.solution}\n{name} = time.process_time() - {name}"
    return f"{check.solution}\n{timed}"


def test_checks_in_one_kernel(tmp_path: Path) -> None:
    """On the solution all are green, quick and quiet, and run twice; `progress()` counts them."""
    shutil.copytree(RELEASE, tmp_path, dirs_exist_ok=True)
    pieces = [piece for piece in graded(PIECES) if piece.kind == "code"]
    timed = [_timed(piece) if piece.role == "check" else piece.solution for piece in pieces]
    imports = "\n".join(piece.solution for piece in CODE[:2])
    start = f"import time\nbefore = time.process_time()\n{imports}\n"
    start += "cpu_s = {'imports': time.process_time() - before}"
    ends = ["progress()", "progress()", "import json\nprint(json.dumps(cpu_s))"]
    _, *cells = in_kernel(tmp_path, [start, *timed, *ends])
    for piece, cell in zip(pieces, cells, strict=False):
        assert [output for output in cell.outputs if output.output_type == "error"] == [], (
            piece.line
        )
        if piece.role == "check":
            first, second = cell.outputs  # no progress bar, no figure, no warning
            assert first.data["text/html"].count("✓ passed") in (2, 3, 4)
            assert second.data["text/html"].count("✓ passed") in (2, 3, 4)
    times = json.loads(cells[-1].outputs[0].text)
    imports_s = times.pop("imports")
    slowest = max(times, key=times.__getitem__)
    ratio = times[slowest] / imports_s
    print(f"slowest of {len(times)} checks: {slowest}, {ratio:.2f} times the imports")
    assert ratio < SLOWEST_CHECK
    for cell in cells[-3:-1]:
        (summary,) = cell.outputs
        assert "21 of 21 questions pass" in summary.data["text/html"]


@pytest.mark.parametrize("version", ["student", "solution"])
def test_nbgrader_validates(version: str, tmp_path: Path) -> None:
    """A blank notebook's failing cells are listed, all of them; the solution passes."""
    shutil.copytree(RELEASE, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "lab09.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for piece, cell in zip(PIECES, notebook.cells, strict=True):
        if version == "solution" and piece.role in ("blank", "written"):
            cell.source = piece.solution
    nbformat.write(notebook, path)
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "validate", path.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr
    if version == "solution":
        assert "Success! Your notebook passes all the tests." in done.stdout
    else:
        assert "VALIDATION FAILED ON 28 CELL(S)" in done.stdout
        assert "ChecksFailed: ex4-attention is still open" in done.stdout


def test_students_files_import_only_what_they_install() -> None:
    needed = {
        line.split("=")[0].replace("-", "_").replace("scikit_learn", "sklearn")
        for line in (LAB / "student" / "requirements.txt").read_text("utf-8").split()
    }
    known = needed | set(sys.stdlib_module_names) | {"lib", "autograder"}
    known |= {"IPython", "packaging"}  # which ipykernel brings
    known |= {"torchvision_without_ops"}
    sources = [path.read_text("utf-8") for path in RELEASE.rglob("*.py")]
    sources += [piece.student for piece in CODE]
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            assert {name.split(".")[0] for name in names} <= known | {
                "torchvision_without_ops",
                "packaging",
            }


def test_the_quick_profile_needs_no_torchvision() -> None:
    """A student's torchvision may be one that can't be imported beside their PyTorch."""
    assert not any("torchvision" in piece.student for piece in CODE)


def test_every_figure_has_a_description() -> None:
    for piece in CODE:
        assert "plt.show" not in piece.student, piece.line


def test_redrawn_sums_keep_their_digits(solution: dict[str, Any]) -> None:
    """The full profile's training data: the same sums in each epoch, with other images."""
    (source,) = (piece.solution for piece in CODE if "class RedrawnSums" in piece.solution)
    names = dict(solution)
    exec(source[: source.index("sums_to_train")], names)
    sums = names["RedrawnSums"](num_samples=8)
    first, second = ([sums[index] for index in range(8)] for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert one["label"].equal(other["label"])
        for name in ("num_1", "num_2"):
            assert one[name].shape == other[name].shape == (3, 1, 28, 28)
            assert not one[name].equal(other[name])
