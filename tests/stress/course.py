"""A course of a small lab in a folder of its own, graded by the command as one types it."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from autograder.course.ledger import Ledger

PROJECT = Path(__file__).resolve().parents[2]
SOURCE = PROJECT / "tests" / "golden" / "graded" / "graded.md"
LAB = "graded"


class Course:
    """The lab built into `folder`, and a class of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.course_dir = folder / "course"
        self._typed("build", SOURCE, "--out", folder)

    def notebook(self, kind: str) -> bytes:
        """The lab as it is released ("release") or solved ("solution")."""
        return (self.folder / kind / LAB / f"{LAB}.ipynb").read_bytes()

    def hand_in(self, student: str, content: bytes) -> None:
        """Put a file where grading looks for it."""
        path = self.course_dir / "submitted" / student / LAB / f"{LAB}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def start_grading(self) -> "subprocess.Popen[str]":
        """The command, running; its report goes to `report.json`."""
        options = ["--course", self.course_dir, "--release", self.folder / "release"]
        options += ["--jobs", "2", "--json", self.folder / "report.json"]
        with (self.folder / "said.txt").open("w") as said:
            return subprocess.Popen(
                [sys.executable, "-m", "autograder", "grade", LAB, *map(str, options)],
                cwd=PROJECT, text=True, stdout=said, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def grade(self) -> list[dict[str, Any]]:
        """Grade the class; the report's submissions.

        Raises:
            AssertionError: if the command fails, with its words.
        """
        process = self.start_grading()
        process.wait()
        said = (self.folder / "said.txt").read_text("utf-8")
        assert process.returncode == 0, f"grading ended with {process.returncode}: {said}"
        report = json.loads((self.folder / "report.json").read_text("utf-8"))
        return list(report["submissions"])

    def has_sound_gradebook(self) -> bool:
        """Whether nbgrader's gradebook is whole, or not there yet."""
        path = self.course_dir / "gradebook.db"
        if not path.exists():
            return True
        with closing(sqlite3.connect(path)) as book:
            return book.execute("pragma integrity_check").fetchall() == [("ok",)]

    def gradebook_scores(self) -> dict[str, float]:
        """Student -> points by tests in nbgrader's gradebook."""
        with closing(sqlite3.connect(self.course_dir / "gradebook.db")) as book:
            return dict(
                book.execute(
                    "select s.student_id, sum(g.auto_score) from submitted_assignment s "
                    "join submitted_notebook n on n.assignment_id = s.id "
                    "join grade g on g.notebook_id = n.id "
                    "where g.auto_score is not null group by s.student_id"
                ).fetchall()
            )

    def published_scores(self) -> dict[str, float]:
        """Student -> points, as it was written down when they were published."""
        standings = Ledger(self.course_dir / "results" / LAB).standings()
        return {student: has.raw for student, has in standings.items()}

    def _typed(self, *arguments: object) -> None:
        command = [sys.executable, "-m", "autograder", *map(str, arguments)]
        subprocess.run(command, cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
