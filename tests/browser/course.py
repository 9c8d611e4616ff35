"""A course folder with submissions of a small lab, for tests with formgrader."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook

from autograder.verbs.build import build_each

PROJECT = Path(__file__).resolve().parents[2]
LAB = "graded"


class Course:
    """A course folder, and the release that its students got."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.built = folder.parent / "built"
        source = PROJECT / "tests" / "golden" / LAB / f"{LAB}.md"
        build_each([source], self.built / "release", self.built / "solution")

    def hand_in(
        self,
        student: str,
        version: str,
        code: str | None = None,
        change: Callable[[Any], None] = lambda notebook: None,
    ) -> None:
        """Put the built solution or release into the course, perhaps with other code in it."""
        notebook: Any = nbformat.read(self.built / version / LAB / f"{LAB}.ipynb", as_version=4)
        for cell in notebook.cells:
            if code is not None and cell.source.startswith("def double"):
                cell.source = code
        change(notebook)
        path = self.folder / "submitted" / student / LAB / f"{LAB}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)

    def grade(self) -> None:
        """Grade the class by the command that graders type."""
        options = ["--course", self.folder, "--release", self.built / "release", "--jobs", "1"]
        subprocess.run(
            [sys.executable, "-m", "autograder", "grade", LAB, *map(str, options)],
            cwd=PROJECT,
            check=True,
            timeout=300,
            capture_output=True,
        )

    def scores(self, student: str) -> dict[str, tuple[float | None, float | None]]:
        """question -> points by tests and by hand, as the gradebook has them."""
        with Gradebook(f"sqlite:///{self.folder}/gradebook.db") as gradebook:
            (notebook,) = gradebook.find_submission(LAB, student).notebooks
            return {grade.name: (grade.auto_score, grade.manual_score) for grade in notebook.grades}

    def comments(self, student: str) -> list[str]:
        """What graders wrote to the student."""
        with Gradebook(f"sqlite:///{self.folder}/gradebook.db") as gradebook:
            (notebook,) = gradebook.find_submission(LAB, student).notebooks
            return [c.manual_comment for c in notebook.comments if c.manual_comment]
