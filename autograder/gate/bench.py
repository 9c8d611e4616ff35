"""What the checks of a release look at, and what they say."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ..assignment import Assignment, load_assignment
from ..compiler.notebooks import read_pieces
from ..compiler.points import MarkedTest, read_tests
from ..errors import shown
from ..judge.pool import Pool
from ..judge.results import SubmissionResult
from ..lab import CHECKS_FILE, Lab, find_lab


@dataclass(frozen=True)
class Finding:
    """One thing that keeps a lab from being released."""

    place: str  # `file:line`
    what: str  # what is wrong; what to do


@dataclass(frozen=True)
class Seen:
    """What a check looked at, in numbers, and what it found."""

    looked_at: str
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # what was let pass, each with its reason


@dataclass(frozen=True)
class Subject:
    """One lab of a project, as it lies on the disk."""

    lab: str
    project: Path

    @property
    def source_root(self) -> Path:
        """Where the labs are written."""
        return self.project / "source"

    @cached_property
    def folder(self) -> Lab:
        """The lab's folder. Raises `UserError` if there is none."""
        return find_lab(self.lab, self.source_root)

    @property
    def source(self) -> Path:
        """The lab's Markdown file."""
        return self.folder.source

    @property
    def release_dir(self) -> Path:
        """What students receive."""
        return self.project / "release" / self.lab

    @property
    def notebook_path(self) -> Path:
        """The student notebook."""
        return self.release_dir / f"{self.lab}.ipynb"

    @property
    def hidden_dir(self) -> Path:
        """The hidden tests."""
        return self.folder.hidden_dir

    @cached_property
    def assignment(self) -> Assignment:
        """The release as grading sees it. Raises `UserError` if there is none."""
        return load_assignment(self.folder.name, self.release_dir.parent, self.source_root)

    @cached_property
    def public_tests(self) -> list[MarkedTest]:
        """The marked tests that are released."""
        path = self.release_dir / CHECKS_FILE
        return read_tests(path) if path.is_file() else []

    @cached_property
    def hidden_tests(self) -> list[MarkedTest]:
        """The marked tests that are not."""
        return [test for path in self.folder.hidden_tests for test in read_tests(path)]

    @property
    def tests(self) -> list[MarkedTest]:
        """All marked tests."""
        return [*self.hidden_tests, *self.public_tests]

    def code_cells(self) -> list[Any]:
        """The code cells of the student notebook."""
        return [cell for cell in self.assignment.notebook.cells if cell.cell_type == "code"]

    def place_of(self, cell: Any, line: int = 1) -> str:
        """Where a line of a cell stands in the notebook's file."""
        text = self.notebook_path.read_text("utf-8")
        start = text.find(f'"id": "{cell.id}"')
        start = max(start, 0) if cell.source == "" else text.find('"source": [', max(start, 0))
        return f"{shown(self.notebook_path)}:{text.count(chr(10), 0, start) + 1 + line}"

    def place_in_source(self, cell_id: str) -> str:
        """Where a cell begins in the source."""
        pieces = read_pieces(self.source).pieces
        line = next((piece.line for piece in pieces if piece.cell_id == cell_id), 1)
        return f"{shown(self.source)}:{line}"

    def place_of_question(self, question: str) -> str:
        """Where a question's tag stands in the source."""
        tag = re.compile(rf"^\s*#!TAG QUESTION {re.escape(question)}\b.*$", re.MULTILINE)
        text = self.source.read_text("utf-8")
        found = tag.search(text)
        line = text.count("\n", 0, found.end()) + 1 if found else 1
        return f"{shown(self.source)}:{line}"


@dataclass
class Bench:
    """Where the checks of one run work, and what the later ones take over from earlier ones."""

    subject: Subject
    work_dir: Path
    pool: Pool
    solution: Path | None = None  # the solution notebook, once it is built
    blank: SubmissionResult | None = None  # the release handed in as it is, once it is graded
