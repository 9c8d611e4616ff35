"""Results on disk, a file per submission, keyed by all that could change the outcome.

A killed run continues where it was, and an unchanged submission is not graded twice.
"""

import hashlib
import json
import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from ..assignment import Assignment
from ..engine import Limits
from ..judge.ingest import SIZE_LIMIT_BYTES
from ..judge.results import SubmissionResult

PROJECT_PACKAGES = [Path(__file__).resolve().parents[2] / name for name in ("lib", "autograder")]


@dataclass(frozen=True)
class ResultStore:
    """The results of one lab in one course: `DIR/results/<lab>/<student>.json`."""

    folder: Path

    def load(self, student: str, key: str) -> SubmissionResult | None:
        """The stored result, if it is whole and still that of `key`."""
        try:
            stored = json.loads(self._path(student).read_text("utf-8"))
            return SubmissionResult.from_json(stored["result"]) if stored["key"] == key else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def latest(self, student: str) -> SubmissionResult | None:
        """The stored result, whatever it was made with."""
        try:
            stored = json.loads(self._path(student).read_text("utf-8"))
            return SubmissionResult.from_json(stored["result"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def save(self, result: SubmissionResult, key: str) -> None:
        """Write atomically: a reader sees the old result or the new one."""
        path = self._path(result.student)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}.tmp")
        content = {"key": key, "result": result.as_json()}
        draft.write_text(json.dumps(content, indent=1), "utf-8")
        draft.replace(path)

    def _path(self, student: str) -> Path:
        return self.folder / f"{student}.json"


def environment_key(assignment: Assignment, seed: int, limits: Limits, level: str) -> str:
    """A hash of all but the submission: release, solution, tests, our code, library versions,
    limits, and the level of confinement."""
    digest = hashlib.sha256(f"{seed} {limits} {level} {platform.python_version()}".encode())
    for package in ("torch", "numpy", "nbformat", "ipython"):
        digest.update(f"{package} {version(package)}".encode())
    for cell in [] if assignment.solution is None else assignment.solution.cells:
        digest.update(f"{cell.id} {cell.source}".encode())
    for folder in [assignment.release_dir, *PROJECT_PACKAGES]:
        for file in _files_of(folder):
            digest.update(file.relative_to(folder).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()


def result_key(environment: str, submitted: Path) -> str:
    """The environment's hash with the submission's content."""
    digest = hashlib.sha256(environment.encode())
    if submitted.is_file():
        with submitted.open("rb") as file:  # of a larger file no more is ever looked at
            digest.update(file.read(SIZE_LIMIT_BYTES + 1))
    return digest.hexdigest()


def _files_of(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            yield file
