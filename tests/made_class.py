"""What a class that is made up is made of: a copy of a lab, hand-ins of it, a course's bytes.

How platforms name such hand-ins stands in `tests.autograder.platforms.downloads`.
"""

import contextlib
import json
import shutil
import sqlite3
from pathlib import Path

import nbformat

from autograder.lab import read_lab_folder
from autograder.variants.solution import read_solution
from autograder.variants.variant import read_variant
from autograder.verbs.build import build_each
from autograder.verbs.demo import submission

PROJECT = Path(__file__).resolve().parents[1]
LOCK = ".grading.lock"  # the one file of a course that a run may touch


class LabCopy:
    """A lab of the project in a folder of its own, where it can be changed and released anew."""

    def __init__(self, lab: str, folder: Path) -> None:
        self.lab, self.folder = lab, folder
        self.source = folder / "source" / lab / f"{lab}.md"
        shutil.copytree(PROJECT / "source" / lab, self.source.parent)

    @property
    def release(self) -> Path:
        """Where the release lies, as `--release` takes it."""
        return self.folder / "release"

    def build(self) -> None:
        """Release the lab as its source is now."""
        built = build_each([self.source], self.release, self.folder / "solution")
        assert built.errors == []

    def replace(self, file: str, before: str, after: str) -> None:
        """Change one place in a file of the source."""
        path = self.source.parent / file
        text = path.read_text("utf-8")
        assert text.count(before) == 1
        path.write_text(text.replace(before, after), "utf-8")

    def answers(self, paths: list[Path]) -> dict[str, bytes]:
        """The notebooks that these variants hand in, by name; a path is one below `variants/`."""
        lab = read_lab_folder(self.source)
        solution = read_solution(self.source)
        notebook = self.folder / "solution" / self.lab / f"{self.lab}.ipynb"
        solved = nbformat.read(notebook, as_version=4)
        read = [
            read_variant(lab.variants_dir / path, solution, may_be_the_solution=True)
            for path in paths
        ]
        return {one.name: nbformat.writes(submission(solved, one)).encode() for one in read}

    def demo_class(self) -> dict[str, bytes]:
        """What the lab's demo class hands in, but for who never ends."""
        folder = self.source.parent / "variants" / "class"
        paths = sorted(path for path in folder.glob("*.txt") if "loop" not in path.stem)
        return self.answers(paths)


def own_notebook(notebook: bytes, who: str) -> bytes:
    """The same answers in a notebook that nobody else hands in."""
    content = json.loads(notebook)
    content["metadata"]["of"] = who
    return json.dumps(content).encode()


def give_points(course: Path, points: float) -> None:
    """Grade by hand all that waits for it, as formgrader does."""
    with contextlib.closing(sqlite3.connect(course / "gradebook.db")) as book, book:
        book.execute(
            "update grade set manual_score = ?, needs_manual_grade = 0 where auto_score is null",
            (points,),
        )


def files_of(folder: Path) -> dict[str, bytes]:
    """All that lies in a course, but for the lock."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != LOCK)
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}
