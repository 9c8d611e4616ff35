"""In a real kernel: cells that fail, and check cells that don't fail as they should."""

from pathlib import Path
from typing import Any

import nbformat

from autograder.gate.bench import Bench, Subject
from autograder.gate.execution import check_executes


def findings(subject: Subject, work_dir: Path) -> list[str]:
    bench = Bench(subject, work_dir, None)  # type: ignore[arg-type]
    return [finding.what for finding in check_executes(bench).findings]


def test_a_cell_that_fails_and_a_check_that_cannot_run(subject: Subject, tmp_path: Path) -> None:
    notebook: Any = nbformat.read(subject.notebook_path, as_version=4)
    *_, unmarked = [cell for cell in notebook.cells if "double(np" in cell.source]
    del unmarked.metadata["tags"]  # reaches the open blank
    nbformat.write(notebook, subject.notebook_path)
    (subject.release_dir / "checks.py").unlink()
    failing, check = findings(subject, tmp_path)
    assert f"cell {unmarked.id} fails (NotImplementedError: " in failing
    assert check.startswith('check("ex1-double") fails by ChecksFailed: checks.py is missing')


def test_a_check_that_passes_on_the_blank(subject: Subject, tmp_path: Path) -> None:
    checks = subject.release_dir / "checks.py"
    text = checks.read_text("utf-8").replace("submission.double(4)", "8")
    checks.write_text(text, "utf-8")
    (finding,) = findings(subject, tmp_path)
    assert finding.startswith('check("ex1-double") passes with its blank open')


def test_a_question_without_public_checks_says_so_and_goes_on(
    subject: Subject, tmp_path: Path
) -> None:
    checks = subject.release_dir / "checks.py"
    checks.write_text('"""None."""\n', "utf-8")
    assert findings(subject, tmp_path / "one") == []
    checks.write_text("raise ValueError\n", "utf-8")
    again = Subject(subject.lab, subject.project)
    (finding,) = findings(again, tmp_path / "two")
    assert "fails by ChecksFailed" in finding and "there is nothing to check" in finding
